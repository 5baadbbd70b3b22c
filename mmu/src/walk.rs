//! Translation of linear addresses: TLB lookup, then a walk of one memory reference per micro-step
//! (SDM vol. 3A, 4.5 "4-level paging and 5-level paging", 4.6 access rights, 4.7 faults, 4.8 A and D, 4.10 caching).

use crate::access::{Access, AccessKind, PageFault, Source, Translate};
use crate::chooser::Chooser;
use crate::control::Control;
use crate::cpu::{Cpu, slot};
use crate::entry::{Entry, PageSize};
use crate::machine::{Machine, Tlbs};
use crate::mutant::Mutant;
use crate::state::{Slot, State};
use crate::tlb::Tag;

/// The walk in flight as one word: bits 51:12 the table, RW, US and NX the rights so far, in their places in an entry;
/// and in bits that an entry uses otherwise: active (0), level (3:5), update of A and D is next (6), kind (7:8), CPL 3 (9).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head(pub(crate) u64);

impl Head {
    pub(crate) const ACTIVE: u64 = 1;
    const UPDATE: u64 = 1 << 6;
    const RIGHTS: u64 = Entry::RW | Entry::US | Entry::NX;

    fn new(table: u64, level: u32, rights: u64, access: &Access) -> Head {
        let kind = access.kind as u64;
        let user = u64::from(access.is_user());
        Head(
            Self::ACTIVE
                | table & Entry::ADDRESS
                | rights & Self::RIGHTS
                | u64::from(level) << 3
                | kind << 7
                | user << 9,
        )
    }

    pub(crate) fn table(self) -> u64 {
        self.0 & Entry::ADDRESS
    }

    pub(crate) fn level(self) -> u32 {
        (self.0 >> 3 & 7) as u32
    }

    pub(crate) fn updating(self) -> bool {
        self.0 & Self::UPDATE != 0
    }

    pub(crate) fn rights(self) -> Entry {
        Entry(self.0 & Self::RIGHTS)
    }

    fn serves(self, access: &Access) -> bool {
        self.0 >> 7 & 7 == access.kind as u64 | u64::from(access.is_user()) << 2
    }

    pub(crate) fn kind(self) -> AccessKind {
        match self.0 >> 7 & 3 {
            0 => AccessKind::Read,
            1 => AccessKind::Write,
            _ => AccessKind::Fetch,
        }
    }

    pub(crate) fn user(self) -> bool {
        self.0 >> 9 & 1 != 0
    }
}

/// What one look at one entry decided.
pub(crate) enum Look {
    /// Not present, reserved or forbidden: the error code.
    Fault(u32),
    /// The entry refers to a table; rights so far.
    Table(u64),
    /// The entry maps a page; rights of the whole walk.
    Leaf(Entry, PageSize),
}

impl Machine {
    /// One micro-step of the translation of `access` on `cpu`.
    ///
    /// A TLB hit answers at once. Otherwise each call reads one entry of the paging structures, or sets A and D in one
    /// by a locked compare-and-exchange; call again with the same access until it answers. A different access in between
    /// throws the walk away. `ch` is asked only in [`TlbMode::MaySet`](crate::TlbMode::MaySet), once.
    #[inline]
    pub fn translate(&mut self, st: &mut State, cpu: Cpu, access: &Access, ch: &mut Chooser) -> Translate {
        let base = self.base(cpu);
        let head = Head(st.get(base + slot::WALK));
        if head.0 & Head::ACTIVE != 0 {
            if st.get(base + slot::WALK_VA) == access.va && head.serves(access) {
                return self.continue_walk(st, cpu, access, head);
            }
            self.abort_walk(st, cpu);
        }
        if !self.canonical(access.va) && !self.mutant(Mutant::CanonicalIgnored) {
            let counters = self.count(cpu);
            counters.translations += 1;
            counters.general_protections += 1;
            return Translate::GeneralProtection;
        }
        let control = Control(st.get(base + slot::CONTROL));
        let Some(tlbs) = &self.tlbs else { return self.may_translate(st, cpu, access, ch) };
        let pcid = self.pcid_under(control, st, cpu);
        if let Some((mut rights, size, source)) = lookup(st, tlbs, base, access.va, pcid) {
            if cfg!(feature = "mutants") {
                if self.mutant(Mutant::NegativeCaching) && !rights.has(Entry::P) {
                    return self.fault(st, cpu, access, access.error_base(control));
                }
                rights = self.spoiled_hit(rights);
            }
            let pkru = if control.has(Control::PKE) { st.get(base + slot::PKRU) as u32 } else { 0 };
            if let Err(code) = self.permission(control, pkru, access, rights) {
                return self.fault(st, cpu, access, code);
            }
            if access.kind == AccessKind::Write && !rights.has(Entry::D) && !self.mutant(Mutant::DirtyInTlbOnly) {
                self.count(cpu).dirty_walks += 1;
            } else {
                let costs = self.config.costs;
                let counters = self.count(cpu);
                counters.translations += 1;
                let cost = if source == Source::L1 {
                    counters.l1_hits += 1;
                    costs.tlb_l1
                } else {
                    counters.l2_hits += 1;
                    costs.tlb_l2
                };
                self.charge(cpu, cost);
                let pa = rights.address() | access.va & self.offset_mask(size);
                return Translate::Done { pa, rights, size, source };
            }
        }
        self.begin_walk(st, cpu, access, pcid)
    }

    /// The address is canonical: bits above the paging levels repeat the highest one (SDM vol. 1, 3.3.7.1).
    #[inline(always)]
    pub(crate) fn canonical(&self, va: u64) -> bool {
        let unused = 64 - (12 + 9 * self.config.levels);
        ((va << unused) as i64 >> unused) as u64 == va
    }

    /// Starts at the root, or below the longest prefix that the paging-structure caches know (SDM 4.10.3.2).
    fn begin_walk(&mut self, st: &mut State, cpu: Cpu, access: &Access, pcid: u64) -> Translate {
        let base = self.base(cpu);
        self.count(cpu).walks += 1;
        let mut head = Head::new(self.root(st, cpu), self.config.levels, Head::RIGHTS & !Entry::NX, access);
        if let Some(tlbs) = &self.tlbs {
            for level in 2..=self.config.levels {
                let Some(psc) = &tlbs.psc[level as usize] else { continue };
                let want = Tag::prefix(access.va, level, pcid);
                if let Some(e) = psc.lookup(st, base, 0, want) {
                    let forget = if self.mutant(Mutant::PscWithoutRights) { Entry::RW | Entry::US } else { 0 };
                    head = Head::new(e.address(), level - 1, e.0 | forget, access);
                    self.count(cpu).psc_hits[level as usize] += 1;
                    break;
                }
            }
        }
        self.read_entry(st, cpu, access, head)
    }

    fn continue_walk(&mut self, st: &mut State, cpu: Cpu, access: &Access, head: Head) -> Translate {
        if head.updating() { self.update_entry(st, cpu, access, head) } else { self.read_entry(st, cpu, access, head) }
    }

    /// Micro-step: one read of one entry.
    fn read_entry(&mut self, st: &mut State, cpu: Cpu, access: &Access, head: Head) -> Translate {
        let base = self.base(cpu);
        let level = head.level();
        let pa = entry_address(head.table(), access.va, level);
        let word = self.memory.slot_of(pa);
        let entry = self.walker_read(st, cpu, word);
        self.count(cpu).references[level as usize] += 1;
        self.charge_reference(cpu, word, false);
        let control = Control(st.get(base + slot::CONTROL));
        let look = self.look(control, access, entry, level, head.rights());
        let mut need = Entry::A;
        if let Look::Leaf(rights, _) = &look {
            let pkru = st.get(base + slot::PKRU) as u32;
            if let Err(code) = self.permission(control, pkru, access, *rights) {
                let rights = *rights;
                let answer = self.fault(st, cpu, access, code);
                if cfg!(feature = "mutants") {
                    self.spoil_after_fault(st, cpu, access, entry, (pa, level));
                    if self.mutant(Mutant::CachesUnaccessed) && level == 1 {
                        let pcid = self.pcid_under(control, st, cpu);
                        self.fill(st, cpu, access.va, pcid, rights, PageSize::Size4K);
                    }
                }
                return answer;
            }
            if access.kind == AccessKind::Write {
                need |= Entry::D;
            }
        }
        if let Look::Fault(code) = look {
            let answer = self.fault(st, cpu, access, code);
            if cfg!(feature = "mutants") {
                self.spoil_after_fault(st, cpu, access, entry, (pa, level));
            }
            return answer;
        }
        if cfg!(feature = "mutants") {
            need = self.spoiled_need(need, access, &look);
        }
        if entry.has(need) {
            return self.use_entry(st, cpu, access, head, control, look);
        }
        st.set(base + slot::WALK, head.0 | Head::UPDATE);
        st.set(base + slot::WALK_VA, access.va);
        st.set(base + slot::WALK_ENTRY, entry.0);
        Translate::Walking
    }

    /// Micro-step: A, and D where the access is a write and this is the leaf, by locked compare-and-exchange (SDM 4.8,
    /// 8.1.2.1 "automatic locking"). An entry that changed since it was read is not touched: the walk begins anew.
    fn update_entry(&mut self, st: &mut State, cpu: Cpu, access: &Access, head: Head) -> Translate {
        let base = self.base(cpu);
        let level = head.level();
        let pa = entry_address(head.table(), access.va, level);
        let seen = Entry(st.get(base + slot::WALK_ENTRY));
        self.charge(cpu, self.config.costs.locked);
        let memory = self.memory.slot_of(pa);
        let changed = memory.map_or(0, |word| st.get(word)) != seen.0;
        let careless = self.mutant(Mutant::PlainUpdate) || self.mutant(Mutant::UpdateWithoutRestart);
        if changed && !careless {
            self.count(cpu).restarts += 1;
            self.clear_walk(st, base);
            return Translate::Restarted;
        }
        let control = Control(st.get(base + slot::CONTROL));
        let mut look = self.look(control, access, seen, level, head.rights());
        let mut set = Entry::A;
        if let Look::Leaf(rights, _) = &mut look
            && access.kind == AccessKind::Write
        {
            set |= Entry::D;
            rights.0 |= Entry::D;
        }
        if cfg!(feature = "mutants") {
            set = self.spoiled_need(set, access, &look);
        }
        if let Some(word) = memory
            && !(changed && self.mutant(Mutant::UpdateWithoutRestart))
        {
            self.write_memory(st, word, seen.0 | set);
        }
        self.count(cpu).ad_updates += 1;
        self.use_entry(st, cpu, access, head, control, look)
    }

    /// The entry is as it should be: go down, or fill the TLB and answer.
    fn use_entry(
        &mut self,
        st: &mut State,
        cpu: Cpu,
        access: &Access,
        head: Head,
        control: Control,
        look: Look,
    ) -> Translate {
        let base = self.base(cpu);
        match look {
            Look::Table(below) => {
                let level = head.level();
                if let Some(psc) = self.tlbs.as_ref().and_then(|t| t.psc[level as usize]) {
                    let pcid = self.pcid_under(control, st, cpu);
                    psc.fill(st, base, 0, Tag::prefix(access.va, level, pcid), Entry(below));
                }
                st.set(base + slot::WALK, Head::new(below, level - 1, below, access).0);
                st.set(base + slot::WALK_VA, access.va);
                if head.updating() {
                    st.set(base + slot::WALK_ENTRY, 0);
                }
                Translate::Walking
            }
            Look::Leaf(rights, size) => {
                let pcid = self.pcid_under(control, st, cpu);
                self.fill(st, cpu, access.va, pcid, rights, size);
                self.clear_walk(st, base);
                let counters = self.count(cpu);
                counters.translations += 1;
                counters.walks_done += 1;
                let pa = rights.address() | access.va & self.offset_mask(size);
                Translate::Done { pa, rights, size, source: Source::Walk }
            }
            Look::Fault(code) => self.fault(st, cpu, access, code),
        }
    }

    /// Judges one entry: present, reserved bits, table or page (SDM 4.5, tables 4-15 to 4-20).
    pub(crate) fn look(&self, control: Control, access: &Access, entry: Entry, level: u32, above: Entry) -> Look {
        let code = access.error_base(control);
        if !entry.has(Entry::P) {
            return Look::Fault(code);
        }
        let pages_1g = self.config.pages_1g && !self.mutant(Mutant::Large1GAsTable);
        let leaf = level == 1 || (entry.has(Entry::PS) && (level == 2 || (level == 3 && pages_1g)));
        let mut reserved = self.reserved(control, level, leaf);
        if cfg!(feature = "mutants") {
            reserved = self.spoiled_reserved(reserved, level);
        }
        if entry.0 & reserved != 0 {
            let p = if self.mutant(Mutant::ReservedWithoutP) { 0 } else { PageFault::P };
            return Look::Fault(code | p | PageFault::RSVD);
        }
        // Rights are the AND of R/W and U/S and the OR of XD over all levels (SDM 4.6.1).
        let above = if cfg!(feature = "mutants") { self.spoiled_above(above) } else { above };
        let both = entry.0 & above.0 & (Entry::RW | Entry::US) | (entry.0 | above.0) & Entry::NX;
        if !leaf {
            return Look::Table(entry.address() | both);
        }
        let size = PageSize::of_level(level);
        let mut carried = Entry::D | Entry::PWT | Entry::PCD | 15 << 59;
        if control.has(Control::PGE) || self.mutant(Mutant::GlobalWithoutPge) {
            carried |= Entry::G;
        }
        let pat = if self.mutant(Mutant::PatAsAddress) { 1 << 12 } else { 0 };
        let page = entry.address() & (!size.offset_mask() | pat);
        Look::Leaf(Entry(page | both | entry.0 & carried | Entry::P | Entry::A), size)
    }

    /// Bits that must be 0 in a present entry (SDM 4.5.4): address bits from MAXPHYADDR up, XD while NXE is 0, PS where
    /// the level has no pages, and the low address bits of a large page but for PAT.
    fn reserved(&self, control: Control, level: u32, leaf: bool) -> u64 {
        let mut bits = Entry::ADDRESS & !((1 << self.config.maxphyaddr) - 1);
        if !control.has(Control::NXE) {
            bits |= Entry::NX;
        }
        match level {
            1 => {}
            2 | 3 if leaf => bits |= PageSize::of_level(level).offset_mask() & !0x1fff,
            2 => {}
            _ => bits |= Entry::PS,
        }
        bits
    }

    /// Fills both TLB levels. The value has A=1 by construction (SDM 4.10.2.3: no translation with A=0 is cached).
    pub(crate) fn fill(&mut self, st: &mut State, cpu: Cpu, va: u64, pcid: u64, value: Entry, size: PageSize) {
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else { return };
        let tag = Tag::page(va, size, pcid).with_global(value.has(Entry::G));
        let l1 = if size == PageSize::Size4K { &tlbs.l1_4k } else { &tlbs.l1_large };
        l1.fill(st, base, va >> size.shift(), tag, value);
        if let Some(l2) = &tlbs.l2 {
            l2.fill(st, base, va >> size.shift(), tag, value);
        }
    }

    /// `cpu` walks to `va` although no access needs it, and sets the first clear A bit on the way (SDM 4.8 allows it;
    /// 4.10.2.3, 4.10.3.1: what it walked to may be cached). One step; false when there is no clear A bit to be set.
    ///
    /// This is an agent for systems that offer it; nothing in the machine walks speculatively by itself.
    pub fn speculate(&mut self, st: &mut State, cpu: Cpu, va: u64) -> bool {
        let control = self.control(st, cpu);
        let access = Access::supervisor(va, AccessKind::Read);
        let mut above = Entry(self.root(st, cpu) | Head::RIGHTS & !Entry::NX);
        for level in (1..=self.config.levels).rev() {
            let Some(word) = self.memory.slot_of(entry_address(above.address(), va, level)) else { return false };
            let entry = Entry(st.get(word));
            let look = self.look(control, &access, entry, level, above);
            if matches!(look, Look::Fault(_)) {
                return false;
            }
            if !entry.accessed() {
                self.write_memory(st, word, entry.0 | Entry::A);
                self.count(cpu).ad_updates += 1;
                return true;
            }
            match look {
                Look::Table(below) => above = Entry(below),
                _ => return false,
            }
        }
        false
    }

    /// #PF: ends the walk, drops what is cached for the address (SDM 4.10.4.1, last paragraphs).
    #[cold]
    pub(crate) fn fault(&mut self, st: &mut State, cpu: Cpu, access: &Access, code: u32) -> Translate {
        let base = self.base(cpu);
        self.clear_walk(st, base);
        self.drop_for_fault(st, cpu, access.va);
        let counters = self.count(cpu);
        counters.translations += 1;
        counters.faults += 1;
        self.charge(cpu, self.config.costs.fault_entry);
        let fault = PageFault { error_code: code, cr2: access.va };
        Translate::Fault(if cfg!(feature = "mutants") { self.spoiled_fault(fault, access) } else { fault })
    }

    pub(crate) fn clear_walk(&mut self, st: &mut State, base: Slot) {
        for part in [slot::WALK, slot::WALK_VA, slot::WALK_ENTRY] {
            st.set(base + part, 0);
        }
    }

    /// Ends the walk in flight on `cpu`, if there is one: it may fill nothing afterwards.
    pub(crate) fn abort_walk(&mut self, st: &mut State, cpu: Cpu) {
        let base = self.base(cpu);
        if st.get(base + slot::WALK) & Head::ACTIVE != 0 {
            self.count(cpu).aborts += 1;
            self.clear_walk(st, base);
        }
    }
}

/// Physical address of the entry that maps `va` in the table of `level`.
#[inline(always)]
pub(crate) fn entry_address(table: u64, va: u64, level: u32) -> u64 {
    table | (va >> (12 + 9 * (level - 1)) & 511) << 3
}

/// The TLBs' answer, first level first; what the second level knows is copied to the first.
#[inline(always)]
fn lookup(st: &mut State, tlbs: &Tlbs, base: Slot, va: u64, pcid: u64) -> Option<(Entry, PageSize, Source)> {
    let want = Tag::page(va, PageSize::Size4K, pcid);
    if let Some(e) = tlbs.l1_4k.lookup(st, base, va >> 12, want) {
        return Some((e, PageSize::Size4K, Source::L1));
    }
    for size in [PageSize::Size2M, PageSize::Size1G] {
        if let Some(e) = tlbs.l1_large.lookup(st, base, va >> size.shift(), Tag::page(va, size, pcid)) {
            return Some((e, size, Source::L1));
        }
    }
    let l2 = tlbs.l2?;
    for size in [PageSize::Size4K, PageSize::Size2M, PageSize::Size1G] {
        if let Some(e) = l2.lookup(st, base, va >> size.shift(), Tag::page(va, size, pcid)) {
            let l1 = if size == PageSize::Size4K { &tlbs.l1_4k } else { &tlbs.l1_large };
            let tag = Tag::page(va, size, pcid).with_global(e.has(Entry::G));
            l1.fill(st, base, va >> size.shift(), tag, e);
            return Some((e, size, Source::L2));
        }
    }
    None
}
