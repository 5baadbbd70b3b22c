//! Small random programs over a few shared words: loads, stores, atomic updates, waits, locks, branches, loops, choices, assertions.

use cowscope_core::explore::{Choice, Model, Outcome, Phase, Violation};
use cowscope_mmu::{Chooser, Slot, State};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One instruction: one step.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// reg = var
    Load(Slot),
    /// var = value
    Store(Slot, u64),
    /// var = reg
    Put(Slot),
    /// var = (var + value) mod 3, in one step
    Add(Slot, u64),
    /// waits until var is 0, then makes it 1, in one step
    Lock(Slot),
    /// var = 0
    Unlock(Slot),
    /// waits until var == value
    Await(Slot, u64),
    /// if reg == value, go on there
    Branch(u64, u64),
    /// go on there
    Goto(u64),
    /// reg = choose(n)
    Choose(u32),
    /// a second choice in the same step if the first is 1: picks have digits of two sizes
    ChooseTwice,
    /// drops the run if reg == value
    Assume(u64),
    /// breaks if reg == value
    Assert(u64),
    /// breaks if var == value
    AssertVar(Slot, u64),
}

#[derive(Clone, Debug)]
struct Agent {
    ops: Vec<Op>,
    /// Its pc; its register follows.
    pc: Slot,
    cpu: u8,
    /// Serves the others: need not finish.
    daemon: bool,
}

/// A random program, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Program {
    state: State,
    agents: Vec<Agent>,
    vars: Slot,
    /// At the end, the first shared word may not have this value.
    bad_end: Option<u64>,
    broke: Vec<Violation>,
}

impl Program {
    pub fn random(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut below = |n: u64| rng.next_u64() % n;
        let mut state = State::new();
        let vars = 2 + below(3) as u32;
        state.alloc(vars);
        let mut agents = Vec::new();
        for cpu in 0..2 + below(2) as u8 {
            let pc = state.alloc(2);
            let ops = random_ops(&mut below, vars);
            agents.push(Agent { ops, pc, cpu, daemon: false });
        }
        if below(4) == 0 {
            let pc = state.alloc(2);
            let var = below(vars as u64) as Slot;
            let ops = vec![Op::Await(var, 1), Op::Store(var, 0), Op::Goto(0)];
            agents.push(Agent { ops, pc, cpu: 0, daemon: true });
        }
        let bad_end = (below(3) == 0).then(|| below(3));
        state.commit();
        Program { state, agents, vars, bad_end, broke: Vec::new() }
    }

    /// What one instruction does: the next pc, or `None` when it can't act.
    fn execute(&mut self, op: Op, pc: u64, reg: Slot, place: u32, chooser: &mut Chooser) -> Result<Option<u64>, ()> {
        let s = &mut self.state;
        let next = pc + 1;
        match op {
            Op::Load(var) => s.set(reg, s.get(var)),
            Op::Store(var, v) => s.set(var, v),
            Op::Put(var) => s.set(var, s.get(reg)),
            Op::Add(var, v) => s.set(var, (s.get(var) + v) % 3),
            Op::Lock(var) if s.get(var) != 0 => return Ok(None),
            Op::Lock(var) => s.set(var, 1),
            Op::Unlock(var) => s.set(var, 0),
            Op::Await(var, v) if s.get(var) != v => return Ok(None),
            Op::Await(..) => {}
            Op::Branch(v, to) if s.get(reg) == v => return Ok(Some(to)),
            Op::Branch(..) => {}
            Op::Goto(to) => return Ok(Some(to)),
            Op::Choose(n) => s.set(reg, chooser.choose(n) as u64),
            Op::ChooseTwice => {
                let first = chooser.choose(2);
                let second = if first == 1 { chooser.choose(2) } else { 0 };
                s.set(reg, (first + second) as u64);
            }
            Op::Assume(v) if s.get(reg) == v => return Err(()),
            Op::Assume(_) => {}
            Op::Assert(v) if s.get(reg) == v => self.broke.push(Violation { invariant: 1, place }),
            Op::Assert(_) => {}
            Op::AssertVar(var, v) if s.get(var) == v => self.broke.push(Violation { invariant: 2, place }),
            Op::AssertVar(..) => {}
        }
        // A pick with digits left over is another one's double.
        if chooser.rest() != 0 { Ok(None) } else { Ok(Some(next)) }
    }
}

fn random_ops(below: &mut impl FnMut(u64) -> u64, vars: u32) -> Vec<Op> {
    let length = 2 + below(5);
    let mut ops = Vec::new();
    for at in 0..length {
        let var = below(vars as u64) as Slot;
        let value = below(3);
        let to = if below(3) == 0 { below(at + 1) } else { at + 1 + below(length - at) };
        ops.push(match below(22) {
            0..=3 => Op::Load(var),
            4..=5 => Op::Store(var, value),
            6..=7 => Op::Put(var),
            8..=9 => Op::Add(var, 1 + value % 2),
            10..=11 => Op::Lock(var),
            12 => Op::Unlock(var),
            13 => Op::Await(var, value),
            14..=15 => Op::Branch(value, to),
            16 => Op::Goto(to),
            17 => Op::Choose(2 + value as u32),
            18 => Op::ChooseTwice,
            19 => Op::Assume(value),
            20 => Op::Assert(value),
            _ => Op::AssertVar(var, value),
        });
    }
    ops
}

impl Model for Program {
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
        self.agents[agent as usize].cpu
    }
    fn step(&mut self, choice: Choice) -> Outcome {
        self.broke.clear();
        let agent = &self.agents[choice.agent as usize];
        let slot = agent.pc;
        let pc = self.state.get(slot);
        let Some(op) = agent.ops.get(pc as usize).copied() else {
            return Outcome::Blocked;
        };
        let place = choice.agent as u32 * 100 + pc as u32;
        let mut chooser = Chooser::new(choice.pick);
        let next = self.execute(op, pc, slot + 1, place, &mut chooser);
        let alternatives = chooser.alternatives();
        match next {
            Err(()) => Outcome::Dropped { alternatives },
            Ok(None) => Outcome::Blocked,
            Ok(Some(next)) => {
                self.state.set(slot, next);
                if self.broke.is_empty() { Outcome::Stepped { alternatives } } else { Outcome::Broke { alternatives } }
            }
        }
    }
    fn violations(&self) -> &[Violation] {
        &self.broke
    }
    fn finished(&self) -> bool {
        self.agents.iter().all(|a| a.daemon || self.state.get(a.pc) >= a.ops.len() as u64)
    }
    fn location(&self, agent: u8) -> u64 {
        self.state.get(self.agents[agent as usize].pc)
    }
    fn phase(&self, agent: u8) -> Phase {
        let agent = &self.agents[agent as usize];
        if agent.daemon {
            return Phase::Serving;
        }
        // Every third instruction begins a call.
        if self.state.get(agent.pc).is_multiple_of(3) || self.state.get(agent.pc) >= agent.ops.len() as u64 {
            Phase::Boundary
        } else {
            Phase::InCall
        }
    }
    fn check_end(&mut self) -> Vec<Violation> {
        let broke = self.bad_end == Some(self.state.get(0));
        broke.then_some(Violation { invariant: 3, place: self.vars }).into_iter().collect()
    }
}
