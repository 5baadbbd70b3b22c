//! Interrupt flag and lines of each CPU.

use crate::cpu::{Cpu, slot};
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::state::State;

/// Interrupt lines of a CPU; vectors are 0 to 63 here and a higher one goes first, as vectors of a local APIC do
/// (SDM vol. 3A, 10.8.3.1).
pub const VECTORS: u8 = 64;

impl Machine {
    /// CLI, STI and their like.
    pub fn set_if(&mut self, st: &mut State, cpu: Cpu, on: bool) {
        st.set(self.base(cpu) + slot::INTERRUPTS_ON, on.into());
    }

    /// EFLAGS.IF.
    #[inline(always)]
    pub fn interrupts_on(&self, st: &State, cpu: Cpu) -> bool {
        st.get(self.base(cpu) + slot::INTERRUPTS_ON) != 0
    }

    /// Asserts a line of `target`; a line that is already pending stays so. False when `vector` is no line (64 or more).
    pub fn raise(&mut self, st: &mut State, target: Cpu, vector: u8) -> bool {
        if vector >= VECTORS {
            return false;
        }
        let pending = self.base(target) + slot::PENDING;
        let before = if self.mutant(Mutant::LineLost) { 0 } else { st.get(pending) };
        st.set(pending, before | 1 << vector);
        true
    }

    /// `from` sends an inter-processor interrupt to `target`: [`raise`](Self::raise) with its cost.
    pub fn send_ipi(&mut self, st: &mut State, from: Cpu, target: Cpu, vector: u8) -> bool {
        self.charge(from, self.config.costs.ipi_send);
        self.count(from).ipis_sent += 1;
        self.raise(st, target, vector)
    }

    /// The line that would be taken next, whether or not interrupts are on.
    #[inline(always)]
    pub fn pending(&self, st: &State, cpu: Cpu) -> Option<u8> {
        st.get(self.base(cpu) + slot::PENDING).checked_ilog2().map(|v| v as u8)
    }

    /// The lines that are pending, one bit each.
    pub fn pending_lines(&self, st: &State, cpu: Cpu) -> u64 {
        st.get(self.base(cpu) + slot::PENDING)
    }

    /// The CPU takes the highest pending interrupt: the line is cleared, interrupts are off. `None`, and nothing
    /// happens, while interrupts are off, nothing is pending, a walk is in flight (an interrupt is taken between
    /// instructions only), or stores wait in the buffer (delivery drains it: assumed from SDM 8.2.5 and AMD's APM 7.4.2).
    pub fn take(&mut self, st: &mut State, cpu: Cpu) -> Option<u8> {
        if !self.can_take(st, cpu) {
            return None;
        }
        let vector = self.pending(st, cpu)?;
        let pending = self.base(cpu) + slot::PENDING;
        st.set(pending, st.get(pending) & !(1 << vector));
        self.set_if(st, cpu, false);
        self.count(cpu).ipis_taken += 1;
        self.charge(cpu, self.config.costs.ipi_deliver);
        Some(vector)
    }

    /// [`take`](Self::take) would take something.
    #[inline(always)]
    pub fn can_take(&self, st: &State, cpu: Cpu) -> bool {
        let base = self.base(cpu);
        st.get(base + slot::PENDING) != 0
            && (self.interrupts_on(st, cpu) || self.mutant(Mutant::TakenWhileOff))
            && (st.get(base + slot::WALK) == 0 || self.mutant(Mutant::TakenInWalk))
            && self.buffer_empty(st, cpu)
    }
}
