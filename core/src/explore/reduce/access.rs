//! What steps touch.

use cowscope_mmu::Touched;

/// The words that a step (or several) reads and writes. Words are told apart as [`Touched`] does it: with many of them a set
/// may claim too much, never too little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub reads: Touched,
    pub writes: Touched,
}

impl Access {
    pub const NOTHING: Access = Access { reads: Touched::NOTHING, writes: Touched::NOTHING };

    /// True when the order of the two can matter: one writes what the other touches, of words that agents share.
    #[inline(always)]
    pub fn conflicts(&self, other: &Access, shared: &Touched) -> bool {
        let (mine, theirs) = (self.writes.both(shared), other.writes.both(shared));
        mine.meets(&other.writes) || mine.meets(&other.reads) || theirs.meets(&self.reads)
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

    /// Are some of these words among what this has and `other` has not?
    pub fn adds(&self, other: &Access, words: &Touched) -> bool {
        let all = |access: &Access| (access.reads.both(words), access.writes.both(words));
        let ((reads, writes), (had_reads, had_writes)) = (all(self), all(other));
        !reads.within(&had_reads) || !writes.within(&had_writes)
    }

    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty()
    }
}
