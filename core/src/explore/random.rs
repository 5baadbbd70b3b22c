//! Random runs: uniform walks, and PCT with its bound.

use super::replay::breaks_at_end;
use super::{Break, Budget, Choice, Counts, End, Findings, Model, Outcome, Search, Status};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How a random run chooses who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every agent that can act is as likely as another, at every step.
    Uniform,
    /// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte 2010): agents have random priorities, the highest
    /// that can act does, and at `depth - 1` random steps the one that acts falls below all others. Finds a given break of depth
    /// `depth` (the number of orderings it takes) with at least the probability of [`Random::pct_bound`].
    Pct {
        /// d: 1 or more.
        depth: u32,
    },
}

/// Which random runs to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How a run chooses.
    pub strategy: Strategy,
    /// Run number `i` depends on this and on `i` alone.
    pub seed: u64,
    /// Number of the first run.
    pub first: u64,
    /// Runs from one to the next: with shard `i` of `n`, `first` is `i` and `stride` is `n`. At least 1.
    pub stride: u64,
    /// How many runs to make.
    pub runs: u64,
    /// A run longer than this is cut (agents may spin for ever).
    pub max_steps: u32,
    /// Stop at the first break.
    pub first_break: bool,
}

/// Random runs from one state, all replayable: a finding's schedule says all.
pub struct Random<M: Model> {
    model: M,
    plan: Plan,
    budget: Budget,
    /// k of PCT: steps in which the changes of priority fall.
    pct_steps: u32,
    done: u64,
    cut: u64,
    dropped: u64,
    counts: Counts,
    findings: Findings,
    broke: bool,
}

/// How one run ended.
enum Ran {
    /// Nobody could act, or something broke.
    Whole,
    /// Longer than allowed.
    Cut,
    /// No step was left that an `assume` allows.
    Dropped,
}

/// Runs whose length decides k of PCT.
const TRIAL_RUNS: u64 = 16;

impl<M: Model> Random<M> {
    /// Runs from the state in which `model` stands. For PCT a few uniform runs are made first, to learn how long a run is.
    pub fn new(mut model: M, plan: Plan, budget: Budget) -> Self {
        model.state_mut().commit();
        let mut random = Random {
            model,
            plan,
            budget,
            pct_steps: 1,
            done: 0,
            cut: 0,
            dropped: 0,
            counts: Counts::default(),
            findings: Findings::new(),
            broke: false,
        };
        if let Strategy::Pct { .. } = plan.strategy {
            random.plan.strategy = Strategy::Uniform;
            for trial in 0..TRIAL_RUNS {
                random.one(u64::MAX - trial, |_| {});
                random.pct_steps = random.pct_steps.max(random.counts.depth as u32);
            }
            random = Random { plan, counts: Counts::default(), findings: Findings::new(), broke: false, ..random };
        }
        random
    }

    /// n, k, d and the least probability 1 / (n k^(d-1)) with which one PCT run finds a given break of depth d. k is the longest run
    /// seen. `None` for uniform walks, which promise nothing.
    pub fn pct_bound(&self) -> Option<(u32, u32, u32, f64)> {
        let Strategy::Pct { depth } = self.plan.strategy else { return None };
        let n = self.model.agents() as u32;
        let k = self.pct_steps.max(self.counts.depth as u32);
        let d = depth.max(1);
        Some((n, k, d, 1.0 / (n as f64 * (k as f64).powi(d as i32 - 1))))
    }

    /// The schedule of run number 0 of this seed.
    pub fn schedule(model: M, strategy: Strategy, seed: u64, max_steps: u32) -> Vec<Choice> {
        let plan = Plan { strategy, seed, first: 0, stride: 1, runs: 1, max_steps, first_break: false };
        let mut random = Random::new(model, plan, Budget::NONE);
        random.one(0, |_| {}).1
    }

    /// Runs that were longer than allowed.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Runs that ended because no step was left that an `assume` allows.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Makes run number `number`; `met` sees every state that it reaches. The schedule, too.
    fn one(&mut self, number: u64, mut met: impl FnMut(&mut M)) -> (Ran, Vec<Choice>) {
        let start = self.model.state().mark();
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        rng.set_stream(number);
        let mut order = Order::new(self.plan.strategy, self.model.agents(), self.pct_steps, &mut rng);
        let mut schedule = Vec::new();
        let mut broke = None;
        let ran = loop {
            if schedule.len() as u32 >= self.plan.max_steps {
                break Ran::Cut;
            }
            match self.step(&mut order, &mut rng, &schedule) {
                Stepped::Took(choice) => {
                    schedule.push(choice);
                    met(&mut self.model);
                }
                Stepped::Broke(choice) => {
                    broke = Some(choice);
                    break Ran::Whole;
                }
                Stepped::Ended => break Ran::Whole,
                Stepped::Dropped => break Ran::Dropped,
            }
        };
        self.model.state_mut().undo(start);
        self.counts.depth = self.counts.depth.max(schedule.len() as u64);
        schedule.extend(broke);
        (ran, schedule)
    }

    fn step(&mut self, order: &mut Order, rng: &mut ChaCha8Rng, schedule: &[Choice]) -> Stepped {
        let mut dropped = false;
        for agent in order.agents(rng) {
            match step_at_random(&mut self.model, agent, rng) {
                Attempt::Blocked => {}
                Attempt::Dropped => dropped = true,
                Attempt::Stepped(choice) => {
                    self.counts.transitions += 1;
                    order.stepped(agent, schedule.len() as u32);
                    return Stepped::Took(choice);
                }
                Attempt::Broke(choice) => {
                    self.counts.transitions += 1;
                    for v in self.model.violations() {
                        self.findings.note(Break::Violation(*v), || schedule.iter().copied().chain([choice]).collect());
                    }
                    self.broke = true;
                    return Stepped::Broke(choice);
                }
            }
        }
        if dropped {
            return Stepped::Dropped;
        }
        self.counts.terminals += 1;
        for what in breaks_at_end(&mut self.model) {
            self.findings.note(what, || schedule.to_vec());
            self.broke = true;
        }
        Stepped::Ended
    }
}

/// Makes the runs of `plan` and shows `met` every state on the way, the first one not.
pub(super) fn walk<M: Model>(model: M, plan: Plan, mut met: impl FnMut(&mut M)) {
    let mut random = Random::new(model, plan, Budget::NONE);
    for run in 0..plan.runs {
        random.one(plan.first + run * plan.stride.max(1), &mut met);
    }
}

enum Stepped {
    Took(Choice),
    Broke(Choice),
    Ended,
    Dropped,
}

enum Attempt {
    Blocked,
    Dropped,
    Stepped(Choice),
    Broke(Choice),
}

/// One step of `agent` with a random pick among those that are possible.
fn step_at_random<M: Model>(model: &mut M, agent: u8, rng: &mut ChaCha8Rng) -> Attempt {
    let mark = model.state().mark();
    let mut untried = vec![0];
    let (mut known, mut dropped) = (1, false);
    while !untried.is_empty() {
        let choice = Choice { agent, pick: untried.swap_remove(below(rng, untried.len())) };
        let outcome = model.step(choice);
        match outcome {
            Outcome::Blocked if choice.pick == 0 && known == 1 => {
                model.state_mut().undo(mark);
                return Attempt::Blocked;
            }
            Outcome::Blocked => {}
            Outcome::Stepped { alternatives } | Outcome::Broke { alternatives } | Outcome::Dropped { alternatives } => {
                let more = alternatives > known;
                untried.extend(known..alternatives.max(known));
                known = known.max(alternatives);
                if more {
                    // Now that there are several, pick 0 is as likely as the others.
                    untried.push(choice.pick);
                } else if let Outcome::Dropped { .. } = outcome {
                    dropped = true;
                } else if let Outcome::Stepped { .. } = outcome {
                    return Attempt::Stepped(choice);
                } else {
                    return Attempt::Broke(choice);
                }
            }
        }
        model.state_mut().undo(mark);
    }
    if dropped { Attempt::Dropped } else { Attempt::Blocked }
}

/// A number below `n`, which is not 0 and small against 2^32.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((rng.next_u32() as u64 * n as u64) >> 32) as usize
}

fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i + 1));
    }
}

/// In which order agents are asked whether they can act.
struct Order {
    /// PCT: highest priority first.
    agents: Vec<u8>,
    /// PCT: the steps after which the agent that acted falls to the end, each with its rank among the fallen.
    changes: Vec<(u32, u32)>,
    /// PCT: the agents that fell, by rank: a smaller one stands before a larger one.
    fallen: Vec<(u32, u8)>,
    uniform: bool,
}

impl Order {
    fn new(strategy: Strategy, agents: u8, steps: u32, rng: &mut ChaCha8Rng) -> Self {
        let mut agents: Vec<u8> = (0..agents).collect();
        let mut changes = Vec::new();
        if let Strategy::Pct { depth } = strategy {
            shuffle(&mut agents, rng);
            changes = (1..depth).map(|rank| (below(rng, steps as usize) as u32, rank)).collect();
        }
        Order { agents, changes, fallen: Vec::new(), uniform: strategy == Strategy::Uniform }
    }

    fn agents(&mut self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        if self.uniform {
            shuffle(&mut self.agents, rng);
            return self.agents.clone();
        }
        self.agents.iter().copied().chain(self.fallen.iter().map(|f| f.1)).collect()
    }

    fn stepped(&mut self, agent: u8, step: u32) {
        for &(at, rank) in &self.changes {
            if at == step {
                self.agents.retain(|a| *a != agent);
                self.fallen.retain(|f| f.1 != agent);
                self.fallen.push((rank, agent));
                self.fallen.sort_unstable();
            }
        }
    }
}

impl<M: Model> Search for Random<M> {
    fn run(&mut self, transitions: u64) -> Status {
        let until = self.counts.transitions.saturating_add(transitions);
        while self.counts.transitions < until {
            if self.done == self.plan.runs {
                return Status::Ended(End::Sampled);
            }
            if let Some(limit) = self.budget.reached(&self.counts) {
                return Status::Ended(End::BudgetReached(limit));
            }
            if self.broke && self.plan.first_break {
                return Status::Ended(End::Broke);
            }
            match self.one(self.plan.first + self.done * self.plan.stride.max(1), |_| {}).0 {
                Ran::Whole => {}
                Ran::Cut => self.cut += 1,
                Ran::Dropped => self.dropped += 1,
            }
            self.done += 1;
            self.counts.runs = self.done;
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        self.counts
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
