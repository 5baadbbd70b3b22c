//! Registers that select and drop cached translations (SDM vol. 3A, 4.10.4.1 "Operations that invalidate TLBs and
//! paging-structure caches").

use crate::control::Control;
use crate::entry::{Entry, PageSize};
use crate::machine::{Cpu, Machine, slot};
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

    /// Sets PKRU; nothing is invalidated (SDM 4.6.2).
    pub fn set_pkru(&mut self, st: &mut State, cpu: Cpu, pkru: u32) {
        st.set(self.base(cpu) + slot::PKRU, pkru.into());
    }

    /// The current PCID: CR3 bits 11:0 while CR4.PCIDE is 1, else 0 (SDM 4.10.1).
    #[inline(always)]
    pub fn pcid(&self, st: &State, cpu: Cpu) -> u64 {
        let base = self.base(cpu);
        if Control(st.get(base + slot::CONTROL)).has(Control::PCIDE) { st.get(base + slot::CR3) & 0xfff } else { 0 }
    }

    /// Physical address of the first paging structure.
    #[inline(always)]
    pub fn root(&self, st: &State, cpu: Cpu) -> u64 {
        st.get(self.base(cpu) + slot::CR3) & Entry::ADDRESS & ((1 << self.config.maxphyaddr) - 1)
    }

    /// Sets EFLAGS.AC (STAC, CLAC), which invalidates nothing.
    pub fn set_ac(&mut self, st: &mut State, cpu: Cpu, on: bool) {
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
        let old = Control(st.get(base + slot::CONTROL));
        let changed = old.0 ^ new.0;
        if changed & !Control::AC != 0 {
            self.abort_walk(st, cpu);
            self.charge(cpu, self.config.costs.control_write);
        }
        let pcid = self.pcid(st, cpu);
        let everything = changed & (Control::PGE | Control::NXE) != 0 || changed & old.0 & Control::PCIDE != 0;
        if everything {
            self.count(cpu).context_flushes += 1;
            self.drop_translations(st, cpu, |_| true);
            self.drop_prefixes(st, cpu, |_| true);
        } else if changed & new.0 & Control::SMEP != 0 {
            self.count(cpu).context_flushes += 1;
            self.drop_translations(st, cpu, |tag| tag.pcid() == pcid);
            self.drop_prefixes(st, cpu, |tag| tag.pcid() == pcid);
        }
        st.set(base + slot::CONTROL, new.0);
    }

    /// MOV to CR3. With CR4.PCIDE=1 and bit 63 of `value` set, nothing is dropped; otherwise the new PCID's (0 without
    /// PCIDs) translations that are not global, and its paging-structure-cache entries.
    pub fn mov_cr3(&mut self, st: &mut State, cpu: Cpu, value: u64) {
        self.abort_walk(st, cpu);
        let base = self.base(cpu);
        let keep = self.control(st, cpu).has(Control::PCIDE) && value >> 63 != 0;
        st.set(base + slot::CR3, value & !(1 << 63));
        let pcid = self.pcid(st, cpu);
        self.count(cpu).cr3_writes += 1;
        self.charge(cpu, self.config.costs.cr3_write);
        if !keep {
            self.count(cpu).context_flushes += 1;
            self.drop_translations(st, cpu, |tag| tag.pcid() == pcid && !tag.global());
            self.drop_prefixes(st, cpu, |tag| tag.pcid() == pcid);
        }
    }

    /// INVLPG: the page of `va` in the current PCID, global ones in any, and every paging-structure-cache entry of the
    /// current PCID, whatever its address.
    pub fn invlpg(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.charge(cpu, self.config.costs.invlpg);
        self.count(cpu).page_flushes += 1;
        self.flush_page(st, cpu, va);
    }

    /// INVPCID.
    pub fn invpcid(&mut self, st: &mut State, cpu: Cpu, what: Invpcid) {
        self.abort_walk(st, cpu);
        self.charge(cpu, self.config.costs.invpcid);
        match what {
            Invpcid::Address { pcid, va } => {
                let pcid = u64::from(pcid & 0xfff);
                self.count(cpu).page_flushes += 1;
                self.drop_page(st, cpu, va, |tag| tag.pcid() == pcid && !tag.global());
                self.drop_prefixes(st, cpu, |tag| tag.pcid() == pcid);
            }
            Invpcid::SingleContext { pcid } => {
                let pcid = u64::from(pcid & 0xfff);
                self.count(cpu).context_flushes += 1;
                self.drop_translations(st, cpu, |tag| tag.pcid() == pcid && !tag.global());
                self.drop_prefixes(st, cpu, |tag| tag.pcid() == pcid);
            }
            Invpcid::AllIncludingGlobals => {
                self.count(cpu).context_flushes += 1;
                self.drop_translations(st, cpu, |_| true);
                self.drop_prefixes(st, cpu, |_| true);
            }
            Invpcid::AllExceptGlobals => {
                self.count(cpu).context_flushes += 1;
                self.drop_translations(st, cpu, |tag| !tag.global());
                self.drop_prefixes(st, cpu, |_| true);
            }
        }
    }

    /// Broadcast invalidation of the page of `va` on every CPU, done by hardware whether or not their interrupts are on
    /// (AMD64 Architecture Programmer's Manual vol. 3, INVLPGB and TLBSYNC, here as one step). Each CPU drops it as by
    /// INVLPG, in the PCID that it runs.
    pub fn broadcast_invlpg(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.charge(cpu, self.config.costs.invlpg);
        self.count(cpu).broadcasts += 1;
        for target in 0..self.config.cpus {
            self.flush_page(st, target, va);
        }
    }

    /// Broadcast invalidation of everything that is not global, on every CPU.
    pub fn broadcast_flush(&mut self, st: &mut State, cpu: Cpu) {
        self.charge(cpu, self.config.costs.invpcid);
        self.count(cpu).broadcasts += 1;
        for target in 0..self.config.cpus {
            self.abort_walk(st, target);
            self.drop_translations(st, target, |tag| !tag.global());
            self.drop_prefixes(st, target, |_| true);
        }
    }

    fn flush_page(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        self.abort_walk(st, cpu);
        let pcid = self.pcid(st, cpu);
        self.drop_page(st, cpu, va, |tag| tag.pcid() == pcid || tag.global());
        self.drop_prefixes(st, cpu, |tag| tag.pcid() == pcid);
    }

    /// A #PF drops the faulting page's translations and the paging-structure-cache entries on its way.
    pub(crate) fn drop_for_fault(&mut self, st: &mut State, cpu: Cpu, va: u64) {
        let pcid = self.pcid(st, cpu);
        self.drop_page(st, cpu, va, |tag| tag.pcid() == pcid || tag.global());
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else { return };
        for level in 2..=self.config.levels {
            if let Some(psc) = &tlbs.psc[level as usize] {
                let want = Tag::prefix(va, level, pcid);
                psc.drop_in_set(st, base, 0, |tag| tag.answers(want));
            }
        }
    }

    /// Drops the translations of the page of `va`, of every size, that `gone` names.
    fn drop_page(&mut self, st: &mut State, cpu: Cpu, va: u64, gone: impl Fn(Tag) -> bool) {
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else { return };
        for size in [PageSize::Size4K, PageSize::Size2M, PageSize::Size1G] {
            let page = Tag::page(va, size, 0);
            let number = va >> size.shift();
            let same = |tag: Tag| tag.same_page(page) && gone(tag);
            let l1 = if size == PageSize::Size4K { &tlbs.l1_4k } else { &tlbs.l1_large };
            l1.drop_in_set(st, base, number, same);
            if let Some(l2) = &tlbs.l2 {
                l2.drop_in_set(st, base, number, same);
            }
        }
    }

    fn drop_translations(&mut self, st: &mut State, cpu: Cpu, gone: impl Fn(Tag) -> bool) {
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else { return };
        tlbs.l1_4k.drop_all(st, base, &gone);
        tlbs.l1_large.drop_all(st, base, &gone);
        if let Some(l2) = &tlbs.l2 {
            l2.drop_all(st, base, &gone);
        }
    }

    fn drop_prefixes(&mut self, st: &mut State, cpu: Cpu, gone: impl Fn(Tag) -> bool) {
        let base = self.base(cpu);
        let Some(tlbs) = &self.tlbs else { return };
        for psc in tlbs.psc.iter().flatten() {
            psc.drop_all(st, base, &gone);
        }
    }
}
