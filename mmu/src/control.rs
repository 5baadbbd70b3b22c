//! The control-register bits that paging looks at (SDM vol. 3A, 2.5, 2.2.1, 4.1.3).

/// The paging mode of one CPU as one word: bits of CR0, CR4, EFER and EFLAGS.
///
/// CR0.PG, CR0.PE, CR4.PAE and EFER.LMA are always 1: the machine is in 64-bit mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Control(pub u64);

impl Control {
    /// CR0.WP: supervisor writes respect R/W=0.
    pub const WP: u64 = 1 << 0;
    /// CR4.SMEP: no supervisor fetch from user pages.
    pub const SMEP: u64 = 1 << 1;
    /// CR4.SMAP: no supervisor data access to user pages while EFLAGS.AC is 0.
    pub const SMAP: u64 = 1 << 2;
    /// CR4.PGE: bit G of a leaf counts.
    pub const PGE: u64 = 1 << 3;
    /// CR4.PCIDE: CR3 bits 11:0 are a process-context identifier.
    pub const PCIDE: u64 = 1 << 4;
    /// EFER.NXE: bit 63 of an entry is execute-disable.
    pub const NXE: u64 = 1 << 5;
    /// EFLAGS.AC: lifts SMAP for explicit supervisor accesses.
    pub const AC: u64 = 1 << 6;
    /// CR4.PKE: protection keys for user pages.
    pub const PKE: u64 = 1 << 7;

    /// What a present-day kernel runs with: WP, NXE; everything else off.
    pub const KERNEL: Control = Control(Self::WP | Self::NXE);

    /// True when all `bits` are set.
    #[inline(always)]
    pub const fn has(self, bits: u64) -> bool {
        self.0 & bits == bits
    }

    /// The same word with `bits` set or cleared.
    #[must_use]
    pub const fn with(self, bits: u64, on: bool) -> Self {
        if on { Control(self.0 | bits) } else { Control(self.0 & !bits) }
    }
}
