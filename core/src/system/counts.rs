//! "Counts": what `mem_map` says of a frame against who really holds it.

use cowscope_mmu::{Slot, State};

use super::{System, broken};
use crate::explore::Violation;
use crate::lang::program::Program;
use crate::lang::types::Ty;

/// Where the kernel keeps its counts, if it keeps any of these names.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// First word of `mem_map`, and how many words it has.
    pub(crate) first: Slot,
    pub(crate) words: u32,
    /// Words of one `struct page`, and where its counts are.
    stride: u32,
    refcount: u32,
    mapcount: u32,
}

/// What a pin adds to the count of a small page.
const PIN: i64 = 1024;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

impl Counted {
    /// Looks for `mem_map[]` with `refcount` and `mapcount`.
    pub(crate) fn find(p: &Program) -> Counted {
        let Some(g) = p.global("mem_map") else { return Counted::default() };
        let Ty::Array(page, _) = *p.types.get(g.ty) else { return Counted::default() };
        let offset = |name: &str| p.types.field(page, name).map(|f| f.offset);
        match (offset("refcount"), offset("mapcount")) {
            (Some(refcount), Some(mapcount)) => {
                Counted { first: g.slot, words: p.types.words(g.ty), stride: p.types.words(page), refcount, mapcount }
            }
            _ => Counted::default(),
        }
    }

    fn of(&self, st: &State, pfn: u32, field: u32) -> i64 {
        st.get(self.first + pfn * self.stride + field) as i64
    }
}

impl System {
    /// A word of `mem_map` was written: no count may go below zero.
    pub(crate) fn count_written(&mut self, slot: Slot, v: u64, op: u32) {
        let c = &self.ghost.counted;
        let field = (slot - c.first) % c.stride.max(1);
        if (field == c.refcount || field == c.mapcount) && (v as i64) < 0 {
            self.broke(broken::COUNTS, op);
        }
    }

    /// At quiescence: each frame's map count is the number of entries that map it, and its reference count covers
    /// mappings, references and pins. The zero page and reserved frames are exempt.
    pub(crate) fn check_counts(&self) -> Option<Violation> {
        let c = &self.ghost.counted;
        if c.stride == 0 {
            return None;
        }
        let zero = self.program.global("zero_pfn").map_or(0, |g| self.state.get(g.slot));
        let mut mapped = vec![0i64; self.frames() as usize];
        for p in 0..self.processes() {
            let root = self.root_of(p);
            if root != 0 && !self.is_free((root >> 12) as u32) {
                self.count_leaves(root, 4, &mut mapped);
            }
        }
        let mut held = vec![0i64; self.frames() as usize];
        for r in self.references() {
            if let Some(h) = held.get_mut(r.pfn as usize) {
                *h += if r.flags & self.ghost.foll_pin != 0 { PIN } else { 1 };
            }
        }
        let wrong = (1..self.frames()).find(|pfn| {
            let i = *pfn as usize;
            let (refs, maps) = (c.of(&self.state, *pfn, c.refcount), c.of(&self.state, *pfn, c.mapcount));
            *pfn as u64 != zero && (maps != mapped[i] || refs < maps + held[i])
        });
        wrong.map(|_| Violation { invariant: broken::COUNTS, place: 0 })
    }

    fn count_leaves(&self, table: u64, level: u32, mapped: &mut [i64]) {
        for i in 0..self.frame_words().min(512) as u64 {
            let e = self.machine.peek(&self.state, table + i * 8);
            if e & 1 == 0 {
                continue;
            }
            let leaf = level == 1 || (level < 4 && e & 0x80 != 0);
            let pfn = ((e & ADDRESS) >> 12) as usize;
            if !leaf {
                self.count_leaves(e & ADDRESS, level - 1, mapped);
            } else if level == 1
                && let Some(n) = mapped.get_mut(pfn)
            {
                *n += 1;
            }
        }
    }
}
