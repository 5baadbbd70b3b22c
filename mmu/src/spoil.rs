//! What the seeded defects of [`Mutant`] do to the walker. Without the feature `mutants` nothing here is reached.

use crate::access::{Access, AccessKind, PageFault, permission};
use crate::control::Control;
use crate::cpu::Cpu;
use crate::entry::{Entry, PageSize};
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::state::{Slot, State};
use crate::walk::Look;

impl Machine {
    /// [`permission`], spoiled if a defect says so.
    #[inline(always)]
    pub(crate) fn permission(&self, control: Control, pkru: u32, access: &Access, rights: Entry) -> Result<(), u32> {
        if cfg!(feature = "mutants") {
            return self.spoiled_permission(control, pkru, access, rights);
        }
        permission(control, pkru, access, rights)
    }

    fn spoiled_permission(&self, control: Control, pkru: u32, access: &Access, rights: Entry) -> Result<(), u32> {
        let (mode, rights) = match self.config.mutant {
            Mutant::WpIgnored => (control.with(Control::WP, false), rights),
            Mutant::WpAlways => (control.with(Control::WP, true), rights),
            Mutant::SmepIgnored => (control.with(Control::SMEP, false), rights),
            Mutant::SmapIgnored => (control.with(Control::SMAP, false), rights),
            Mutant::AcIgnored => (control.with(Control::AC, false), rights),
            Mutant::NxIgnored => (control, Entry(rights.0 & !Entry::NX)),
            Mutant::KeysIgnored => (control.with(Control::PKE, false), rights),
            _ => (control, rights),
        };
        let pkru = if self.config.mutant == Mutant::KeyForReads { pkru | pkru >> 1 & 0x5555_5555 } else { pkru };
        let base = access.error_base(control) & PageFault::I;
        permission(mode, pkru, access, rights).map_err(|code| code & !PageFault::I | base)
    }

    /// Offset bits of a page.
    #[inline(always)]
    pub(crate) fn offset_mask(&self, size: PageSize) -> u64 {
        if self.mutant(Mutant::LargeAsSmallOffset) && size == PageSize::Size2M {
            return PageSize::Size4K.offset_mask();
        }
        size.offset_mask()
    }

    /// The walker's read of an entry: memory, never the store buffer.
    #[inline(always)]
    pub(crate) fn walker_read(&self, st: &State, cpu: Cpu, word: Option<Slot>) -> Entry {
        let Some(word) = word else { return Entry(0) };
        Entry(if self.mutant(Mutant::WalkerSeesBuffer) { self.peek_load(st, cpu, word) } else { st.get(word) })
    }

    pub(crate) fn spoiled_hit(&self, rights: Entry) -> Entry {
        match self.config.mutant {
            Mutant::HitWithoutRights => Entry(rights.0 | Entry::US),
            Mutant::HitWithoutWrite => Entry(rights.0 | Entry::RW),
            _ => rights,
        }
    }

    pub(crate) fn spoiled_need(&self, need: u64, access: &Access, look: &Look) -> u64 {
        let leaf = matches!(look, Look::Leaf(..));
        let write = access.kind == AccessKind::Write;
        match self.config.mutant {
            Mutant::NoAccessedAboveLeaf if !leaf => need & !Entry::A,
            Mutant::NoAccessedInLeaf if leaf => need & !Entry::A,
            Mutant::NoDirty => need & !Entry::D,
            Mutant::DirtyOnRead if leaf => need | Entry::D,
            Mutant::DirtyAboveLeaf if !leaf && write => need | Entry::D,
            _ => need,
        }
    }

    pub(crate) fn spoiled_reserved(&self, bits: u64, level: u32) -> u64 {
        let high = Entry::ADDRESS & !((1 << self.config.maxphyaddr) - 1);
        match self.config.mutant {
            Mutant::NxNotReserved => bits & !Entry::NX,
            Mutant::HighBitsNotReserved => bits & !high,
            Mutant::LargeBitsNotReserved if level < 4 => bits & (high | Entry::NX | Entry::PS),
            Mutant::PsNotReserved if level > 3 => bits & !Entry::PS,
            _ => bits,
        }
    }

    pub(crate) fn spoiled_above(&self, above: Entry) -> Entry {
        match self.config.mutant {
            Mutant::LeafRightsOnly => Entry((above.0 | Entry::RW | Entry::US) & !Entry::NX),
            Mutant::NxOfLeafOnly => Entry(above.0 & !Entry::NX),
            _ => above,
        }
    }

    pub(crate) fn spoiled_fault(&self, fault: PageFault, access: &Access) -> PageFault {
        let PageFault { error_code, cr2 } = fault;
        match self.config.mutant {
            Mutant::NoUserInError => PageFault { error_code: error_code & !PageFault::U, cr2 },
            Mutant::NoWriteInError => PageFault { error_code: error_code & !PageFault::W, cr2 },
            Mutant::FetchInErrorAlways if access.kind == AccessKind::Fetch => {
                PageFault { error_code: error_code | PageFault::I, cr2 }
            }
            Mutant::Cr2OfPage => PageFault { error_code, cr2: cr2 & !0xfff },
            _ => fault,
        }
    }

    /// After a fault on `entry` at `pa`: what a careless walker leaves behind.
    pub(crate) fn spoil_after_fault(
        &mut self,
        st: &mut State,
        cpu: Cpu,
        access: &Access,
        entry: Entry,
        (pa, level): (u64, u32),
    ) {
        match self.config.mutant {
            Mutant::AccessedOnNotPresent if !entry.present() => {
                self.dma_write(st, pa, entry.0 | Entry::A);
            }
            Mutant::NegativeCaching if !entry.present() && level == 1 => {
                let pcid = self.pcid(st, cpu);
                self.fill(st, cpu, access.va, pcid, Entry(0), PageSize::Size4K);
            }
            Mutant::DirtyOnFault if entry.present() && access.kind == AccessKind::Write => {
                self.dma_write(st, pa, entry.0 | Entry::A | Entry::D);
            }
            _ => {}
        }
    }
}
