//! Ghost state: what the invariants know that the kernel does not. It is searched state, and changes nothing a program sees.

use cowscope_mmu::{Slot, State};

use super::{System, broken};
use crate::lang::sys::Sys;

/// Where the ghosts are.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// One word per word of memory: the processes that may see it, one bit each.
    pub(crate) viewers: Slot,
    /// Per process: 1 + the parent whose fork is under way.
    pub(crate) forking: Slot,
    /// References: [`REF_WORDS`] words each.
    pub(crate) refs: Slot,
    /// Flag values of the kernel texts.
    pub(crate) foll_pin: u64,
    pub(crate) foll_write: u64,
    /// The design promises coherence of read pins too.
    pub read_pins: bool,
    pub(crate) active: bool,
    /// Values that a load may find: see `written.rs`.
    pub(crate) values: Slot,
    pub(crate) counted: super::counts::Counted,
    pub(crate) locks: super::quiet::Locks,
    /// Flushes: see `authority.rs`.
    pub(crate) authority: super::authority::Authority,
    pub(crate) areas: super::quiet::Areas,
    /// Under TSO, by slot: the word is a ghost of the texts, which no store buffer holds back.
    pub(crate) unbuffered: Vec<bool>,
}

/// References that can be held at once.
pub const REFS: u32 = 8;
/// Words of a reference: 1 + process (0: none), address, frame, flags, 1 if its owner may have moved the page, generation of the frame.
pub(crate) const REF_WORDS: u32 = 6;
/// Everybody, until somebody stores.
const ALL: u64 = u64::MAX >> 1;
/// Everybody, whoever stores: the word is shared on purpose.
const SHARED: u64 = u64::MAX;
/// Entry bits that hold a frame's address.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// A reference that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    pub slot: u32,
    pub process: u32,
    pub va: u64,
    pub pfn: u64,
    pub flags: u64,
    pub coherent: bool,
}

impl Ghost {
    /// Allocates the ghosts.
    pub(crate) fn alloc(st: &mut State, memory_words: u32, processes: u32, tasks: u32, cpus: u32) -> Self {
        let viewers = st.alloc(memory_words);
        for w in 0..memory_words {
            st.set(viewers + w, ALL);
        }
        let forking = st.alloc(processes);
        let refs = st.alloc(REFS * REF_WORDS);
        let values = st.alloc(processes * super::written::PER_PROCESS);
        let authority = super::authority::Authority::alloc(st, tasks, cpus);
        let (foll_pin, foll_write) = (0x40000, 1);
        Ghost { viewers, forking, refs, values, authority, foll_pin, foll_write, active: true, ..Ghost::default() }
    }
}

impl System {
    /// Finds the texts' own ghosts: a store to one is part of the step before, and is there at once.
    pub(crate) fn find_ghost_words(&mut self) {
        let ghosts = self.program.globals.iter().filter(|g| g.name.starts_with("ghost_"));
        let ranges: Vec<_> = ghosts.map(|g| g.slot..g.slot + self.program.types.words(g.ty)).collect();
        let end = ranges.iter().map(|r| r.end).max().unwrap_or(0);
        self.ghost.unbuffered = (0..end).map(|slot| ranges.iter().any(|r| r.contains(&slot))).collect();
    }

    /// The processes that may see a word of memory, one bit each; all bits: everybody.
    pub fn viewers(&self, slot: Slot) -> u64 {
        let word = self.viewer_word(slot);
        if word & ALL == ALL { u64::MAX } else { word }
    }

    fn viewer_word(&self, slot: Slot) -> u64 {
        self.state.get(self.ghost.viewers + (slot - self.layout.memory))
    }

    fn set_viewers(&mut self, slot: Slot, v: u64) {
        let at = self.ghost.viewers + (slot - self.layout.memory);
        self.state.set(at, v);
    }

    fn in_memory(&self, slot: Slot) -> bool {
        slot >= self.layout.memory && slot < self.layout.end_of_memory
    }

    /// The references that are held now.
    pub fn references(&self) -> Vec<Reference> {
        (0..REFS).filter_map(|i| self.reference(i)).collect()
    }

    fn reference(&self, i: u32) -> Option<Reference> {
        let at = self.ghost.refs + i * REF_WORDS;
        let owner = self.state.get(at);
        (owner != 0).then(|| Reference {
            slot: i,
            process: owner as u32 - 1,
            va: self.state.get(at + 1),
            pfn: self.state.get(at + 2),
            flags: self.state.get(at + 3),
            coherent: self.state.get(at + 4) == 0,
        })
    }

    /// A load by a process (through its translation, a pipe or a device): isolation.
    pub(crate) fn ghost_load(&mut self, process: Option<u32>, _va: u64, slot: Slot, _value: u64, op: u32) {
        if let Some(p) = process
            && self.in_memory(slot)
            && self.viewers(slot) >> p & 1 == 0
        {
            self.broke(broken::ISOLATION, op);
        }
    }

    /// A store by a process commits: only it may see the word now.
    pub(crate) fn ghost_store(&mut self, process: Option<u32>, _va: u64, slot: Slot, _value: u64, _op: u32) {
        if let Some(p) = process
            && self.in_memory(slot)
            && !self.is_shared(slot)
        {
            self.set_viewers(slot, 1 << p);
        }
    }

    /// A word of a frame was copied (or cleared, without `from`) by the kernel.
    pub(crate) fn ghost_word_copied(&mut self, to: Slot, from: Option<Slot>) {
        let v = from.map_or(ALL, |f| self.viewer_word(f) & ALL);
        self.set_viewers(to, v);
    }

    /// The word is of a frame that processes share on purpose: what one stores, all may see.
    pub(crate) fn is_shared(&self, slot: Slot) -> bool {
        self.viewer_word(slot) == SHARED
    }

    /// A frame is shared on purpose from here on, until it is cleared or copied to.
    fn frame_shared(&mut self, pfn: u64) {
        let words = self.layout.frame_words;
        if let Some(first) = self.slot_of_frame(pfn).filter(|_| pfn != 0) {
            (0..words).for_each(|w| self.set_viewers(first + w, SHARED));
        }
    }

    /// The child joins everyone who sees what its parent sees, once.
    fn child_joins(&mut self, child: u32) {
        let at = self.ghost.forking + child;
        let parent = self.state.get(at);
        if parent == 0 {
            return;
        }
        self.state.set(at, 0);
        let parent = parent as u32 - 1;
        for slot in self.layout.memory..self.layout.end_of_memory {
            let v = self.viewers(slot);
            if v >> parent & 1 == 1 && v != u64::MAX {
                self.set_viewers(slot, v | 1 << child);
            }
        }
    }

    pub(crate) fn ghost_child_starts(&mut self, process: u32) {
        if process < self.layout.processes {
            self.child_joins(process);
        }
    }

    /// The `ghost_...` words of the language.
    pub(crate) fn ghost_word(&mut self, sys: Sys, process: u32, a: [u64; 4], op: u32) {
        let child_ok = a[0] < self.layout.processes as u64;
        match sys {
            Sys::GhostForkBegin if child_ok => {
                let at = self.ghost.forking + a[0] as u32;
                self.state.set(at, process as u64 + 1);
                self.values_forked(process, a[0] as u32);
            }
            Sys::GhostForkEnd if child_ok => self.child_joins(a[0] as u32),
            Sys::GhostRef if a[0] < REFS as u64 => {
                let at = self.ghost.refs + a[0] as u32 * REF_WORDS;
                let generation = self.generation_of(a[2]);
                for (w, v) in [process as u64 + 1, a[1], a[2], a[3], 0, generation].into_iter().enumerate() {
                    self.state.set(at + w as u32, v);
                }
                self.check_pins(op);
            }
            Sys::GhostUnref if a[0] < REFS as u64 => {
                let at = self.ghost.refs + a[0] as u32 * REF_WORDS;
                for w in 0..REF_WORDS {
                    self.state.set(at + w, 0);
                }
            }
            Sys::GhostShared => self.frame_shared(a[0]),
            Sys::GhostWindowEnd => self.values_forgotten(process, a[0], a[1]),
            Sys::GhostWindowBegin => {
                self.values_forgotten(process, a[0], a[1]);
                let end = a[0].saturating_add(a[1].saturating_mul(4096));
                for i in 0..REFS {
                    let Some(r) = self.reference(i) else { continue };
                    if r.process == process && r.va >= a[0] && r.va < end {
                        let at = self.ghost.refs + r.slot * REF_WORDS + 4;
                        self.state.set(at, 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// How often a frame was freed.
    pub(crate) fn generation_of(&self, pfn: u64) -> u64 {
        self.frame_index(pfn).map_or(0, |index| self.state.get(self.layout.generation + index))
    }

    /// A word of memory was written: a page-table entry may have changed.
    #[inline]
    pub(crate) fn ghost_memory_written(&mut self, _slot: Slot, op: u32) {
        if self.ghost.active {
            // a replay tells what the program read; a search has to know what the verdict hangs on
            let recorded = self.watch && self.state.record(false);
            self.check_pins(op);
            if recorded {
                self.state.record(true);
            }
        }
    }

    /// Pin coherence: what a pin's owner reaches at its address is the pinned frame.
    fn check_pins(&mut self, op: u32) {
        for i in 0..REFS {
            let at = self.ghost.refs + i * REF_WORDS;
            if self.state.get(at) == 0 {
                continue;
            }
            let Some(r) = self.reference(i) else { continue };
            let judged = r.flags & self.ghost.foll_pin != 0
                && (r.flags & self.ghost.foll_write != 0 || self.ghost.read_pins)
                && r.coherent;
            if !judged {
                continue;
            }
            let root = self.root_of(r.process);
            if root == 0 {
                continue;
            }
            if let Some(pfn) = self.mapped_frame(root, r.va)
                && pfn != r.pfn
            {
                self.broke(broken::PIN_COHERENCE, op);
            }
        }
    }

    /// The frame that a page-table root maps at an address now; no effect, no allocation.
    pub fn mapped_frame(&self, root: u64, va: u64) -> Option<u64> {
        self.mapped(root, va).map(|(pfn, _)| pfn)
    }

    /// The same, and whether the entry allows to write. (Those above it always do here.)
    pub(crate) fn mapped(&self, root: u64, va: u64) -> Option<(u64, bool)> {
        let mut table = root & ADDRESS;
        for level in (1..=4u32).rev() {
            let index = va >> (12 + 9 * (level - 1)) & 511;
            let entry = self.machine.peek(&self.state, table + index * 8);
            if entry & 1 == 0 {
                return None;
            }
            if level == 1 {
                return Some(((entry & ADDRESS) >> 12, entry & 2 != 0));
            }
            if level < 4 && entry & 0x80 != 0 {
                let shift = 12 + 9 * (level - 1);
                let base = entry & ADDRESS & !((1u64 << shift) - 1);
                return Some(((base | va & ((1 << shift) - 1) & !0xfff) >> 12, entry & 2 != 0));
            }
            table = entry & ADDRESS;
        }
        None
    }

    /// `dma_load(ref, word)`, `dma_store(ref, word, value)`: the frame of a reference, on behalf of its owner, untranslated.
    pub(crate) fn dma(&mut self, _task: u32, a: [u64; 4], store: Option<u64>, op: u32) -> super::end::Answer {
        use super::end::Answer;
        let r = (a[0] < REFS as u64).then(|| self.reference(a[0] as u32)).flatten();
        let Some(r) = r else {
            return Answer::End(self.trap(super::Trap::BadReference, op));
        };
        let Some(first) = self.slot_of_frame(r.pfn).filter(|_| a[1] < self.layout.frame_words as u64) else {
            return Answer::End(self.trap(super::Trap::BadFrame, op));
        };
        let slot = first + a[1] as u32;
        let generation = self.state.get(self.ghost.refs + r.slot * REF_WORDS + 5);
        if self.is_free(r.pfn as u32) || generation != self.generation_of(r.pfn) {
            self.broke(broken::USE_AFTER_FREE, op);
        }
        match store {
            Some(v) => {
                self.write_memory(slot, v, op);
                self.ghost_store(Some(r.process), r.va, slot, v, op);
                let root = self.root_of(r.process);
                let va = (r.va & !0xfff) + a[1] * 8;
                match (root != 0).then(|| self.mapped_frame(root, r.va)) {
                    Some(Some(pfn)) if pfn == r.pfn => self.value_stored(r.process, va, v),
                    // on its way out, or moving: it may come back as it is now
                    Some(None) => self.value_possible(r.process, va, v),
                    _ => {}
                }
                Answer::Value(0)
            }
            None => {
                let v = self.state.get(slot);
                self.ghost_load(Some(r.process), r.va, slot, v, op);
                Answer::Value(v)
            }
        }
    }
}
