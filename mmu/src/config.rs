//! What machine is built: CPUs, caches of translations, memory order, costs. Refuses what no hardware has.

use std::fmt;

use crate::cost::CostTable;

/// Sets and ways of one set-associative structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Number of sets: a power of two, 1 to 4096.
    pub sets: u32,
    /// Ways per set: 1 to 32.
    pub ways: u32,
}

/// Which way of a full set makes room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replacement {
    /// First in, first out: one pointer per set, moved by fills only. A hit changes nothing, so searches merge well.
    RoundRobin,
    /// Tree pseudo-LRU, as Intel's documents describe it; ways must be a power of two. A hit updates the tree.
    TreePlru,
}

/// The TLBs of one CPU (instruction and data side are one structure here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlbGeometry {
    /// First level, 4 KiB pages.
    pub l1_4k: Shape,
    /// First level, 2 MiB and 1 GiB pages.
    pub l1_large: Shape,
    /// Second level, all page sizes; `None` when there is none.
    pub l2: Option<Shape>,
    /// Replacement in every set.
    pub replacement: Replacement,
}

/// Entries of the paging-structure caches (SDM 4.10.3), each fully associative; 0 means there is none at that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PscGeometry {
    /// PML5E cache, only used with 5 levels: 0 to 64.
    pub pml5e: u32,
    /// PML4E cache: 0 to 64.
    pub pml4e: u32,
    /// PDPTE cache: 0 to 64.
    pub pdpte: u32,
    /// PDE cache: 0 to 64.
    pub pde: u32,
}

/// How cached translations are modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlbMode {
    /// Real structures with real replacement, filled by walks.
    Concrete {
        /// The TLBs.
        tlb: TlbGeometry,
        /// The paging-structure caches.
        psc: PscGeometry,
    },
    /// "Any TLB": all that the architecture allows to be cached, chosen at the access.
    MaySet {
        /// Room for stale translations per CPU, 1 to 64. More than that raises the overflow mark.
        translations: u32,
        /// Room for stale paging-structure-cache entries per CPU, 1 to 64.
        prefixes: u32,
    },
}

/// The memory model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemoryOrder {
    /// Sequential consistency: a store is in memory at once.
    Sc,
    /// x86-TSO: a FIFO store buffer per CPU.
    Tso,
}

/// How another CPU's cached translations are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemoteFlush {
    /// An interrupt that the target takes when its interrupts are on.
    Ipi,
    /// By hardware, without waiting for CPUs with interrupts off (AMD INVLPGB and TLBSYNC).
    Broadcast,
}

/// A machine to build.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Number of CPUs: 1 to 8.
    pub cpus: u32,
    /// MAXPHYADDR, physical address width in bits: 36 to 52.
    pub maxphyaddr: u32,
    /// Paging levels: 4 or 5.
    pub levels: u32,
    /// 1-GiB pages exist (CPUID.80000001H:EDX.Page1GB); without them bit 7 of a PDPTE is reserved.
    pub pages_1g: bool,
    /// TLBs and paging-structure caches.
    pub tlb: TlbMode,
    /// Memory model.
    pub order: MemoryOrder,
    /// Entries of each store buffer under TSO: 1 to 64.
    pub store_buffer: u32,
    /// Remote invalidation.
    pub remote_flush: RemoteFlush,
    /// What each micro-step costs.
    pub costs: &'static CostTable,
    /// Model the caches L1 to L3 for the cost of page-walk references and accesses (timed runs). Without, each
    /// reference costs an L1 hit.
    pub caches: bool,
    /// A deliberate defect, for mutation tests; anything but `None` needs the feature `mutants`.
    pub mutant: crate::mutant::Mutant,
}

impl TlbGeometry {
    /// A few entries, so that the state of a search stays small.
    pub const SMALL: TlbGeometry = TlbGeometry {
        l1_4k: Shape { sets: 1, ways: 4 },
        l1_large: Shape { sets: 1, ways: 1 },
        l2: None,
        replacement: Replacement::RoundRobin,
    };
    /// The shape of a desktop core: Skylake client's 64-entry L1 DTLB, 32-entry 2 MiB DTLB and 1536-entry STLB (Intel 64
    /// and IA-32 Architectures Optimization Reference Manual, table "Cache Parameters/TLB of the Skylake microarchitecture").
    pub const DESKTOP: TlbGeometry = TlbGeometry {
        l1_4k: Shape { sets: 16, ways: 4 },
        l1_large: Shape { sets: 8, ways: 4 },
        l2: Some(Shape { sets: 128, ways: 12 }),
        replacement: Replacement::RoundRobin,
    };
}

impl PscGeometry {
    /// A PDE cache of two entries and nothing else.
    pub const SMALL: PscGeometry = PscGeometry { pml5e: 0, pml4e: 0, pdpte: 0, pde: 2 };
    /// Sizes measured on Skylake by van Schaik et al., "RevAnC" (2017), table 2; the PML5E cache is assumed equal to the PML4E cache.
    pub const DESKTOP: PscGeometry = PscGeometry { pml5e: 4, pml4e: 4, pdpte: 4, pde: 32 };
    /// No paging-structure caches.
    pub const NONE: PscGeometry = PscGeometry { pml5e: 0, pml4e: 0, pdpte: 0, pde: 0 };
}

impl Default for Config {
    /// Two CPUs, a small concrete TLB, SC, IPIs, every micro-step costs 1.
    fn default() -> Self {
        Config {
            cpus: 2,
            maxphyaddr: 46,
            levels: 4,
            pages_1g: true,
            tlb: TlbMode::Concrete { tlb: TlbGeometry::SMALL, psc: PscGeometry::SMALL },
            order: MemoryOrder::Sc,
            store_buffer: 2,
            remote_flush: RemoteFlush::Ipi,
            costs: &crate::cost::FLAT,
            caches: false,
            mutant: crate::mutant::Mutant::None,
        }
    }
}

/// A configuration that no hardware has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The field, as a path: `tlb.l1_4k.ways`.
    pub field: &'static str,
    /// The value that was given.
    pub value: u64,
    /// What is accepted.
    pub range: &'static str,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: must be {}", self.field, self.value, self.range)
    }
}

impl std::error::Error for ConfigError {}

fn check(ok: bool, field: &'static str, value: u64, range: &'static str) -> Result<(), ConfigError> {
    if ok { Ok(()) } else { Err(ConfigError { field, value, range }) }
}

impl Shape {
    fn validate(self, sets: &'static str, ways: &'static str, replacement: Replacement) -> Result<(), ConfigError> {
        let sets_ok = self.sets.is_power_of_two() && self.sets <= 4096;
        check(sets_ok, sets, self.sets.into(), "a power of two, 1 to 4096")?;
        check((1..=32).contains(&self.ways), ways, self.ways.into(), "1 to 32")?;
        let tree_ok = replacement != Replacement::TreePlru || self.ways.is_power_of_two();
        check(tree_ok, ways, self.ways.into(), "a power of two, 1 to 32, with tree pseudo-LRU")
    }
}

impl Config {
    /// Checks every field against what hardware can have.
    ///
    /// # Errors
    /// The first field out of its range, with the range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check((1..=8).contains(&self.cpus), "cpus", self.cpus.into(), "1 to 8")?;
        check((36..=52).contains(&self.maxphyaddr), "maxphyaddr", self.maxphyaddr.into(), "36 to 52")?;
        check(matches!(self.levels, 4 | 5), "levels", self.levels.into(), "4 or 5")?;
        check((1..=64).contains(&self.store_buffer), "store_buffer", self.store_buffer.into(), "1 to 64")?;
        let mutant_ok = cfg!(feature = "mutants") || self.mutant == crate::mutant::Mutant::None;
        check(mutant_ok, "mutant", self.mutant as u64, "none (this build has no seeded defects)")?;
        match self.tlb {
            TlbMode::Concrete { tlb, psc } => {
                tlb.l1_4k.validate("tlb.l1_4k.sets", "tlb.l1_4k.ways", tlb.replacement)?;
                tlb.l1_large.validate("tlb.l1_large.sets", "tlb.l1_large.ways", tlb.replacement)?;
                if let Some(l2) = tlb.l2 {
                    l2.validate("tlb.l2.sets", "tlb.l2.ways", tlb.replacement)?;
                }
                for (field, n) in
                    [("psc.pml5e", psc.pml5e), ("psc.pml4e", psc.pml4e), ("psc.pdpte", psc.pdpte), ("psc.pde", psc.pde)]
                {
                    check(n <= 64, field, n.into(), "0 to 64")?;
                }
                Ok(())
            }
            TlbMode::MaySet { translations, prefixes } => {
                check((1..=64).contains(&translations), "tlb.translations", translations.into(), "1 to 64")?;
                check((1..=64).contains(&prefixes), "tlb.prefixes", prefixes.into(), "1 to 64")
            }
        }
    }
}
