//! What micro-steps cost, in cycles, and from where each number is.

/// One number and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Cycles.
    pub cycles: u32,
    /// Where the number is from.
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

const fn cost(cycles: u32, source: &'static str) -> Cost {
    Cost { cycles, source }
}

const INTEL: &str = "Intel 64 and IA-32 Architectures Optimization Reference Manual, Skylake client: cache parameters";
const SEVEN: &str = "7-cpu.com, Skylake (i7-6700): latencies";
const UOPS: &str = "uops.info, Skylake: latency";
const HANSEN: &str = "Dave Hansen, LKML, 5 December 2017, \"x86 TLB flushing: INVPCID vs. deferred CR3 write\", Skylake desktop: \
                      about 200 cycles a page with INVLPG, about 550 with INVLPG and INVPCID";
const SKYBRIDGE: &str = "Mi, Li, Yang, Wang, Chen, \"SkyBridge: Fast and Secure Inter-Process Communication for Microkernels\", \
                         EuroSys 2019, section 2, Skylake (i7-6700K)";
const TORVALDS: &str =
    "Linus Torvalds, Google+, May 2014, on his Haswell: about 715 cycles for the fault, 330 for IRET";

/// A desktop core of 2015: Skylake client at 4 GHz.
///
/// Numbers of several machines stand side by side: what is told by them is which of two designs costs more, not by how many
/// nanoseconds. The table of interrupts is one of bare hardware; in a virtual machine they cost a multiple.
pub static DESKTOP: CostTable = CostTable {
    name: "desktop",
    about: "Skylake client at 4 GHz",
    tlb_l1: cost(0, "part of the L1 latency: the first-level TLB is looked up beside the cache"),
    tlb_l2: cost(9, SEVEN),
    cache_l1: cost(4, INTEL),
    cache_l2: cost(12, INTEL),
    cache_l3: cost(44, INTEL),
    dram: cost(246, "7-cpu.com, Skylake (i7-6700): 42 cycles and 51 ns, at 4 GHz"),
    store: cost(1, "one store per cycle into the buffer (Intel Optimization Reference Manual, Skylake client)"),
    locked: cost(18, UOPS),
    fence: cost(33, UOPS),
    invlpg: cost(200, HANSEN),
    invpcid: cost(350, HANSEN),
    cr3_write: cost(186, SKYBRIDGE),
    control_write: cost(
        1078,
        "Andy Lutomirski, Linux commit d8bced79af1d (2016): two writes of CR4 that flip PGE, with the flags saved, take 539 ns on a Skylake laptop; half of it, at 4 GHz",
    ),
    ipi_send: cost(
        298,
        "Kaffes et al., \"Shinjuku: Preemptive Scheduling for microsecond-scale Tail Latency\", NSDI 2019, table of preemption costs: the sender's part, interrupt command register written without a VM exit",
    ),
    ipi_deliver: cost(1615, "SkyBridge (as MOV CR3): 1,913 cycles from one core to another, less the sender's 298"),
    iret: cost(330, TORVALDS),
    fault_entry: cost(715, TORVALDS),
    syscall: cost(157, "SkyBridge (as MOV CR3): SYSCALL 82, SYSRET 75 cycles, without mitigations"),
    page_copy: cost(
        296,
        "Intel Optimization Reference Manual, \"REP String Enhancement\": about 40 cycles and 4 more for each 64 bytes, with lines in the first-level cache",
    ),
};

/// All tables.
pub static TABLES: [&CostTable; 2] = [&FLAT, &DESKTOP];

impl CostTable {
    /// The table of that name.
    pub fn by_name(name: &str) -> Option<&'static CostTable> {
        TABLES.iter().copied().find(|t| t.name == name)
    }
}
