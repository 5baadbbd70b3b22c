//! What micro-steps cost, in cycles, and from where each number is.

/// One number and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Cycles.
    pub cycles: u32,
    /// Where the number is from, or that it is assumed.
    pub source: &'static str,
}

/// A named set of costs.
#[derive(Debug, PartialEq, Eq)]
pub struct CostTable {
    /// Name, as commands and links give it.
    pub name: &'static str,
    /// What machine it stands for.
    pub about: &'static str,
    /// Translation found in the first-level TLB.
    pub tlb_l1: Cost,
    /// Translation found in the second-level TLB.
    pub tlb_l2: Cost,
    /// A reference (data or walk) that hits the L1 data cache.
    pub cache_l1: Cost,
    /// A reference that hits L2.
    pub cache_l2: Cost,
    /// A reference that hits L3.
    pub cache_l3: Cost,
    /// A reference that goes to memory.
    pub dram: Cost,
    /// A store into the store buffer, or its drain.
    pub store: Cost,
    /// A locked read-modify-write, also the walker's update of A and D.
    pub locked: Cost,
    /// MFENCE.
    pub fence: Cost,
    /// INVLPG.
    pub invlpg: Cost,
    /// INVPCID.
    pub invpcid: Cost,
    /// MOV to CR3.
    pub cr3_write: Cost,
    /// MOV to CR0 or CR4, WRMSR EFER.
    pub control_write: Cost,
    /// Sending an inter-processor interrupt.
    pub ipi_send: Cost,
    /// Its delivery at the target, up to the handler's first instruction.
    pub ipi_deliver: Cost,
    /// IRET.
    pub iret: Cost,
    /// #PF up to the handler's first instruction.
    pub fault_entry: Cost,
    /// System call entry and exit together.
    pub syscall: Cost,
    /// Copy of one 4-KiB page.
    pub page_copy: Cost,
}

const fn one() -> Cost {
    Cost { cycles: 1, source: "by definition" }
}

/// Every micro-step costs 1.
pub static FLAT: CostTable = CostTable {
    name: "flat",
    about: "every micro-step costs 1",
    tlb_l1: Cost { cycles: 0, source: "the access itself costs 1" },
    tlb_l2: one(),
    cache_l1: one(),
    cache_l2: one(),
    cache_l3: one(),
    dram: one(),
    store: one(),
    locked: one(),
    fence: one(),
    invlpg: one(),
    invpcid: one(),
    cr3_write: one(),
    control_write: one(),
    ipi_send: one(),
    ipi_deliver: one(),
    iret: one(),
    fault_entry: one(),
    syscall: one(),
    page_copy: one(),
};

/// All tables.
pub static TABLES: [&CostTable; 1] = [&FLAT];

impl CostTable {
    /// The table of that name.
    pub fn by_name(name: &str) -> Option<&'static CostTable> {
        TABLES.iter().copied().find(|t| t.name == name)
    }
}
