//! What steps touch, as sets of shared words.

/// Words that more than one agent touches, by their number, modulo 256: with more words than that a set may claim too much, never too
/// little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words([u64; 4]);

impl Words {
    #[inline(always)]
    pub fn add(&mut self, word: u16) {
        self.0[(word >> 6 & 3) as usize] |= 1 << (word & 63);
    }

    #[inline(always)]
    pub fn has(&self, word: u16) -> bool {
        self.0[(word >> 6 & 3) as usize] >> (word & 63) & 1 == 1
    }

    #[inline(always)]
    fn meets(&self, other: &Words) -> bool {
        (0..4).any(|i| self.0[i] & other.0[i] != 0)
    }

    #[inline(always)]
    fn join(&mut self, other: &Words) {
        (0..4).for_each(|i| self.0[i] |= other.0[i]);
    }

    fn within(&self, other: &Words) -> bool {
        (0..4).all(|i| self.0[i] & !other.0[i] == 0)
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}

/// The shared words that a step (or several) reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub reads: Words,
    pub writes: Words,
}

impl Access {
    /// True when the order of the two can matter: one writes what the other touches.
    #[inline(always)]
    pub fn conflicts(&self, other: &Access) -> bool {
        self.writes.meets(&other.writes) || self.writes.meets(&other.reads) || self.reads.meets(&other.writes)
    }

    #[inline(always)]
    pub fn join(&mut self, other: &Access) {
        self.reads.join(&other.reads);
        self.writes.join(&other.writes);
    }

    /// True when `other` has everything that this has.
    pub fn within(&self, other: &Access) -> bool {
        self.reads.within(&other.reads) && self.writes.within(&other.writes)
    }

    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty()
    }
}
