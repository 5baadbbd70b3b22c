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
    flags: Option<u32>,
    /// Where a kernel that knows compound pages keeps what it knows of them.
    compound: Option<Compound>,
    /// The bit of an entry that maps a page, but not for the hardware (`PTE_PROTNONE`); 0: there is none.
    hidden: u64,
}

/// Fields of a `struct page` that matter for compound pages.
#[derive(Clone, Copy, Debug)]
struct Compound {
    /// The number of the head; 0: the page is on its own.
    head: u32,
    /// In the head: entries that map all of it.
    entire: u32,
    /// In the head: bit of `flags` by which each page's map count is one too high.
    flags: u32,
    double_map: u64,
}

/// What holds the frames of memory, as found by looking everywhere; by place in `mem_map`.
struct Held {
    /// Entries that map the frame itself.
    pages: Vec<i64>,
    /// Entries that map the huge frame that begins here.
    huge: Vec<i64>,
    /// References and pins of user programs.
    refs: Vec<i64>,
    pins: Vec<i64>,
}

/// Variables of the kernel that hold a reference on each frame whose number is in them.
const HOLDERS: [&str; 3] = ["swap_cache", "lru_batch", "page_cache"];
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
                let compound = match (offset("compound_head"), offset("entire_mapcount"), offset("flags")) {
                    (Some(head), Some(entire), Some(flags)) => {
                        let bit = p.constants.get("PG_double_map").copied().unwrap_or(63) as u64;
                        Some(Compound { head, entire, flags, double_map: bit & 63 })
                    }
                    _ => None,
                };
                Counted {
                    first: g.slot,
                    words: p.types.words(g.ty),
                    stride: p.types.words(page),
                    refcount,
                    mapcount,
                    flags: offset("flags"),
                    compound,
                    hidden: p.constants.get("PTE_PROTNONE").map_or(0, |v| *v as u64),
                }
            }
            _ => Counted::default(),
        }
    }

    fn of(&self, st: &State, index: u32, field: u32) -> i64 {
        st.get(self.first + index * self.stride + field) as i64
    }

    /// Place of the head of the compound page that this one belongs to.
    fn head(&self, sys: &System, index: u32) -> Option<u32> {
        let head = self.of(&sys.state, index, self.compound?.head);
        sys.frame_index(head as u64)
    }

    /// The counts of a page that is on its own.
    fn small_is_wrong(&self, st: &State, index: u32, held: &Held) -> bool {
        let i = index as usize;
        let (refs, maps) = (self.of(st, index, self.refcount), self.of(st, index, self.mapcount));
        maps != held.pages[i] || refs < maps + held.refs[i] + held.pins[i] * PIN
    }

    /// The map count of a page of a compound page, and if it is the head, the counts of all.
    fn large_is_wrong(&self, sys: &System, c: Compound, index: u32, head: u32, held: &Held) -> bool {
        let st = &sys.state;
        let double = self.of(st, head, c.flags) as u64 >> c.double_map & 1;
        if self.of(st, index, self.mapcount) != held.pages[index as usize] + double as i64 {
            return true;
        }
        if index != head {
            return false;
        }
        let entire = self.of(st, head, c.entire);
        let all = (head..head + sys.layout.subpages).map(|i| i as usize);
        let least: i64 = entire + all.map(|i| held.pages[i] + held.refs[i] + held.pins[i]).sum::<i64>();
        entire != held.huge[head as usize] || self.of(st, head, self.refcount) < least
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
        let global = |name: &str| self.program.global(name).map_or(0, |g| self.state.get(g.slot));
        let zeroes = [global("zero_pfn"), global("huge_zero_pfn")].map(|pfn| self.frame_index(pfn));
        let none = || vec![0i64; self.frame_numbers().count() + 1];
        let mut held = Held { pages: none(), huge: none(), refs: none(), pins: none() };
        for p in 0..self.processes() {
            let root = self.root_of(p);
            if root != 0 && !self.is_free((root >> 12) as u32) {
                self.count_leaves(root, 4, &mut held);
            }
        }
        for r in self.references() {
            if let Some(i) = self.frame_index(r.pfn) {
                let kind = if r.flags & self.ghost.foll_pin != 0 { &mut held.pins } else { &mut held.refs };
                kind[i as usize] += 1;
            }
        }
        let wrong = self.frame_numbers().filter_map(|pfn| self.frame_index(pfn as u64)).any(|index| {
            let head = c.head(self, index);
            if zeroes.contains(&Some(head.unwrap_or(index))) {
                return false;
            }
            match (head, c.compound) {
                (Some(head), Some(compound)) => c.large_is_wrong(self, compound, index, head, &held),
                _ => c.small_is_wrong(&self.state, index, &held) || self.is_leaked(index, &held),
            }
        });
        let wrong = wrong || (self.exact_counts && self.swap_is_wrong());
        wrong.then_some(Violation { invariant: broken::COUNTS, place: 0 })
    }

    /// Has a page more references than there are holders, where that is asked? The kernel's own are those of the swap cache, of the
    /// batch of new pages, of the page cache, and of a file system's private data.
    fn is_leaked(&self, index: u32, held: &Held) -> bool {
        let c = &self.ghost.counted;
        let flag = |name: &str| match (c.flags, self.program.constants.get(name)) {
            (Some(flags), Some(bit)) => {
                (c.of(&self.state, index, flags) as u64).checked_shr(*bit as u32).unwrap_or(0) & 1
            }
            _ => 0,
        };
        if !self.exact_counts || flag("PG_reserved") == 1 {
            return false;
        }
        let i = index as usize;
        let kernel: i64 = HOLDERS.iter().map(|name| self.named_in(name, index)).sum();
        let owners = held.pages[i] + held.refs[i] + held.pins[i] * PIN + kernel + flag("PG_private") as i64;
        c.of(&self.state, index, c.refcount) != owners
    }

    /// Is the count of some place on the swap device not the number of entries that name it?
    fn swap_is_wrong(&self) -> bool {
        let (Some(g), Some(bit)) = (self.program.global("swap_count"), self.program.constants.get("PTE_SWAP")) else {
            return false;
        };
        let slots = self.program.types.words(g.ty);
        let mut named = vec![0u64; slots as usize];
        let roots = (0..self.processes()).map(|p| self.root_of(p)).filter(|root| *root != 0);
        roots
            .filter(|root| !self.is_free((root >> 12) as u32))
            .for_each(|root| self.count_swapped(root, 4, *bit as u64, &mut named));
        (0..slots).any(|slot| self.state.get(g.slot + slot) != named[slot as usize])
    }

    /// An entry that names slot n of the swap device has n + 1 where others have a frame.
    fn count_swapped(&self, table: u64, level: u32, bit: u64, named: &mut [u64]) {
        for i in 0..self.frame_words().min(512) as u64 {
            let e = self.machine.peek(&self.state, table + i * 8);
            if level > 1 {
                if e & 1 == 1 && e & 0x80 == 0 {
                    self.count_swapped(e & ADDRESS, level - 1, bit, named);
                }
            } else if e & 1 == 0
                && e & bit != 0
                && let Some(count) = named.get_mut(((e & ADDRESS) >> 12).wrapping_sub(1) as usize)
            {
                *count += 1;
            }
        }
    }

    /// How many words of a variable are the number of this frame.
    fn named_in(&self, variable: &str, index: u32) -> i64 {
        let Some(g) = self.program.global(variable) else { return 0 };
        let words = g.slot..g.slot + self.program.types.words(g.ty);
        words
            .filter(|slot| self.state.get(*slot) != 0 && self.frame_index(self.state.get(*slot)) == Some(index))
            .count() as i64
    }

    fn count_leaves(&self, table: u64, level: u32, held: &mut Held) {
        for i in 0..self.frame_words().min(512) as u64 {
            let e = self.machine.peek(&self.state, table + i * 8);
            let hidden = level == 1 && e & self.ghost.counted.hidden != 0;
            if e & 1 == 0 && !hidden {
                continue;
            }
            let leaf = level == 1 || (level < 4 && e & 0x80 != 0);
            if !leaf {
                self.count_leaves(e & ADDRESS, level - 1, held);
            } else if let Some(index) = self.frame_index((e & ADDRESS) >> 12) {
                let kind = if level == 1 { &mut held.pages } else { &mut held.huge };
                kind[index as usize] += 1;
            }
        }
    }
}
