//! Loads and stores of a CPU, and its store buffer: x86-TSO (Owens, Sarkar, Sewell, "A better x86 memory model:
//! x86-TSO", 2009; SDM vol. 3A, 8.2).
//!
//! A buffered store remembers the slot (for memory: the physical word) that it was translated to.

use crate::config::MemoryOrder;
use crate::cpu::{Cpu, slot};
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::state::{Slot, State};

impl Machine {
    /// A load of `cpu` from a slot: memory, or any other shared word. Its own youngest buffered store to that slot is
    /// seen first (SDM 8.2.3.5, forwarding).
    #[inline(always)]
    pub fn load(&mut self, st: &State, cpu: Cpu, from: Slot) -> u64 {
        self.count(cpu).loads += 1;
        self.charge_reference(cpu, Some(from), false);
        if self.config.order == MemoryOrder::Tso
            && let Some(value) = self.forwarded(st, cpu, from)
        {
            self.count(cpu).forwards += 1;
            return value;
        }
        st.get(from)
    }

    /// What `cpu` would load from a slot, without cost or count.
    pub fn peek_load(&self, st: &State, cpu: Cpu, from: Slot) -> u64 {
        match self.config.order {
            MemoryOrder::Tso => self.forwarded(st, cpu, from).unwrap_or_else(|| st.get(from)),
            MemoryOrder::Sc => st.get(from),
        }
    }

    fn forwarded(&self, st: &State, cpu: Cpu, from: Slot) -> Option<u64> {
        let base = self.base(cpu);
        let n = st.get(base + slot::BUFFERED) as Slot;
        if cfg!(feature = "mutants") && n > 0 {
            match self.config.mutant {
                Mutant::NoForwarding => return None,
                Mutant::ForwardAnywhere => return Some(st.get(base + slot::BUFFER + 2 * (n - 1) + 1)),
                Mutant::ForwardOldest => {
                    let mut all = (0..n).map(|i| base + slot::BUFFER + 2 * i);
                    return all.find(|e| st.get(*e) == u64::from(from)).map(|e| st.get(e + 1));
                }
                _ => {}
            }
        }
        (0..n).rev().map(|i| base + slot::BUFFER + 2 * i).find(|e| st.get(*e) == u64::from(from)).map(|e| st.get(e + 1))
    }

    /// A store of `cpu`: under TSO into its buffer, else to the slot at once. False when the buffer is full: the CPU
    /// waits until something has drained.
    #[inline(always)]
    pub fn store(&mut self, st: &mut State, cpu: Cpu, to: Slot, value: u64) -> bool {
        if self.config.order == MemoryOrder::Tso {
            let base = self.base(cpu);
            let n = st.get(base + slot::BUFFERED) as Slot;
            if n == self.config.store_buffer {
                return false;
            }
            st.set(base + slot::BUFFER + 2 * n, to.into());
            st.set(base + slot::BUFFER + 2 * n + 1, value);
            st.set(base + slot::BUFFERED, u64::from(n) + 1);
        } else {
            self.write_memory(st, to, value);
        }
        self.count(cpu).stores += 1;
        self.charge(cpu, self.config.costs.store);
        if let Some(caches) = &mut self.caches {
            // The line comes while the store waits in the buffer: the CPU is not charged for it.
            caches.reference(self.config.costs, cpu, to, true);
        }
        true
    }

    /// A store that bypasses the buffer: the write half of a locked operation. The caller has seen to it that
    /// [`buffer_empty`](Self::buffer_empty) holds, as the hardware does (SDM 8.2.3.8, 8.2.5).
    pub fn store_locked(&mut self, st: &mut State, cpu: Cpu, to: Slot, value: u64) {
        self.count(cpu).stores += 1;
        self.charge(cpu, self.config.costs.locked);
        self.charge_reference(cpu, Some(to), true);
        self.write_memory(st, to, value);
    }

    /// No store of `cpu` waits. Fences, locked operations, interrupt delivery, exceptions, IRET, MOV CR, INVLPG and
    /// INVPCID need this before they run; SYSCALL does not.
    #[inline(always)]
    pub fn buffer_empty(&self, st: &State, cpu: Cpu) -> bool {
        self.config.order == MemoryOrder::Sc
            || st.get(self.base(cpu) + slot::BUFFERED) == 0
            || self.mutant(Mutant::NotDrained)
    }

    /// Moves the oldest buffered store of `cpu` to memory and returns it; `None` when nothing waits.
    pub fn drain(&mut self, st: &mut State, cpu: Cpu) -> Option<(Slot, u64)> {
        let base = self.base(cpu);
        if self.config.order == MemoryOrder::Sc || st.get(base + slot::BUFFERED) == 0 {
            return None;
        }
        let first = base + slot::BUFFER;
        let n = st.get(base + slot::BUFFERED) as Slot;
        let gone = if self.mutant(Mutant::DrainYoungest) { n - 1 } else { 0 };
        let (to, value) = (st.get(first + 2 * gone) as Slot, st.get(first + 2 * gone + 1));
        for i in gone + 1..n {
            for half in 0..2 {
                let moved = st.get(first + 2 * i + half);
                st.set(first + 2 * (i - 1) + half, moved);
            }
        }
        st.set(first + 2 * (n - 1), 0);
        st.set(first + 2 * (n - 1) + 1, 0);
        st.set(base + slot::BUFFERED, u64::from(n) - 1);
        self.write_memory(st, to, value);
        self.count(cpu).drains += 1;
        Some((to, value))
    }

    /// The buffered stores of `cpu`, oldest first.
    pub fn buffered(&self, st: &State, cpu: Cpu) -> Vec<(Slot, u64)> {
        if self.config.order == MemoryOrder::Sc {
            return Vec::new();
        }
        let base = self.base(cpu);
        let n = st.get(base + slot::BUFFERED) as Slot;
        (0..n).map(|i| base + slot::BUFFER + 2 * i).map(|e| (st.get(e) as Slot, st.get(e + 1))).collect()
    }

    /// A word changes in memory: by a drain, a locked operation, the walker, or a DMA device (which sees no buffer).
    ///
    /// In [`TlbMode::MaySet`](crate::TlbMode::MaySet) every write to memory after set-up must come this way, because what
    /// was walkable before the write may be cached after it.
    #[inline(always)]
    pub fn write_memory(&mut self, st: &mut State, to: Slot, value: u64) {
        if self.may.is_some() && self.memory.contains(to) {
            self.may_write(st, to, value);
        } else {
            st.set(to, value);
        }
    }

    /// A DMA device reads memory at a physical address; `None` where there is none. Store buffers are not seen.
    pub fn dma_read(&self, st: &State, pa: u64) -> Option<u64> {
        self.memory.slot_of(pa).map(|slot| st.get(slot))
    }

    /// A DMA device writes memory at a physical address; false where there is none.
    pub fn dma_write(&mut self, st: &mut State, pa: u64, value: u64) -> bool {
        match self.memory.slot_of(pa) {
            Some(slot) => {
                self.write_memory(st, slot, value);
                true
            }
            None => false,
        }
    }
}
