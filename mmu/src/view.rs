//! Read-only views for display: nothing here changes or costs anything.

use crate::access::AccessKind;
use crate::cpu::{Cpu, slot};
use crate::entry::{Entry, PageSize};
use crate::machine::Machine;
use crate::stale::Holding;
use crate::state::State;
use crate::tlb::Tag;
use crate::walk::{Head, entry_address};

/// Where a translation or prefix is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// In the first-level TLB.
    L1,
    /// In the second-level TLB.
    L2,
    /// In a paging-structure cache.
    Psc,
    /// It can be walked to now, so any TLB may hold it (may-sets).
    Walkable,
    /// It can no longer be walked to, and nothing has dropped it (may-sets).
    Stale,
}

/// A cached translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlbEntry {
    /// Which structure holds it.
    pub held: Held,
    /// First linear address of the page.
    pub va: u64,
    /// Size of the page.
    pub size: PageSize,
    /// Physical page, rights of the walk, D and G, in the layout of an entry.
    pub value: Entry,
    /// Process-context identifier.
    pub pcid: u16,
    /// Usable under any PCID.
    pub global: bool,
}

/// A paging-structure-cache entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PscEntry {
    /// Which structure holds it.
    pub held: Held,
    /// Level of the cached entry: 2 PDE, 3 PDPTE, 4 PML4E, 5 PML5E.
    pub level: u32,
    /// First linear address of the prefix.
    pub va: u64,
    /// The table below and the rights so far, in the layout of an entry.
    pub value: Entry,
    /// Process-context identifier.
    pub pcid: u16,
}

/// A walk in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkView {
    /// The linear address.
    pub va: u64,
    /// What the access is.
    pub kind: AccessKind,
    /// It is a user-mode access.
    pub user: bool,
    /// Level of the entry that is next: 5 or 4 down to 1.
    pub level: u32,
    /// Physical address of that entry.
    pub entry_pa: u64,
    /// The rights so far: R/W, U/S, XD.
    pub rights: Entry,
    /// The next micro-step is the locked update of A and D; this is the value it expects.
    pub updating: Option<Entry>,
}

/// One level of a walk that was only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkLevel {
    /// 5 or 4 down to 1.
    pub level: u32,
    /// Physical address of the entry.
    pub entry_pa: u64,
    /// The entry in memory; 0 where there is no memory.
    pub entry: Entry,
    /// The page it maps, if this is the leaf.
    pub leaf: Option<PageSize>,
}

impl Machine {
    /// The walk in flight on `cpu`. While there is one, the CPU takes no interrupt.
    pub fn walking(&self, st: &State, cpu: Cpu) -> Option<WalkView> {
        let base = self.base(cpu);
        let head = Head(st.get(base + slot::WALK));
        if head.0 & Head::ACTIVE == 0 {
            return None;
        }
        let va = st.get(base + slot::WALK_VA);
        Some(WalkView {
            va,
            kind: head.kind(),
            user: head.user(),
            level: head.level(),
            entry_pa: entry_address(head.table(), va, head.level()),
            rights: head.rights(),
            updating: head.updating().then(|| Entry(st.get(base + slot::WALK_ENTRY))),
        })
    }

    /// The cached translations of `cpu`, structure by structure. With may-sets, first those that are walkable, then the
    /// stale ones.
    pub fn tlb_entries(&self, st: &State, cpu: Cpu) -> Vec<TlbEntry> {
        let base = self.base(cpu);
        let mut all = Vec::new();
        let mut show = |held: Held, items: Vec<(Tag, Entry)>| {
            all.extend(items.into_iter().map(|(tag, value)| TlbEntry {
                held,
                va: tag.va(self.config.levels),
                size: tag.size(),
                value,
                pcid: tag.pcid() as u16,
                global: tag.global(),
            }));
        };
        match &self.tlbs {
            Some(tlbs) => {
                show(Held::L1, tlbs.l1_4k.entries(st, base));
                show(Held::L1, tlbs.l1_large.entries(st, base));
                show(Held::L2, tlbs.l2.map(|l2| l2.entries(st, base)).unwrap_or_default());
            }
            None => {
                let (walkable, stale) = self.may_hold(st, cpu);
                show(Held::Walkable, walkable.translations);
                show(Held::Stale, stale.translations);
            }
        }
        all
    }

    /// The paging-structure-cache entries of `cpu`, from PDEs up. With may-sets, first those that are walkable, then the
    /// stale ones.
    pub fn psc_entries(&self, st: &State, cpu: Cpu) -> Vec<PscEntry> {
        let base = self.base(cpu);
        let mut all = Vec::new();
        let mut show = |held: Held, items: Vec<(Tag, Entry)>| {
            all.extend(items.into_iter().map(|(tag, value)| PscEntry {
                held,
                level: tag.level(),
                va: tag.va(self.config.levels),
                value,
                pcid: tag.pcid() as u16,
            }));
        };
        match &self.tlbs {
            Some(tlbs) => tlbs.psc.iter().flatten().for_each(|psc| show(Held::Psc, psc.entries(st, base))),
            None => {
                let (walkable, stale) = self.may_hold(st, cpu);
                show(Held::Walkable, walkable.prefixes);
                show(Held::Stale, stale.prefixes);
            }
        }
        all
    }

    fn may_hold(&self, st: &State, cpu: Cpu) -> (Holding, Holding) {
        let (mut walkable, mut stale) = (Holding::default(), Holding::default());
        self.may_walkable(st, cpu, &mut walkable);
        self.may_stale(st, cpu, &mut stale);
        (walkable, stale)
    }

    /// What a walk of `va` from `root` (a CR3 value or table address) would meet, from the root down; nothing changes.
    /// Ends at a leaf, at a non-present entry, or at level 1. Reserved bits are not judged.
    pub fn peek_walk(&self, st: &State, root: u64, va: u64) -> Vec<WalkLevel> {
        let mut table = root & Entry::ADDRESS;
        let mut levels = Vec::new();
        for level in (1..=self.config.levels).rev() {
            let entry_pa = entry_address(table, va, level);
            let entry = Entry(self.peek(st, entry_pa));
            let page = level == 1 || (entry.page_size() && level <= 3);
            let leaf = (entry.present() && page).then(|| PageSize::of_level(level));
            levels.push(WalkLevel { level, entry_pa, entry, leaf });
            if leaf.is_some() || !entry.present() {
                break;
            }
            table = entry.address();
        }
        levels
    }
}
