//! "Counts" and "leaks": what `mem_map` says of a frame against who really holds it.

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
    /// Bits of `flags`: a page of the kernel's own (`PG_reserved`), and one that a file system keeps something with (`PG_private`), and
    /// a reference on it.
    reserved: u64,
    private: u64,
}

/// Fields of a `struct page` that matter for compound pages.
#[derive(Clone, Copy, Debug)]
struct Compound {
    /// The number of the head; 0: the page is on its own.
    head: u32,
    /// In the head: entries that map all of it, and pins.
    entire: u32,
    pincount: u32,
    /// In the head: bit of `flags` by which each page's map count is one too high.
    flags: u32,
    double_map: u64,
}

/// What holds one frame, as found by looking everywhere.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// Entries that map the frame itself, and the huge frame that begins here.
    pages: i64,
    huge: i64,
    /// References of user programs: how many, what they add to the count of a page on its own, and how many of them are pins.
    refs: i64,
    small: i64,
    pins: i64,
    /// References of the kernel's own.
    kernel: i64,
    /// It is a page table that some address space reaches, or the swap device's: nobody counts references on it.
    used: bool,
}

/// Variables of the kernel that hold a reference on each frame whose number is in them: the swap cache, the batches of new pages, the
/// page cache, KSM's tree.
const HOLDERS: [&str; 5] = ["swap_cache", "lru_batch", "page_cache", "hugetlb_file_pfn", "ksm_pfn"];
/// Variables of the kernel that name frames for other uses than memory: the swap device, page tables that are kept for later.
const OTHER_USES: [&str; 2] = ["swap_frame", "pgtable_deposit"];
/// What a pin adds to the count of a small page, where the texts do not say.
const PIN: i64 = 1024;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

impl Counted {
    /// Looks for `mem_map[]` with `refcount` and `mapcount`.
    pub(crate) fn find(p: &Program) -> Counted {
        let Some(g) = p.global("mem_map") else { return Counted::default() };
        let Ty::Array(page, _) = *p.types.get(g.ty) else { return Counted::default() };
        let offset = |name: &str| p.types.field(page, name).map(|f| f.offset);
        let bit = |name: &str| p.constants.get(name).map_or(0, |bit| 1u64 << (*bit as u64 & 63));
        let (Some(refcount), Some(mapcount)) = (offset("refcount"), offset("mapcount")) else {
            return Counted::default();
        };
        let fields = (offset("compound_head"), offset("entire_mapcount"), offset("pincount"), offset("flags"));
        let compound = match fields {
            (Some(head), Some(entire), Some(pincount), Some(flags)) => {
                Some(Compound { head, entire, pincount, flags, double_map: bit("PG_double_map") })
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
            reserved: bit("PG_reserved"),
            private: bit("PG_private"),
        }
    }

    /// The bit of an entry that maps a page, but not for the hardware; 0: there is none.
    pub(crate) fn hidden(&self) -> u64 {
        self.hidden
    }

    fn of(&self, st: &State, index: u32, field: u32) -> i64 {
        st.get(self.first + index * self.stride + field) as i64
    }

    /// One, if the page has the flag.
    fn flag(&self, st: &State, index: u32, bit: u64) -> i64 {
        self.flags.map_or(0, |flags| (self.of(st, index, flags) as u64 & bit != 0) as i64)
    }

    /// Place of the head of the compound page that this one belongs to.
    fn head(&self, sys: &System, index: u32) -> Option<u32> {
        let head = self.of(&sys.state, index, self.compound?.head);
        sys.frame_index(head as u64)
    }

    /// A page that is on its own: what breaks.
    fn small(&self, sys: &System, index: u32, held: &Held) -> Option<u16> {
        let st = &sys.state;
        let (refs, maps) = (self.of(st, index, self.refcount), self.of(st, index, self.mapcount));
        let free = sys.is_free(sys.frame_number(index));
        if held.used {
            return (free || maps != 0).then_some(broken::COUNTS);
        }
        if !free && self.flag(st, index, self.reserved) == 1 {
            return Some(broken::LEAKS);
        }
        let owners = held.pages + held.small + held.kernel + self.flag(st, index, self.private);
        if maps != held.pages || refs < owners || (free && refs != 0) {
            return Some(broken::COUNTS);
        }
        // the pool is where a frame belongs that nobody has
        (refs > owners || (owners == 0 && !free)).then_some(broken::LEAKS)
    }

    /// A page of a compound page, and if it is the head, the counts of all: what breaks.
    fn large(&self, sys: &System, c: Compound, index: u32, head: u32, held: &[Held]) -> Option<u16> {
        let st = &sys.state;
        let double = (self.of(st, head, c.flags) as u64 & c.double_map != 0) as i64;
        if self.of(st, index, self.mapcount) != held[index as usize].pages + double {
            return Some(broken::COUNTS);
        }
        if index != head {
            return None;
        }
        let entire = self.of(st, head, c.entire);
        let all = held.iter().skip(head as usize).take(sys.layout.subpages as usize);
        let owners: i64 = entire + all.clone().map(|h| h.pages + h.refs + h.kernel).sum::<i64>();
        let pins: i64 = all.map(|h| h.pins).sum();
        let refs = self.of(st, head, self.refcount);
        if entire != held[head as usize].huge || refs < owners || self.of(st, head, c.pincount) != pins {
            return Some(broken::COUNTS);
        }
        (refs > owners || owners == 0).then_some(broken::LEAKS)
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

    /// At quiescence: each frame's map count is the number of entries that map it, its reference count the sum of its holders, and
    /// what nobody holds is free. The pages of zeroes are exempt.
    pub(crate) fn check_counts(&self) -> Vec<Violation> {
        let c = &self.ghost.counted;
        if c.stride == 0 {
            return Vec::new();
        }
        let global = |name: &str| self.program.global(name).map_or(0, |g| self.state.get(g.slot));
        let zeroes = [global("zero_pfn"), global("huge_zero_pfn")].map(|pfn| self.frame_index(pfn));
        let held = self.holders();
        let mut broke = [false; 2];
        for index in self.frame_numbers().filter_map(|pfn| self.frame_index(pfn as u64)) {
            let head = c.head(self, index);
            if zeroes.contains(&Some(head.unwrap_or(index))) {
                continue;
            }
            match (head, c.compound) {
                (Some(head), Some(compound)) => c.large(self, compound, index, head, &held),
                _ => c.small(self, index, &held[index as usize]),
            }
            .into_iter()
            .for_each(|what| broke[(what == broken::LEAKS) as usize] = true);
        }
        broke[0] |= self.swap_is_wrong();
        let named = [broken::COUNTS, broken::LEAKS].into_iter().zip(broke);
        named.filter(|(_, broke)| *broke).map(|(invariant, _)| Violation { invariant, place: 0 }).collect()
    }

    /// Who holds each frame, by its place in `mem_map`.
    fn holders(&self) -> Vec<Held> {
        let mut held = vec![Held::default(); self.frame_numbers().count() + 1];
        for root in self.roots() {
            self.count_leaves(root, 4, &mut held);
        }
        let count = self.program.global("ghost_ref_count");
        for r in self.references() {
            let Some(index) = self.frame_index(r.pfn) else { continue };
            let adds = match count {
                Some(g) if r.slot < self.program.types.words(g.ty) => self.state.get(g.slot + r.slot) as i64,
                _ if r.flags & self.ghost.foll_pin != 0 => PIN,
                _ => 1,
            };
            let held = &mut held[index as usize];
            held.refs += 1;
            held.small += adds;
            held.pins += (adds > 1) as i64;
        }
        for index in HOLDERS.iter().flat_map(|name| self.named_in(name)) {
            held[index as usize].kernel += 1;
        }
        for index in OTHER_USES.iter().flat_map(|name| self.named_in(name)) {
            held[index as usize].used = true;
        }
        held
    }

    /// Is the count of some place on the swap device not the number of entries that name it?
    fn swap_is_wrong(&self) -> bool {
        let (Some(g), Some(bit)) = (self.program.global("swap_count"), self.program.constants.get("PTE_SWAP")) else {
            return false;
        };
        let slots = self.program.types.words(g.ty);
        let mut named = vec![0u64; slots as usize];
        self.roots().for_each(|root| self.count_swapped(root, 4, *bit as u64, &mut named));
        (0..slots).any(|slot| self.state.get(g.slot + slot) != named[slot as usize])
    }

    /// The roots of the page tables that there are.
    fn roots(&self) -> impl Iterator<Item = u64> {
        let roots = (0..self.processes()).map(|p| self.root_of(p));
        roots.filter(|root| *root != 0 && !self.is_free((root >> 12) as u32))
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

    /// The places of the frames whose numbers stand in a variable.
    fn named_in(&self, variable: &str) -> Vec<u32> {
        let Some(g) = self.program.global(variable) else { return Vec::new() };
        let words = g.slot..g.slot + self.program.types.words(g.ty);
        words.filter_map(|slot| self.frame_index(self.state.get(slot)).filter(|_| self.state.get(slot) != 0)).collect()
    }

    fn count_leaves(&self, table: u64, level: u32, held: &mut [Held]) {
        if let Some(index) = self.frame_index(table >> 12) {
            held[index as usize].used = true;
        }
        for i in 0..self.frame_words().min(512) as u64 {
            let e = self.machine.peek(&self.state, table + i * 8);
            let leaf = level == 1 || (level < 4 && e & 0x80 != 0);
            let hidden = leaf && e & self.ghost.counted.hidden != 0;
            if e & 1 == 0 && !hidden {
                continue;
            }
            if !leaf {
                self.count_leaves(e & ADDRESS, level - 1, held);
            } else if let Some(index) = self.frame_index((e & ADDRESS) >> 12) {
                let held = &mut held[index as usize];
                *(if level == 1 { &mut held.pages } else { &mut held.huge }) += 1;
            }
        }
    }
}
