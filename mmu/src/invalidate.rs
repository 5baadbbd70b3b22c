//! Registers that select and drop cached translations (SDM vol. 3A, 4.10.4.1 "Operations that invalidate TLBs and
//! paging-structure caches").

use crate::control::Control;
use crate::cpu::{Cpu, slot};
use crate::entry::{Entry, PageSize};
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::state::State;
use crate::tlb::Tag;

/// The four types of INVPCID (SDM vol. 2A, INVPCID).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invpcid {
    /// Type 0: one page of one PCID, not global.
    Address {
        /// Process-context identifier, 0 to 4095.
        pcid: u16,
        /// Linear address.
        va: u64,
    },
    /// Type 1: all of one PCID, not global.
    SingleContext {
        /// Process-context identifier, 0 to 4095.
        pcid: u16,
    },
    /// Type 2: everything.
    AllIncludingGlobals,
    /// Type 3: all PCIDs, not global.
    AllExceptGlobals,
}

impl Machine {
    /// The mode bits of `cpu`.
    #[inline(always)]
    pub fn control(&self, st: &State, cpu: Cpu) -> Control {
        Control(st.get(self.base(cpu) + slot::CONTROL))
    }

    /// CR3 of `cpu`.
    #[inline(always)]
    pub fn cr3(&self, st: &State, cpu: Cpu) -> u64 {
        st.get(self.base(cpu) + slot::CR3)
    }

    /// PKRU of `cpu`.
    pub fn pkru(&self, st: &State, cpu: Cpu) -> u32 {
        st.get(self.base(cpu) + slot::PKRU) as u32
    }

    /// Sets PKRU; nothing cached is invalidated (SDM 4.6.2). A walk in flight was judged by the old value: it ends.
    pub fn set_pkru(&mut self, st: &mut State, cpu: Cpu, pkru: u32) {
        self.abort_walk(st, cpu);
        st.set(self.base(cpu) + slot::PKRU, pkru.into());
    }

    /// The current PCID: CR3 bits 11:0 while CR4.PCIDE is 1, else 0 (SDM 4.10.1).
    #[inline(always)]
    pub fn pcid(&self, st: &State, cpu: Cpu) -> u64 {
        self.pcid_under(Control(st.get(self.base(cpu) + slot::CONTROL)), st, cpu)
    }

    /// As [`pcid`](Self::pcid), where the control bits were read before.
    #[inline(always)]
    pub(crate) fn pcid_under(&self, control: Control, st: &State, cpu: Cpu) -> u64 {
        let tagged = control.has(Control::PCIDE) && !self.mutant(Mutant::PcidIgnored);
        if tagged { st.get(self.base(cpu) + slot::CR3) & 0xfff } else { 0 }
    }

    /// Physical address of the first paging structure.
    #[inline(always)]
    pub fn root(&self, st: &State, cpu: Cpu) -> u64 {
        let cr3 = st.get(self.base(cpu) + slot::CR3);
        let moved = self.mutant(Mutant::RootWithLowBits) && cr3 & 0xfff != 0;
        let cr3 = if moved { cr3 + 0x1000 } else { cr3 };
        cr3 & Entry::ADDRESS & ((1 << self.config.maxphyaddr) - 1)
    }

    /// Sets EFLAGS.AC (STAC, CLAC), which invalidates nothing cached; a walk in flight ends.
    pub fn set_ac(&mut self, st: &mut State, cpu: Cpu, on: bool) {
        self.abort_walk(st, cpu);
        let base = self.base(cpu);
        let control = Control(st.get(base + slot::CONTROL)).with(Control::AC, on);
        st.set(base + slot::CONTROL, control.0);
    }

    /// Gives `cpu` new mode bits: MOV to CR0 and CR4, WRMSR EFER, STAC and CLAC in one.
    ///
    /// A change of CR4.PGE, and CR4.PCIDE from 1 to 0, drop everything; CR4.SMEP from 0 to 1 drops the current PCID.
    /// A change of EFER.NXE drops everything, which the SDM does not ask for but allows.
    pub fn set_control(&mut self, st: &mut State, cpu: Cpu, new: Control) {
        let base = self.base(cpu);
        let changed = st.get(base + slot::CONTROL) ^ new.0;
        self.abort_walk(st, cpu);
        if changed & !Control::AC == 0 {
            st.set(base + slot::CONTROL, new.0);
            return;
        }
        self.charge(cpu, self.config.costs.control_write);
        self.may_collect(st, cpu);
        let old_pcid = self.pcid(st, cpu);
        st.set(base + slot::CONTROL, new.0);
        let changed = if cfg!(feature = "mutants") { self.spoiled_change(changed) } else { changed };
        let everything = changed & (Control::PGE | Control::NXE) != 0 || (changed & !new.0 & Control::PCIDE) != 0;
        let context = changed & new.0 & Control::SMEP != 0;
        if everything || context {
            self.count(cpu).context_flushes += 1;
        }
        // "For the current PCID" may or may not mean its global translations: a may-set keeps them.
        let may = self.may.is_some();
        let gone = |tag: Tag| everything || (context && tag.pcid() == old_pcid && !(may && tag.global()));
        let prefix_gone = |tag: Tag| everything || (context && tag.pcid() == old_pcid);
        self.drop_cached(st, cpu, None, gone, prefix_gone);
    }

    /// MOV to CR3. With CR4.PCIDE=1 and bit 63 of `value` set, nothing is dropped; otherwise the new PCID's (0 without
    /// PCIDs) translations that are not global, and its paging-structure-cache entries.
    pub fn mov_cr3(&mut self, st: &mut State, cpu: Cpu, value: u64) {
        if !self.mutant(Mutant::Cr3SparesWalk) {
            self.abort_walk(st, cpu);
        }
        self.may_collect(st, cpu);
        let base = self.base(cpu);
        let can_keep = self.control(st, cpu).has(Control::PCIDE) || self.mutant(Mutant::KeepBitWithoutPcid);
        let keep = can_keep && value >> 63 != 0;
        st.set(base + slot::CR3, value & !(1 << 63));
        let pcid = self.pcid(st, cpu);
        let counters = self.count(cpu);
        counters.cr3_writes += 1;
        counters.context_flushes += u64::from(!keep);
        self.charge(cpu, self.config.costs.cr3_write);
        let may = self.may.is_some();
        let spared = self.mutant(Mutant::Cr3SparesTlb) || (may && self.mutant(Mutant::MayCr3Spares));
        let prefixes_spared = self.mutant(Mutant::Cr3SparesPsc) || (may && self.mutant(Mutant::MayCr3Spares));
        let all = keep && self.mutant(Mutant::MayCr3ForgetsOthers);
        let gone = |tag: Tag| all || (!keep && tag.pcid() == pcid && !tag.global() && !spared);
        let prefix_gone = |tag: Tag| all || (!keep && tag.pcid() == pcid && !prefixes_spared);
        self.drop_cached(st, cpu, None, gone, prefix_gone);
    }

    /// INVLPG: the page of `va` in the current PCID, global ones in any, and every paging-structure-cache entry of the
    /// current PCID, whatever its address. An address that is not canonical names no page: nothing is dropped (SDM vol.
    /// 2A, INVLPG: "the same as a NOP").
    pub fn invlpg(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.charge(cpu, self.config.costs.invlpg);
        if self.canonical(va) || self.mutant(Mutant::InvlpgUnchecked) {
            self.count(cpu).page_flushes += 1;
            self.flush_page(st, cpu, va);
        }
    }

    /// INVPCID. False is #GP(0), and nothing was dropped: type 0 with an address that is not canonical, or types 0 and 1
    /// with another PCID than 0 while CR4.PCIDE is 0 (SDM vol. 2A, INVPCID, "64-Bit Mode Exceptions").
    pub fn invpcid(&mut self, st: &mut State, cpu: Cpu, what: Invpcid) -> bool {
        if !self.invpcid_allowed(st, cpu, what) {
            return false;
        }
        if !self.mutant(Mutant::InvpcidSparesWalk) {
            self.abort_walk(st, cpu);
        }
        self.may_collect(st, cpu);
        self.charge(cpu, self.config.costs.invpcid);
        match what {
            Invpcid::Address { .. } => self.count(cpu).page_flushes += 1,
            _ => self.count(cpu).context_flushes += 1,
        }
        match what {
            Invpcid::Address { pcid, va } => {
                let pcid = u64::from(pcid & 0xfff);
                let spared = self.mutant(Mutant::InvpcidAddressSpares);
                let gone = |tag: Tag| tag.pcid() == pcid && !tag.global() && !spared;
                self.drop_cached(st, cpu, Some(va), gone, |tag| tag.pcid() == pcid && !spared);
            }
            Invpcid::SingleContext { pcid } => {
                let pcid = u64::from(pcid & 0xfff);
                let spared = self.mutant(Mutant::InvpcidContextSpares);
                let gone = |tag: Tag| tag.pcid() == pcid && !tag.global() && !spared;
                self.drop_cached(st, cpu, None, gone, |tag| tag.pcid() == pcid && !spared);
            }
            Invpcid::AllIncludingGlobals => {
                let spared = self.mutant(Mutant::InvpcidAllSparesGlobals);
                self.drop_cached(st, cpu, None, |tag| !(tag.global() && spared), |_| true);
            }
            Invpcid::AllExceptGlobals => {
                let (pcid, spared) = (self.pcid(st, cpu), self.mutant(Mutant::InvpcidOthersSpare));
                let reached = |tag: Tag| tag.pcid() == pcid || !spared;
                self.drop_cached(st, cpu, None, |tag| !tag.global() && reached(tag), reached);
            }
        }
        true
    }

    fn invpcid_allowed(&self, st: &State, cpu: Cpu, what: Invpcid) -> bool {
        let tagged = self.control(st, cpu).has(Control::PCIDE);
        match what {
            _ if self.mutant(Mutant::InvpcidUnchecked) => true,
            Invpcid::Address { pcid, va } => (tagged || pcid == 0) && self.canonical(va),
            Invpcid::SingleContext { pcid } => tagged || pcid == 0,
            Invpcid::AllIncludingGlobals | Invpcid::AllExceptGlobals => true,
        }
    }

    /// Broadcast invalidation of the page of `va` on every CPU, done by hardware whether or not their interrupts are on
    /// (AMD64 Architecture Programmer's Manual vol. 3, INVLPGB and TLBSYNC, here as one step). Each CPU drops it as by
    /// INVLPG, in the PCID that it runs.
    pub fn broadcast_invlpg(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.charge(cpu, self.config.costs.invlpg);
        self.count(cpu).broadcasts += 1;
        for target in 0..self.config.cpus {
            let missed = (self.mutant(Mutant::BroadcastLocalOnly) && target != cpu)
                || (self.mutant(Mutant::BroadcastWaitsForInterrupts) && !self.interrupts_on(st, target));
            if !missed {
                self.flush_page(st, target, va);
            }
        }
    }

    /// Broadcast invalidation of everything that is not global, on every CPU.
    pub fn broadcast_flush(&mut self, st: &mut State, cpu: Cpu) {
        self.charge(cpu, self.config.costs.invpcid);
        self.count(cpu).broadcasts += 1;
        for target in 0..self.config.cpus {
            self.abort_walk(st, target);
            self.may_collect(st, target);
            self.drop_cached(st, target, None, |tag| !tag.global(), |_| true);
        }
    }

    fn flush_page(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        if !self.mutant(Mutant::InvlpgSparesWalk) {
            self.abort_walk(st, cpu);
        }
        self.may_collect(st, cpu);
        let pcid = self.pcid(st, cpu);
        if cfg!(feature = "mutants") {
            return self.spoiled_flush_page(st, cpu, va);
        }
        let gone = |tag: Tag| tag.pcid() == pcid || tag.global();
        self.drop_cached(st, cpu, Some(va), gone, |tag| tag.pcid() == pcid);
    }

    fn spoiled_flush_page(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        let pcid = self.pcid(st, cpu);
        let mutant = self.config.mutant;
        let spared = |tag: Tag| match mutant {
            Mutant::InvlpgSparesPage | Mutant::MayInvlpgSparesPage => true,
            Mutant::InvlpgSparesGlobal => tag.global(),
            Mutant::InvlpgSparesLarge => tag.size() != PageSize::Size4K,
            _ => false,
        };
        let prefix_spared = matches!(mutant, Mutant::InvlpgSparesPsc | Mutant::MayInvlpgSparesPrefixes);
        let all = match mutant {
            Mutant::FlushesTooMuch => self.may.is_none(),
            Mutant::MayInvlpgForgetsAll => self.may.is_some(),
            _ => false,
        };
        let page = if all { None } else { Some(va) };
        let gone = |tag: Tag| all || ((tag.pcid() == pcid || tag.global()) && !spared(tag));
        self.drop_cached(st, cpu, page, gone, |tag| all || (tag.pcid() == pcid && !prefix_spared));
    }

    fn spoiled_change(&self, changed: u64) -> u64 {
        match self.config.mutant {
            Mutant::PgeToggleSpares => changed & !Control::PGE,
            Mutant::SmepSetSpares => changed & !Control::SMEP,
            Mutant::NxeChangeSpares => changed & !Control::NXE,
            _ => changed,
        }
    }

    /// A #PF drops the faulting page's translations and the paging-structure-cache entries on its way.
    ///
    /// The SDM promises this for entries associated with the current PCID. A concrete TLB drops global entries that
    /// another PCID left, too: otherwise a spurious fault through one would come again for ever.
    pub(crate) fn drop_for_fault(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.may_collect(st, cpu);
        if self.mutant(Mutant::FaultSpares) || (self.may.is_some() && self.mutant(Mutant::MayFaultSpares)) {
            return;
        }
        let pcid = self.pcid(st, cpu);
        let any_global = self.may.is_none();
        let gone = |tag: Tag| tag.pcid() == pcid || (any_global && tag.global());
        let on_the_way = |tag: Tag| tag.answers(Tag::prefix(va, tag.level(), pcid));
        self.drop_cached(st, cpu, Some(va), gone, on_the_way);
    }

    /// Drops translations that `gone` names, of one page if `page` is given, and prefixes that `prefix_gone` names.
    /// What may be held was noted before by `may_collect`.
    fn drop_cached(
        &mut self,
        st: &mut State,
        cpu: Cpu,
        page: Option<u64>,
        gone: impl Fn(Tag) -> bool,
        prefix_gone: impl Fn(Tag) -> bool,
    ) {
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else {
            let same_page = |tag: Tag| page.is_none_or(|va| tag.same_page(Tag::page(va, tag.size(), 0)));
            self.may_settle(st, cpu, |tag| same_page(tag) && gone(tag), prefix_gone);
            return;
        };
        for psc in tlbs.psc.iter().flatten() {
            psc.drop_all(st, base, &prefix_gone);
        }
        match page {
            None => {
                tlbs.l1_4k.drop_all(st, base, &gone);
                tlbs.l1_large.drop_all(st, base, &gone);
                if let Some(l2) = &tlbs.l2 {
                    l2.drop_all(st, base, &gone);
                }
            }
            Some(va) => {
                for size in [PageSize::Size4K, PageSize::Size2M, PageSize::Size1G] {
                    let same = |tag: Tag| tag.same_page(Tag::page(va, size, 0)) && gone(tag);
                    let l1 = if size == PageSize::Size4K { &tlbs.l1_4k } else { &tlbs.l1_large };
                    l1.drop_in_set(st, base, va >> size.shift(), same);
                    if let Some(l2) = tlbs.l2.as_ref().filter(|_| !self.mutant(Mutant::InvlpgSparesL2)) {
                        l2.drop_in_set(st, base, va >> size.shift(), same);
                    }
                }
            }
        }
    }
}
