//! The system as the explorer sees it.

use cowscope_mmu::{Chooser, State};

use super::end::End;
use super::frame::{BY_INTERRUPT, BY_SYSTEM, CALLER, PUSHED};
use super::{Agent, Status, System, Trap, broken, word};
use crate::explore::{Choice, Model, Outcome, Phase, Violation};
use crate::lang::program::Program;

impl Model for System {
    fn state(&self) -> &State {
        &self.state
    }

    fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn agents(&self) -> u8 {
        self.agents.len() as u8
    }

    fn cpu_of(&self, agent: u8) -> u8 {
        match self.agents[agent as usize] {
            Agent::Task(t) => self.tasks[t as usize].cpu as u8,
            Agent::Interrupt(c) | Agent::Drain(c) => c as u8,
        }
    }

    fn step(&mut self, choice: Choice) -> Outcome {
        if !self.violations.is_empty() {
            self.violations.clear();
        }
        if self.watch {
            self.notes.clear();
            self.steps_trace.clear();
        }
        let mut ch = Chooser::new(choice.pick);
        let agent = self.agents[choice.agent as usize];
        let program = self.program.lend();
        let end = match agent {
            Agent::Task(t) => self.step_task(&program, t, &mut ch),
            Agent::Interrupt(c) => self.take_interrupt(&program, c, &mut ch),
            Agent::Drain(c) => self.drain(c),
        };
        if self.machine.may_overflowed(&self.state) {
            self.broke(broken::TRAP + Trap::TooManyStale as u16, 0);
        }
        self.program.give_back(program);
        self.place_violations();
        let alternatives = ch.alternatives();
        match end {
            _ if !self.violations.is_empty() => Outcome::Broke { alternatives },
            End::Stopped => Outcome::Stepped { alternatives },
            End::Blocked => Outcome::Blocked,
            End::Dropped => Outcome::Dropped { alternatives },
        }
    }

    fn violations(&self) -> &[Violation] {
        &self.violations
    }

    fn finished(&self) -> bool {
        (0..self.tasks.len() as u32).all(|t| {
            let task = &self.tasks[t as usize];
            (task.daemon && !self.in_kernel(t))
                || self.status(t) == Status::Done
                || (task.process != 0 && self.status(t) == Status::Waiting)
        })
    }

    fn phase(&self, agent: u8) -> Phase {
        let Agent::Task(t) = self.agents[agent as usize] else { return Phase::Serving };
        let task = &self.tasks[t as usize];
        if task.device {
            return Phase::Serving;
        }
        let frame = self.frame_of(t);
        if frame == 0 || self.status(t) != Status::Running {
            return Phase::Boundary;
        }
        let mut pushed = self.frames_of(t).map(|f| self.state.get(f + 1) & PUSHED).filter(|how| *how != 0);
        // the innermost pushed frame says what is being done: an interrupt or an address-space switch serves others
        let how = pushed.next().unwrap_or(0);
        if how == BY_INTERRUPT || how == BY_SYSTEM {
            return Phase::Serving;
        }
        let walking = self.machine.walking(&self.state, task.cpu).is_some();
        let in_call = self.state.get(task.base + word::IN_CALL) == 2;
        if walking || in_call || how != 0 { Phase::InCall } else { Phase::Boundary }
    }

    /// Its status, and of each of its frames where it goes on, with what values.
    fn location(&self, agent: u8) -> u64 {
        let Agent::Task(t) = self.agents[agent as usize] else { return 0 };
        let mix = |at: u64, more: u64| (at ^ more).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let base = self.tasks[t as usize].base;
        let mut frame = self.state.peek(base + word::FRAME);
        let mut at = self.state.peek(base + word::STATUS);
        while frame != 0 {
            let (record, header) = (self.state.peek(frame as u32), self.state.peek(frame as u32 + 1));
            at = mix(at, record ^ header << 20);
            for (_, w) in self.program.records.get(record as usize).into_iter().flat_map(|r| &r.saves) {
                at = mix(at, self.state.peek(frame as u32 + w));
            }
            frame = header & CALLER;
        }
        at
    }

    fn symmetric(&self) -> bool {
        self.program.canon.is_some()
    }

    fn canonical_fingerprint(&mut self) -> u64 {
        match self.program.canon {
            None => self.state.fingerprint(),
            Some(f) => self.least_image(f),
        }
    }

    fn check_end(&mut self) -> Vec<Violation> {
        let mut broken = self.run_checks();
        broken.extend(self.check_contents());
        broken.extend(self.check_counts());
        broken.extend(self.check_locks());
        broken.extend(self.check_areas());
        broken.retain(|v| !self.muted.contains(&v.invariant));
        broken
    }
}

/// Accesses that a CHECK function may make.
const CHECK_STEPS: u32 = 1 << 14;

/// The break with the place of the op that it names.
fn placed(p: &Program, v: Violation) -> Violation {
    Violation { place: p.locs_of.get(v.place as usize).copied().unwrap_or(0), ..v }
}

impl System {
    /// Is a task inside a call of the kernel's, or a fault, that has begun?
    fn in_kernel(&self, t: u32) -> bool {
        let task = &self.tasks[t as usize];
        let began = self.frame_of(t) != 0 && self.status(t) == Status::Running;
        began && !task.device && self.state.get(task.base + word::IN_CALL) == 2
    }

    pub(super) fn place_violations(&mut self) {
        for i in 0..self.violations.len() {
            self.violations[i] = placed(&self.program, self.violations[i]);
        }
    }

    fn step_task(&mut self, p: &Program, t: u32, ch: &mut Chooser) -> End {
        if self.status(t) == Status::Waiting || self.frame_of(t) == 0 {
            return End::Blocked;
        }
        let cpu = self.tasks[t as usize].cpu;
        match self.current_slot(cpu) {
            Some(slot) if self.state.get(slot) as u32 != t => {
                if !self.may_leave(p, self.state.get(slot) as u32) {
                    return End::Blocked;
                }
                self.state.set(slot, t as u64);
                self.switch_mm(p, t);
                End::Stopped
            }
            _ => self.resume(p, t, ch),
        }
    }

    /// Where it stands which task a CPU has, if it has several.
    fn current_slot(&self, cpu: u32) -> Option<u32> {
        self.layout.current.get(cpu as usize).copied().flatten()
    }

    /// The task that a CPU has now.
    pub fn current_task(&self, cpu: u32) -> u32 {
        match self.current_slot(cpu) {
            Some(slot) => self.state.get(slot) as u32,
            None => self.task_of_cpu[cpu as usize],
        }
    }

    /// A CPU goes on with another task when its task has ended or sleeps in its own program.
    fn may_leave(&mut self, p: &Program, t: u32) -> bool {
        let cpu = self.tasks[t as usize].cpu;
        if self.machine.walking(&self.state, cpu).is_some() {
            return false;
        }
        if self.frame_of(t) != 0 && self.state.get(self.frame_of(t) + 1) & PUSHED == BY_INTERRUPT {
            return false;
        }
        if self.status(t) != Status::Running {
            return true;
        }
        let outermost = self.frames_of(t).nth(1).is_none();
        let asleep = outermost && {
            let mark = self.state.mark();
            let end = self.resume(p, t, &mut Chooser::new(0));
            self.state.undo(mark);
            self.violations.clear();
            end == End::Blocked
        };
        asleep && (!self.tso || self.machine.buffer_empty(&self.state, cpu))
    }

    fn take_interrupt(&mut self, p: &Program, cpu: u32, ch: &mut Chooser) -> End {
        let Some(vector) = self.machine.pending(&self.state, cpu) else { return End::Blocked };
        if self.machine.take(&mut self.state, cpu).is_none() {
            return End::Blocked;
        }
        let Some(handler) = p.interrupt else { return End::Stopped };
        let task = self.current_task(cpu);
        match self.push(p, task, handler, BY_INTERRUPT, &[vector as u64]) {
            Ok(()) => self.enter(p, task, handler, ch),
            Err(trap) => self.trap(trap, 0),
        }
    }

    pub(super) fn drain(&mut self, cpu: u32) -> End {
        match self.machine.drain(&mut self.state, cpu) {
            Some((slot, value)) => {
                self.reached_memory(slot, value, 0);
                End::Stopped
            }
            None => End::Blocked,
        }
    }

    /// Runs the CHECK functions on a final state; leaves the state as it was.
    fn run_checks(&mut self) -> Vec<Violation> {
        let mut out = Vec::new();
        let p = self.program.lend();
        for f in self.checks.clone() {
            let mark = self.state.mark();
            self.violations.clear();
            let task = self.current_task(0);
            if self.push(&p, task, f, BY_SYSTEM, &[]).is_ok() {
                let depth = self.frame_of(task);
                let mut end = self.enter(&p, task, f, &mut Chooser::new(0));
                let mut left = CHECK_STEPS;
                while end == End::Stopped
                    && left > 0
                    && self.frame_of(task) >= depth
                    && self.frame_of(task) != 0
                    && self.violations.is_empty()
                {
                    end = self.resume(&p, task, &mut Chooser::new(0));
                    left -= 1;
                }
                if left == 0 {
                    let at = p.funcs[f as usize].entry;
                    self.trap(Trap::EndlessStep, at);
                }
            }
            self.state.undo(mark);
            for v in self.violations.drain(..) {
                out.push(placed(&p, v));
            }
        }
        self.program.give_back(p);
        out
    }
}
