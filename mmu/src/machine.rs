//! The machine: configuration, where each part of it lives in the searched state, clocks and counters.

use crate::cache::Caches;
use crate::config::{Config, ConfigError, MemoryOrder, Shape, TlbMode};
use crate::control::Control;
use crate::cost::Cost;
use crate::counters::Counters;
use crate::cpu::{Cpu, slot};
use crate::memory::{FrameSpec, Memory};
use crate::mutant::Mutant;
use crate::stale::{MayPlace, Scratch};
use crate::state::{Slot, State};
use crate::tlb::Array;

/// The concrete caches of translations of each CPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlbs {
    pub(crate) l1_4k: Array,
    pub(crate) l1_large: Array,
    pub(crate) l2: Option<Array>,
    /// By level of the cached entry; 0 and 1 unused.
    pub(crate) psc: [Option<Array>; 6],
}

/// The hardware. What a search explores is in [`State`]; here are the configuration, the places of things in the
/// state, and what a search does not see: clocks and counters.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) config: Config,
    pub(crate) memory: Memory,
    pub(crate) first: Slot,
    pub(crate) stride: Slot,
    pub(crate) tlbs: Option<Tlbs>,
    pub(crate) may: Option<MayPlace>,
    pub(crate) scratch: Scratch,
    pub(crate) caches: Option<Caches>,
    pub(crate) clocks: Vec<u64>,
    pub(crate) counters: Vec<Counters>,
}

impl Machine {
    /// Builds the machine and allocates its slots: first the words of `frames`, then each CPU's registers and caches.
    ///
    /// # Errors
    /// A field of `config` out of its range.
    pub fn new(config: &Config, st: &mut State, frames: &[FrameSpec]) -> Result<Machine, ConfigError> {
        config.validate()?;
        let memory = Memory::new(st, frames, matches!(config.tlb, TlbMode::MaySet { .. }));
        let mut next = slot::BUFFER;
        if config.order == MemoryOrder::Tso {
            next += 2 * config.store_buffer;
        }
        let mut tlbs = None;
        let mut may = None;
        match config.tlb {
            TlbMode::Concrete { tlb, psc } => {
                let policy = tlb.replacement;
                let last_way = config.mutant == Mutant::LargestVictim;
                let mut cache = |ways: u32| {
                    let shape = Shape { sets: 1, ways };
                    // Fully associative and of any size: never a tree.
                    (ways > 0).then(|| Array::new(&mut next, shape, crate::config::Replacement::RoundRobin, last_way))
                };
                let pml5e = if config.levels == 5 { cache(psc.pml5e) } else { None };
                let psc = [None, None, cache(psc.pde), cache(psc.pdpte), cache(psc.pml4e), pml5e];
                tlbs = Some(Tlbs {
                    l1_4k: Array::new(&mut next, tlb.l1_4k, policy, last_way),
                    l1_large: Array::new(&mut next, tlb.l1_large, policy, last_way),
                    l2: tlb.l2.map(|shape| Array::new(&mut next, shape, policy, last_way)),
                    psc,
                });
            }
            TlbMode::MaySet { translations, prefixes } => may = Some(MayPlace::new(&mut next, translations, prefixes)),
        }
        let first = st.alloc(next * config.cpus);
        for cpu in 0..config.cpus {
            st.set(first + cpu * next + slot::CONTROL, Control::KERNEL.0);
            st.set(first + cpu * next + slot::INTERRUPTS_ON, 1);
        }
        Ok(Machine {
            config: *config,
            memory,
            first,
            stride: next,
            tlbs,
            may,
            scratch: Scratch::new(if may.is_some() { config.cpus } else { 0 }),
            caches: config.caches.then(|| Caches::new(config.cpus)),
            clocks: vec![0; config.cpus as usize],
            counters: vec![Counters::default(); config.cpus as usize],
        })
    }

    /// What the machine was built from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Number of CPUs.
    pub fn cpus(&self) -> u32 {
        self.config.cpus
    }

    #[inline(always)]
    pub(crate) fn base(&self, cpu: Cpu) -> Slot {
        debug_assert!(cpu < self.config.cpus);
        self.first + cpu * self.stride
    }

    /// The defect is switched on. Constant false without the feature `mutants`.
    #[inline(always)]
    pub(crate) fn mutant(&self, m: Mutant) -> bool {
        cfg!(feature = "mutants") && self.config.mutant == m
    }

    /// The slot of the 8-byte word of memory that contains physical address `pa`; `None` where there is no memory.
    #[inline(always)]
    pub fn slot_of(&self, pa: u64) -> Option<Slot> {
        self.memory.slot_of(pa)
    }

    /// The physical address of a slot that is memory; for display, not fast.
    pub fn address_of(&self, slot: Slot) -> Option<u64> {
        self.memory.address_of(slot)
    }

    /// The word of memory at `pa`, without cost or effect. Where there is no memory, 0 is read.
    #[inline(always)]
    pub fn peek(&self, st: &State, pa: u64) -> u64 {
        self.memory.slot_of(pa).map_or(0, |slot| st.get(slot))
    }

    /// Call this once after memory was written by [`State::set`] directly, as a set-up may do: with may-sets the machine
    /// keeps a map of the words that are not 0. Writes by way of the machine keep it themselves.
    pub fn sync(&mut self, st: &mut State) {
        if self.may.is_some() {
            self.memory.note_all(st);
        }
    }

    /// Cycles that `cpu` has spent. Not searched state: undo does not bring it back.
    pub fn clock(&self, cpu: Cpu) -> u64 {
        self.clocks[cpu as usize]
    }

    /// Sets the clock of `cpu`, for timed runs that wait or step back.
    pub fn set_clock(&mut self, cpu: Cpu, cycles: u64) {
        self.clocks[cpu as usize] = cycles;
    }

    /// Adds a cost of the machine's table, or one of the kernel's own, to the clock of `cpu`.
    #[inline(always)]
    pub fn charge(&mut self, cpu: Cpu, cost: Cost) {
        self.clocks[cpu as usize] += u64::from(cost.cycles);
    }

    /// Charges `cpu` for a reference to a word.
    #[inline(always)]
    pub(crate) fn charge_reference(&mut self, cpu: Cpu, slot: Option<Slot>, write: bool) {
        let cost = match (&mut self.caches, slot) {
            (None, _) => self.config.costs.cache_l1,
            (Some(caches), Some(slot)) => caches.reference(self.config.costs, cpu, slot, write),
            (Some(_), None) => self.config.costs.dram,
        };
        self.charge(cpu, cost);
    }

    /// Event counts of `cpu`.
    pub fn counters(&self, cpu: Cpu) -> &Counters {
        &self.counters[cpu as usize]
    }

    /// Sets clocks and counters to 0 and empties the data caches.
    pub fn reset_counters(&mut self) {
        self.clocks.fill(0);
        self.caches = self.config.caches.then(|| Caches::new(self.config.cpus));
        self.counters.fill(Counters::default());
    }

    #[inline(always)]
    pub(crate) fn count(&mut self, cpu: Cpu) -> &mut Counters {
        &mut self.counters[cpu as usize]
    }
}
