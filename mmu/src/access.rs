//! What an instruction asks of the MMU, and what it gets.

use crate::control::Control;
use crate::entry::{Entry, PageSize};

/// What the access does with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// Data read.
    Read,
    /// Data write (also the write half of a read-modify-write).
    Write,
    /// Instruction fetch.
    Fetch,
}

/// One access to a linear address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Linear address of the first byte. Accesses do not cross a page.
    pub va: u64,
    /// Read, write or fetch.
    pub kind: AccessKind,
    /// Current privilege level: 3 is user mode, 0 to 2 are supervisor mode (SDM 4.6).
    pub cpl: u8,
}

impl Access {
    /// A user-mode access to `va`.
    pub const fn user(va: u64, kind: AccessKind) -> Self {
        Access { va, kind, cpl: 3 }
    }

    /// A supervisor-mode access to `va`, explicit in the sense of SMAP.
    pub const fn supervisor(va: u64, kind: AccessKind) -> Self {
        Access { va, kind, cpl: 0 }
    }

    #[inline(always)]
    pub(crate) fn is_user(&self) -> bool {
        self.cpl == 3
    }

    /// The part of the error code that the access alone decides (SDM 4.7): W/R, U/S and, where execute-disable or
    /// SMEP can matter, I/D.
    #[inline(always)]
    pub(crate) fn error_base(&self, control: Control) -> u32 {
        let mut code = 0;
        if self.kind == AccessKind::Write {
            code |= PageFault::W;
        }
        if self.is_user() {
            code |= PageFault::U;
        }
        if self.kind == AccessKind::Fetch && control.0 & (Control::NXE | Control::SMEP) != 0 {
            code |= PageFault::I;
        }
        code
    }
}

/// A page-fault exception (#PF): what it leaves in the error code and in CR2 (SDM 4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageFault {
    /// The error code: [`P`](Self::P), [`W`](Self::W), [`U`](Self::U), [`RSVD`](Self::RSVD), [`I`](Self::I), [`PK`](Self::PK).
    pub error_code: u32,
    /// The faulting linear address.
    pub cr2: u64,
}

impl PageFault {
    /// The fault was a violation, not a non-present entry.
    pub const P: u32 = 1 << 0;
    /// The access was a write.
    pub const W: u32 = 1 << 1;
    /// The access was in user mode.
    pub const U: u32 = 1 << 2;
    /// A reserved bit was 1 in a present entry.
    pub const RSVD: u32 = 1 << 3;
    /// The access was an instruction fetch.
    pub const I: u32 = 1 << 4;
    /// A protection key forbade the access.
    pub const PK: u32 = 1 << 5;
}

/// Where a finished translation came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// First-level TLB.
    L1,
    /// Second-level TLB.
    L2,
    /// A walk of the paging structures.
    Walk,
    /// A stale value that the TLB may still hold (may-sets).
    May,
}

/// The answer of one micro-step of a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translate {
    /// One entry was read or its A/D bits were set; ask again.
    Walking,
    /// The locked update of A/D found the entry changed; the walk begins anew with the next call.
    Restarted,
    /// The physical address. The access belongs in the same step.
    Done {
        /// Physical address of the first byte.
        pa: u64,
        /// The rights of the whole walk, in the layout of an entry.
        rights: Entry,
        /// Size of the page.
        size: PageSize,
        /// Which structure answered.
        source: Source,
    },
    /// #PF.
    Fault(PageFault),
    /// #GP(0): the address is not canonical (SDM vol. 1, 3.3.7.1).
    GeneralProtection,
}

/// Whether an access with these combined rights is allowed, and the error code if not (SDM 4.6.1, 4.6.2, 4.7).
#[inline(always)]
pub(crate) fn permission(control: Control, pkru: u32, access: &Access, rights: Entry) -> Result<(), u32> {
    let user = access.is_user();
    let us = rights.has(Entry::US);
    let mut denied = user && !us;
    let mut code = 0;
    match access.kind {
        AccessKind::Fetch => denied |= rights.has(Entry::NX) || (!user && us && control.has(Control::SMEP)),
        kind => {
            let write = kind == AccessKind::Write;
            let strict = user || control.has(Control::WP);
            denied |= !user && us && control.has(Control::SMAP) && !control.has(Control::AC);
            denied |= write && strict && !rights.has(Entry::RW);
            if us && control.has(Control::PKE) {
                let key = pkru >> (2 * rights.protection_key());
                if key & 1 != 0 || (key & 2 != 0 && write && strict) {
                    denied = true;
                    code = PageFault::PK;
                }
            }
        }
    }
    if denied { Err(code | PageFault::P | access.error_base(control)) } else { Ok(()) }
}
