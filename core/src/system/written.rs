//! "No lost write": for each process and word, the values that a load may find there.
//!
//! Values 0 to 62 have a bit each, all others share the last one; 0 means that nothing is known. A store leaves its value
//! alone; a child may find every value that its parent's word had between call and return of fork, until its own first
//! access. The owner's own unmapping, discarding or moving forgets what was known. Under TSO a store adds its value when it
//! enters the buffer, so that neither order is accused: the search then misses some losses, and accuses nobody wrongly.

use cowscope_mmu::Slot;

use super::{System, broken};

/// Pages that are followed: 8 entries of the page table times 8 of the page directory.
const PAGES: u32 = 64;
/// Words of each page that are followed.
const WORDS: u32 = 2;
/// Slots that each process takes.
pub(crate) const PER_PROCESS: u32 = PAGES * WORDS;

/// The bit of a value in a set of them.
pub(super) fn bit(value: u64) -> u64 {
    1 << value.min(63)
}

impl System {
    /// Where the values of a process's word stand; `None` for addresses that are not followed.
    fn values_at(&self, process: u32, va: u64) -> Option<Slot> {
        let word = (va & 0xfff) / 8;
        let (pt, pd) = (va >> 12 & 511, va >> 21 & 511);
        let followed = va >> 30 == 0 && pt < 8 && pd < 8 && word < WORDS as u64 && process < self.layout.processes;
        followed.then(|| self.ghost.values + process * PER_PROCESS + ((pd * 8 + pt) as u32) * WORDS + word as u32)
    }

    /// What is known of a process's words: address, and the values that may be there.
    pub(crate) fn known_values(&self, process: u32) -> impl Iterator<Item = (u64, u64)> {
        let first = self.ghost.values + process * PER_PROCESS;
        (0..PER_PROCESS).filter_map(move |n| {
            let (page, word) = ((n / WORDS) as u64, (n % WORDS) as u64);
            let may = self.state.get(first + n);
            (may != 0).then_some(((page / 8) << 21 | (page % 8) << 12 | (word * 8), may))
        })
    }

    /// A load of a process by its own translation found `value`.
    pub(crate) fn value_loaded(&mut self, process: u32, va: u64, value: u64, op: u32) {
        let Some(at) = self.values_at(process, va) else { return };
        let may = self.state.get(at);
        if may == 0 {
            return;
        }
        if may & bit(value) == 0 {
            self.broke(broken::LOST_WRITE, op);
        } else if !self.tso {
            self.state.set(at, bit(value));
        }
    }

    /// A store of a process commits, through its translation or through a reference that its address still reaches.
    pub(crate) fn value_stored(&mut self, process: u32, va: u64, value: u64) {
        let Some(at) = self.values_at(process, va) else { return };
        let old = if self.tso { self.state.get(at) } else { 0 };
        if !self.tso || old != 0 {
            self.state.set(at, old | bit(value));
        }
        for child in 0..self.layout.processes {
            if self.state.get(self.ghost.forking + child) == process as u64 + 1
                && let Some(theirs) = self.values_at(child, va)
            {
                let v = self.state.get(theirs);
                if v != 0 {
                    self.state.set(theirs, v | bit(value));
                }
            }
        }
    }

    /// A store through a reference to a page that its address does not reach now: who has it back may find the value.
    pub(crate) fn value_possible(&mut self, process: u32, va: u64, value: u64) {
        let Some(at) = self.values_at(process, va) else { return };
        let may = self.state.get(at);
        if may != 0 {
            self.state.set(at, may | bit(value));
        }
    }

    /// A fork begins: the child's words may hold what the parent's do.
    pub(crate) fn values_forked(&mut self, parent: u32, child: u32) {
        for w in 0..PER_PROCESS {
            let v = self.state.get(self.ghost.values + parent * PER_PROCESS + w);
            self.state.set(self.ghost.values + child * PER_PROCESS + w, v);
        }
    }

    /// The owner gives these pages up, or moves others there: nothing is known of them until the next store.
    pub(crate) fn values_forgotten(&mut self, process: u32, va: u64, pages: u64) {
        for page in 0..pages.min(PAGES as u64 * 8) {
            for word in 0..WORDS as u64 {
                if let Some(at) = self.values_at(process, va + page * 4096 + word * 8) {
                    self.state.set(at, 0);
                }
            }
        }
    }
}
