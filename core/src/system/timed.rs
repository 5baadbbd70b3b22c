//! Timed runs: every step costs cycles, and the CPU whose clock is lowest acts. What comes out is a schedule like any other.

use cowscope_mmu::{Cost, CostTable};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::{Agent, System};
use crate::explore::{Choice, Model, Outcome, Violation};
use crate::lang::ir::Op;
use crate::lang::sys::Sys;

/// What a timed run depends on, besides the program and the machine's table of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Seed of everything that is left to chance: ChaCha8.
    pub seed: u64,
    /// A CPU begins up to so many cycles after the first.
    pub skew: u32,
    /// A step takes up to so many percent longer than the table says.
    pub jitter: u32,
    /// A run is cut after so many steps: agents may spin for ever.
    pub max_steps: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Timing { seed: 0, skew: 200, jitter: 20, max_steps: 100_000 }
    }
}

/// How a timed run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every program got to its end, and what must hold there does.
    Finished,
    /// Something broke: in the last step, or in what must hold at the end.
    Broke(Vec<Violation>),
    /// Nobody can act, and somebody has not finished.
    Deadlock,
    /// It was longer than allowed.
    Cut,
    /// No step was left that an `assume` allows.
    Dropped,
}

/// A timed run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    pub schedule: Vec<Choice>,
    /// When each step was over, by the clock of who acted, in cycles from the start.
    pub clocks: Vec<u64>,
    /// What each step cost, in cycles, jitter included.
    pub costs: Vec<u32>,
    pub ended: Ended,
}

/// Clocks count sixteenths of a cycle, so that jitter shows where a step costs 1.
const FINE: u64 = 16;

/// Somebody with a clock: a CPU (with its interrupts), a device, or the drain of a store buffer.
#[derive(Clone, Copy, Default)]
struct Line {
    clock: u64,
    /// Nothing could be done when it was last asked: it goes on when somebody else's step lets it.
    waiting: bool,
}

impl System {
    /// Runs from the state in which the system stands; leaves it there.
    pub fn timed(&self, timing: &Timing) -> Timed {
        let mut model = self.clone();
        model.watch = true;
        model.state.commit();
        // what was run before leaves nothing in the data caches
        model.machine.reset_counters();
        let mut rng = ChaCha8Rng::seed_from_u64(timing.seed);
        let count = model.tasks.iter().map(|t| t.cpu + 1).max().unwrap_or(1).max(model.machine.cpus());
        let mut lines = vec![Line::default(); count as usize + model.machine.cpus() as usize];
        for line in &mut lines {
            line.clock = below(&mut rng, timing.skew as u64 * FINE + 1);
        }
        let mut run = Timed { schedule: Vec::new(), clocks: Vec::new(), costs: Vec::new(), ended: Ended::Cut };
        let mut now = 0;
        while (run.schedule.len() as u32) < timing.max_steps {
            let Some(next) = model.next_timed(&mut lines, count, now, timing, &mut rng) else {
                run.ended = model.timed_end();
                return run;
            };
            let (choice, clock, cost) = match next {
                Next::Step { choice, clock, cost } => (choice, clock, cost),
                Next::Dropped => {
                    run.ended = Ended::Dropped;
                    return run;
                }
            };
            now = clock;
            run.schedule.push(choice);
            run.clocks.push(clock / FINE);
            run.costs.push((cost / FINE) as u32);
            if !model.violations.is_empty() {
                run.ended = Ended::Broke(model.violations.clone());
                return run;
            }
            model.state.commit();
        }
        run
    }

    fn timed_end(&mut self) -> Ended {
        if !self.finished() {
            return Ended::Deadlock;
        }
        let broke = self.check_end();
        if broke.is_empty() { Ended::Finished } else { Ended::Broke(broke) }
    }

    /// The line of an agent's clock.
    fn line_of(&self, agent: u8, drains: u32) -> usize {
        match self.agents[agent as usize] {
            Agent::Task(t) => self.tasks[t as usize].cpu as usize,
            Agent::Interrupt(c) => c as usize,
            Agent::Drain(c) => (drains + c) as usize,
        }
    }

    /// Takes the next step of a timed run.
    fn next_timed(
        &mut self,
        lines: &mut [Line],
        drains: u32,
        now: u64,
        timing: &Timing,
        rng: &mut ChaCha8Rng,
    ) -> Option<Next> {
        // lowest clock first; a CPU takes its interrupts before it goes on with its task
        let mut order: Vec<(u64, usize, bool, u8)> = (0..self.agents())
            .map(|a| {
                let line = self.line_of(a, drains);
                let at = if lines[line].waiting { lines[line].clock.max(now) } else { lines[line].clock };
                (at, line, !matches!(self.agents[a as usize], Agent::Interrupt(_)), a)
            })
            .collect();
        order.sort_unstable();
        let mut dropped = false;
        let mut tried = vec![false; lines.len()];
        for (at, line, _, agent) in order {
            let mark = self.state.mark();
            let clocks: Vec<u64> = (0..self.machine.cpus()).map(|c| self.machine.clock(c)).collect();
            match self.step_any(agent, rng) {
                Attempt::Stepped(choice) => {
                    let hardware: u64 = (0..self.machine.cpus())
                        .zip(&clocks)
                        .map(|(c, before)| self.machine.clock(c).saturating_sub(*before))
                        .sum();
                    let cycles = (hardware + self.cost_of_ops(agent)).max(1);
                    let cost = cycles * FINE + below(rng, cycles * FINE * timing.jitter as u64 / 100 + 1);
                    // who could have acted earlier and could not waits for others from here on
                    for (line, tried) in lines.iter_mut().zip(&tried) {
                        line.waiting |= tried;
                    }
                    lines[line] = Line { clock: at + cost, waiting: false };
                    return Some(Next::Step { choice, clock: at + cost, cost });
                }
                attempt => {
                    self.state.undo(mark);
                    dropped |= matches!(attempt, Attempt::Dropped);
                    for (c, before) in (0..).zip(clocks) {
                        self.machine.set_clock(c, before);
                    }
                    tried[line] = true;
                }
            }
        }
        dropped.then_some(Next::Dropped)
    }

    /// One step of an agent, with any of its picks.
    fn step_any(&mut self, agent: u8, rng: &mut ChaCha8Rng) -> Attempt {
        let mark = self.state.mark();
        let alternatives = match self.step(Choice { agent, pick: 0 }) {
            Outcome::Blocked => return Attempt::Blocked,
            Outcome::Stepped { alternatives: 1 } | Outcome::Broke { alternatives: 1 } => {
                return Attempt::Stepped(Choice { agent, pick: 0 });
            }
            Outcome::Stepped { alternatives } | Outcome::Broke { alternatives } | Outcome::Dropped { alternatives } => {
                alternatives
            }
        };
        let first = below(rng, alternatives as u64) as u32;
        for i in 0..alternatives.min(PICKS) {
            self.state.undo(mark);
            let choice = Choice { agent, pick: (first + i) % alternatives };
            if let Outcome::Stepped { .. } | Outcome::Broke { .. } = self.step(choice) {
                return Attempt::Stepped(choice);
            }
        }
        Attempt::Dropped
    }

    /// What the ops of the last step cost that the machine itself does not charge.
    fn cost_of_ops(&self, agent: u8) -> u64 {
        if !matches!(self.agents[agent as usize], Agent::Task(_) | Agent::Interrupt(_)) {
            return 0;
        }
        let t = self.machine.config().costs;
        let ops = self.steps_trace.iter().map(|op| &self.program.ops[*op as usize]);
        ops.map(|op| match op {
            Op::Lock => cycles(&t.locked),
            // under TSO the machine charges kernel loads and stores itself
            op if op.loads() && !self.tso => cycles(&t.cache_l1),
            op if op.stores() && !self.tso => cycles(&t.store),
            Op::Sys { sys, .. } => self.cost_of_word(*sys, t),
            _ => 0,
        })
        .sum()
    }

    fn cost_of_word(&self, sys: Sys, t: &CostTable) -> u64 {
        match sys {
            Sys::CopyWord | Sys::ClearWord => {
                // a word stands for its part of a page
                cycles(&t.page_copy).div_ceil(self.layout.frame_words.max(1) as u64)
            }
            Sys::Mb | Sys::Mfence => cycles(&t.fence),
            Sys::EnterCall => cycles(&t.syscall),
            Sys::Store if !self.tso => cycles(&t.store),
            Sys::Load | Sys::DmaLoad if !self.tso => cycles(&t.cache_l1),
            Sys::AllocFrame | Sys::AllocHugeFrame | Sys::FreeFrame => cycles(&t.cache_l1),
            _ => 0,
        }
    }
}

/// Picks that are tried for one that an `assume` allows.
const PICKS: u32 = 64;

enum Next {
    Step { choice: Choice, clock: u64, cost: u64 },
    Dropped,
}

enum Attempt {
    Blocked,
    Dropped,
    Stepped(Choice),
}

fn cycles(c: &Cost) -> u64 {
    c.cycles as u64
}

/// A number below `n`, which is not 0 and small against 2^32.
fn below(rng: &mut ChaCha8Rng, n: u64) -> u64 {
    (rng.next_u32() as u64 * n) >> 32
}
