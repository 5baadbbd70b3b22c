//! What must hold when everybody has come to his end: locks given back, nothing lost that was not looked at any more.

use cowscope_mmu::{Slot, State};

use super::{System, broken};
use crate::explore::Violation;
use crate::lang::program::Program;
use crate::lang::types::Ty;

/// Where the kernel says that somebody excludes others.
#[derive(Clone, Debug, Default)]
pub struct Locks {
    /// Words that are 0 when nobody has the lock: variables and fields whose names end in `lock`, and [`UNDER_WAY`].
    free_at_zero: Vec<Slot>,
    /// Words that are odd while a writer is at it: those whose names end in one of [`SEQUENCES`].
    odd: Vec<Slot>,
    /// Flags of pages, and the bit of the page lock.
    flags: Vec<Slot>,
    page_lock: u64,
}

/// Sequence counts that are raised once where a writer begins and once where he ends.
const SEQUENCES: [&str; 2] = ["write_protect_seq", "mapcount_seq"];
/// Counts of what is under way.
const UNDER_WAY: [&str; 2] = ["tlb_flush_pending", "swap_prepared"];
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

impl Locks {
    /// Looks through the names of the kernel's variables.
    pub(crate) fn find(p: &Program) -> Locks {
        let mut locks = Locks::default();
        let bit = p.constants.get("PG_locked");
        for g in p.globals.iter().filter(|g| !g.name.starts_with("ghost_")) {
            for word in 0..p.types.words(g.ty) {
                let mut path = g.name.clone();
                p.path(g.ty, word, &mut path);
                let name = path.rsplit('.').next().unwrap_or_default();
                let name = name.split('[').next().unwrap_or_default();
                if name.ends_with("lock") || UNDER_WAY.contains(&name) {
                    locks.free_at_zero.push(g.slot + word);
                } else if SEQUENCES.iter().any(|seq| name.ends_with(seq)) {
                    locks.odd.push(g.slot + word);
                } else if name == "flags" && g.name == "mem_map" && bit.is_some() {
                    locks.flags.push(g.slot + word);
                }
            }
        }
        locks.page_lock = bit.map_or(0, |bit| 1 << (*bit as u64 & 63));
        locks
    }

    /// Has somebody kept one?
    fn kept(&self, st: &State) -> bool {
        self.free_at_zero.iter().any(|slot| st.get(*slot) != 0)
            || self.odd.iter().any(|slot| st.get(*slot) & 1 == 1)
            || self.flags.iter().any(|slot| st.get(*slot) & self.page_lock != 0)
    }
}

/// Where the kernel keeps the memory areas of an address space: `mms[].vma[]`.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    first: Slot,
    /// Words of an address space and of an area, and how many areas it has; 0: there is nothing like that.
    mm: u32,
    area: u32,
    number: u32,
    start: u32,
    end: u32,
    flags: u32,
    write: u64,
}

impl Areas {
    /// Looks for them.
    pub(crate) fn find(p: &Program) -> Areas {
        Areas::of(p).unwrap_or_default()
    }

    fn of(p: &Program) -> Option<Areas> {
        let g = p.global("mms")?;
        let Ty::Array(mm, _) = *p.types.get(g.ty) else { return None };
        let list = p.types.field(mm, "vma")?;
        let Ty::Array(area, number) = *p.types.get(list.ty) else { return None };
        let offset = |name: &str| Some(p.types.field(area, name)?.offset);
        Some(Areas {
            first: g.slot + list.offset,
            mm: p.types.words(mm),
            area: p.types.words(area),
            number,
            start: offset("start")?,
            end: offset("end")?,
            flags: offset("flags")?,
            write: *p.constants.get("VM_WRITE")? as u64,
        })
    }

    /// May an entry be there, and let programs write if it does?
    fn allow(&self, st: &State, process: u32, va: u64, writes: bool) -> bool {
        let areas = (0..self.number).map(|n| self.first + process * self.mm + n * self.area);
        let mut around = areas.filter(|area| (st.get(area + self.start)..st.get(area + self.end)).contains(&va));
        around.any(|area| !writes || st.get(area + self.flags) & self.write != 0)
    }
}

impl System {
    /// In a final state: what is mapped lies in an area that allows it.
    pub(crate) fn check_areas(&self) -> Option<Violation> {
        let areas = &self.ghost.areas;
        let wrong = areas.number != 0
            && (0..self.processes()).any(|process| {
                let root = self.root_of(process);
                root != 0 && !self.is_free((root >> 12) as u32) && self.maps_outside(process, root, 4, 0)
            });
        wrong.then_some(Violation { invariant: broken::AREAS, place: 0 })
    }

    fn maps_outside(&self, process: u32, table: u64, level: u32, base: u64) -> bool {
        (0..self.frame_words().min(512) as u64).any(|i| {
            let e = self.machine.peek(&self.state, (table & ADDRESS) + i * 8);
            let va = base | i << (12 + 9 * (level - 1));
            if e & 1 == 0 {
                return false;
            }
            if level > 1 && e & 0x80 == 0 {
                return self.maps_outside(process, e, level - 1, va);
            }
            !self.ghost.areas.allow(&self.state, process, va, e & 2 != 0)
        })
    }

    /// In a final state: every lock is free, and interrupts are on.
    pub(crate) fn check_locks(&self) -> Option<Violation> {
        let masked = self.program.interrupt.is_some()
            && (0..self.machine.cpus()).any(|cpu| !self.machine.interrupts_on(&self.state, cpu));
        let kept = masked || self.ghost.locks.kept(&self.state);
        kept.then_some(Violation { invariant: broken::LOCKS, place: 0 })
    }

    /// In a final state: what each process would find if it looked at its memory once more, mapped or swapped out.
    pub(crate) fn check_contents(&self) -> Vec<Violation> {
        let mut broke = [false; 2];
        for process in 0..self.processes() {
            let root = self.root_of(process);
            if root == 0 || self.is_free((root >> 12) as u32) {
                continue;
            }
            for (va, may) in self.known_values(process) {
                let Some(slot) = self.word_behind(root, va) else { continue };
                broke[0] |= may & super::written::bit(self.state.get(slot)) == 0;
                broke[1] |= self.viewers(slot) >> process & 1 == 0;
            }
        }
        let named = [broken::LOST_WRITE, broken::ISOLATION].into_iter().zip(broke);
        named.filter(|(_, broke)| *broke).map(|(invariant, _)| Violation { invariant, place: 0 }).collect()
    }

    /// The word of memory that holds what a process has at an address, wherever it is now; `None` where nothing is, or something that
    /// moves.
    fn word_behind(&self, root: u64, va: u64) -> Option<Slot> {
        let in_page = (va & 0xfff) as u32 / 8;
        let frame = match self.mapped_frame(root, va) {
            Some(pfn) => pfn,
            None => self.kept_elsewhere(root, va)?,
        };
        let index = self.frame_index(frame).filter(|_| !self.is_free(frame as u32))?;
        (index != 0).then(|| self.slot_of_frame(frame).map(|first| first + in_page)).flatten()
    }

    /// The frame behind an entry that the hardware does not take: a page that its owner may not touch now, or a place on the swap device.
    fn kept_elsewhere(&self, root: u64, va: u64) -> Option<u64> {
        let entry = self.last_entry(root, va)?;
        if entry & self.ghost.counted.hidden() != 0 {
            return Some((entry & ADDRESS) >> 12);
        }
        let swap = *self.program.constants.get("PTE_SWAP")? as u64;
        let place = ((entry & ADDRESS) >> 12).checked_sub(1).filter(|_| entry & swap != 0)? as u32;
        let word = |name: &str| {
            let g = self.program.global(name)?;
            (place < self.program.types.words(g.ty)).then(|| self.state.get(g.slot + place))
        };
        word("swap_cache").filter(|pfn| *pfn != 0).or_else(|| word("swap_frame"))
    }

    /// The entry of the last level for an address, present or not.
    fn last_entry(&self, root: u64, va: u64) -> Option<u64> {
        let mut table = root & ADDRESS;
        for level in (1..=4u32).rev() {
            let index = va >> (12 + 9 * (level - 1)) & 511;
            let entry = self.machine.peek(&self.state, table + index * 8);
            if level == 1 {
                return Some(entry);
            }
            if entry & 1 == 0 || entry & 0x80 != 0 {
                return None;
            }
            table = entry & ADDRESS;
        }
        None
    }
}
