//! "No stale authority": when a flush has ended, nobody may use rights that were withdrawn before it began.
//!
//! `ghost_mark_flush(process, va, pages)` says that a flush begins: every CPU that works in that address space owes it, until it drops the
//! translations itself or has them dropped. At `ghost_flush_done()` a CPU that still owes it has missed the flush. That is no break yet:
//! a CPU may be passed over on purpose, if it catches up before it uses its TLB again (lazy TLB mode). It is one when such a CPU
//! makes an access by a cached translation that the page tables do not grant any more.

use cowscope_mmu::{Slot, State};

use super::{System, broken};

/// Words of a flush under way: the CPUs that owe it, one bit each; its first address; its pages.
const FLUSH_WORDS: u32 = 3;
/// Words of what a CPU has missed: the first address; pages, 0 for nothing.
const MISSED_WORDS: u32 = 2;
/// As many pages as this are an address space.
const ALL: u64 = u64::MAX;

/// Where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authority {
    /// By task.
    flushes: Slot,
    tasks: u32,
    /// By CPU.
    missed: Slot,
    cpus: u32,
}

impl Authority {
    pub(crate) fn alloc(st: &mut State, tasks: u32, cpus: u32) -> Self {
        let flushes = st.alloc(tasks * FLUSH_WORDS);
        let missed = st.alloc(cpus * MISSED_WORDS);
        Authority { flushes, tasks, missed, cpus }
    }

    fn flush_of(&self, task: u32) -> Slot {
        self.flushes + task * FLUSH_WORDS
    }

    fn missed_by(&self, cpu: u32) -> Slot {
        self.missed + cpu * MISSED_WORDS
    }
}

/// Does dropping the translation of this page, or all of them, do for these?
fn suffices(dropped: Option<u64>, first: u64, pages: u64) -> bool {
    dropped.is_none_or(|va| pages != ALL && va >> 12 == first >> 12)
}

fn covers(first: u64, pages: u64, va: u64) -> bool {
    va >= first & !0xfff && (va - (first & !0xfff)) >> 12 < pages
}

impl System {
    /// A task begins to flush these pages of a process; one page may stand for all of a huge one.
    pub(crate) fn flush_begins(&mut self, task: u32, process: u32, va: u64, pages: u64) {
        let root = if process < self.layout.processes { self.root_of(process) } else { 0 };
        if root == 0 || pages == 0 {
            return;
        }
        let works = |cpu: &u32| self.machine.root(&self.state, *cpu) == root;
        let owe = (0..self.ghost.authority.cpus).filter(works).fold(0, |mask, cpu| mask | 1u64 << cpu);
        let at = self.ghost.authority.flush_of(task);
        for (w, value) in [owe, va, pages].into_iter().enumerate() {
            self.state.set(at + w as u32, value);
        }
    }

    /// The task's flush has ended: who still owes it has missed it.
    pub(crate) fn flush_ends(&mut self, task: u32) {
        let at = self.ghost.authority.flush_of(task);
        let [owe, va, pages] = [0, 1, 2].map(|w| self.state.get(at + w));
        for cpu in (0..self.ghost.authority.cpus).filter(|cpu| owe >> cpu & 1 == 1) {
            let to = self.ghost.authority.missed_by(cpu);
            let all = self.state.get(to + 1) != 0;
            self.state.set(to, if all { 0 } else { va });
            self.state.set(to + 1, if all { ALL } else { pages });
        }
        if pages != 0 {
            (0..FLUSH_WORDS).for_each(|w| self.state.set(at + w, 0));
        }
    }

    /// A CPU has dropped what it cached of a page, or everything.
    pub(crate) fn translations_dropped(&mut self, cpu: u32, va: Option<u64>) {
        for task in 0..self.ghost.authority.tasks {
            let at = self.ghost.authority.flush_of(task);
            let owe = self.state.get(at);
            if owe >> cpu & 1 == 1 && suffices(va, self.state.get(at + 1), self.state.get(at + 2)) {
                self.state.set(at, owe & !(1 << cpu));
            }
        }
        let at = self.ghost.authority.missed_by(cpu);
        let pages = self.state.get(at + 1);
        if pages != 0 && suffices(va, self.state.get(at), pages) {
            (0..MISSED_WORDS).for_each(|w| self.state.set(at + w, 0));
        }
    }

    /// A CPU made an access by a cached translation to this frame.
    pub(crate) fn cached_translation_used(&mut self, cpu: u32, va: u64, pfn: u64, write: bool, op: u32) {
        let at = self.ghost.authority.missed_by(cpu);
        let pages = self.state.get(at + 1);
        if pages == 0 || !covers(self.state.get(at), pages, va) {
            return;
        }
        let root = self.machine.root(&self.state, cpu);
        let granted = self.mapped(root, va).is_some_and(|(mapped, writable)| mapped == pfn && (writable || !write));
        if !granted {
            self.broke(broken::STALE_AUTHORITY, op);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_begins_at_its_page() {
        assert!(covers(0x1008, 1, 0x1000) && covers(0x1000, 2, 0x2fff) && covers(0, ALL, 0x7000));
        assert!(!covers(0x1000, 1, 0xfff) && !covers(0x1000, 1, 0x2000));
    }

    #[test]
    fn one_page_does_not_do_for_all() {
        assert!(
            suffices(None, 0, ALL) && suffices(Some(0x1008), 0x1000, 1) && suffices(Some(0x20_0000), 0x20_0000, 512)
        );
        assert!(!suffices(Some(0), 0, ALL) && !suffices(Some(0x2000), 0x1000, 1));
    }
}
