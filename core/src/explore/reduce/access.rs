//! What steps touch of what agents share.

use cowscope_mmu::Touched;

/// The shared words that a step (or several) reads and writes. Words are told apart as [`Touched`] does it: with many of them a set
/// may claim too much, never too little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub reads: Touched,
    pub writes: Touched,
}

impl Access {
    pub const NOTHING: Access = Access { reads: Touched::NOTHING, writes: Touched::NOTHING };

    /// True when the order of the two can matter: one writes what the other touches.
    #[inline(always)]
    pub fn conflicts(&self, other: &Access) -> bool {
        self.writes.meets(&other.writes) || self.writes.meets(&other.reads) || self.reads.meets(&other.writes)
    }

    #[inline(always)]
    pub fn join(&mut self, other: &Access) {
        self.reads = self.reads.and(&other.reads);
        self.writes = self.writes.and(&other.writes);
    }

    /// True when `other` has everything that this has.
    #[inline(always)]
    pub fn within(&self, other: &Access) -> bool {
        self.reads.within(&other.reads) && self.writes.within(&other.writes)
    }

    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty()
    }
}
