//! Paging-structure entries as the hardware reads them (SDM vol. 3A, 4.5, figure 4-11).

use std::fmt;

/// Size of the page that an entry or a translation maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageSize {
    /// 4 KiB, mapped by a PTE (level 1).
    Size4K,
    /// 2 MiB, mapped by a PDE with PS=1 (level 2).
    Size2M,
    /// 1 GiB, mapped by a PDPTE with PS=1 (level 3).
    Size1G,
}

impl PageSize {
    /// Number of low address bits that are the offset in the page: 12, 21 or 30.
    #[inline(always)]
    pub const fn shift(self) -> u32 {
        12 + 9 * self as u32
    }

    /// The bytes of the page, less one.
    #[inline(always)]
    pub const fn offset_mask(self) -> u64 {
        (1 << self.shift()) - 1
    }

    /// The size that a leaf at `level` (1, 2, 3) maps.
    #[inline(always)]
    pub(crate) const fn of_level(level: u32) -> Self {
        match level {
            2 => PageSize::Size2M,
            3 => PageSize::Size1G,
            _ => PageSize::Size4K,
        }
    }
}

/// One 64-bit word of a paging structure, with the field names of the SDM.
///
/// The same layout serves for translations in a TLB: there the rights are those of the whole walk.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry(pub u64);

impl Entry {
    /// Present (bit 0).
    pub const P: u64 = 1 << 0;
    /// Read/write: writes allowed (bit 1).
    pub const RW: u64 = 1 << 1;
    /// User/supervisor: user-mode accesses allowed (bit 2).
    pub const US: u64 = 1 << 2;
    /// Page-level write-through (bit 3); carried, no effect here.
    pub const PWT: u64 = 1 << 3;
    /// Page-level cache disable (bit 4); carried, no effect here.
    pub const PCD: u64 = 1 << 4;
    /// Accessed (bit 5).
    pub const A: u64 = 1 << 5;
    /// Dirty (bit 6), in an entry that maps a page.
    pub const D: u64 = 1 << 6;
    /// Page size (bit 7): this PDE or PDPTE maps a page.
    pub const PS: u64 = 1 << 7;
    /// Global (bit 8), in an entry that maps a page.
    pub const G: u64 = 1 << 8;
    /// Execute-disable (bit 63), reserved while EFER.NXE is 0.
    pub const NX: u64 = 1 << 63;
    /// Bits 51:12, the widest physical address field.
    pub const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

    /// True when all `bits` are set.
    #[inline(always)]
    pub const fn has(self, bits: u64) -> bool {
        self.0 & bits == bits
    }

    /// The entry maps a page or refers to a table.
    pub const fn present(self) -> bool {
        self.has(Self::P)
    }

    /// Bit R/W.
    pub const fn writable(self) -> bool {
        self.has(Self::RW)
    }

    /// Bit U/S.
    pub const fn user(self) -> bool {
        self.has(Self::US)
    }

    /// Bit A.
    pub const fn accessed(self) -> bool {
        self.has(Self::A)
    }

    /// Bit D.
    pub const fn dirty(self) -> bool {
        self.has(Self::D)
    }

    /// Bit PS.
    pub const fn page_size(self) -> bool {
        self.has(Self::PS)
    }

    /// Bit G.
    pub const fn global(self) -> bool {
        self.has(Self::G)
    }

    /// Bit XD.
    pub const fn no_execute(self) -> bool {
        self.has(Self::NX)
    }

    /// Bits 51:12 as a physical address.
    #[inline(always)]
    pub const fn address(self) -> u64 {
        self.0 & Self::ADDRESS
    }

    /// Bits 51:12 as a frame number.
    pub const fn pfn(self) -> u64 {
        self.address() >> 12
    }

    /// Protection key, bits 62:59 of an entry that maps a page (SDM 4.6.2).
    #[inline(always)]
    pub const fn protection_key(self) -> u32 {
        (self.0 >> 59) as u32 & 15
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:#x}", self.0)?;
        for (bit, name) in [
            (Self::P, "P"),
            (Self::RW, "RW"),
            (Self::US, "US"),
            (Self::A, "A"),
            (Self::D, "D"),
            (Self::PS, "PS"),
            (Self::G, "G"),
            (Self::NX, "NX"),
        ] {
            if self.has(bit) {
                write!(f, " {name}")?;
            }
        }
        f.write_str(")")
    }
}
