//! The reduced search itself: depth first, restarted when an assumption turns out wrong.

use super::access::Access;
use super::attempt::{Attempt, Watched};
use super::sleep::SleepTable;
use crate::explore::replay::breaks_at_end;
use crate::explore::{
    Break, Budget, Choice, Counts, End, Findings, Fingerprints, Limit, Model, Options, Search, Status,
};
use cowscope_mmu::Mark;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Which reductions are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// Steps that nobody can interfere with belong to the step before them.
    pub merge: bool,
    /// Of steps that commute one order is walked.
    pub sleep: bool,
}

/// Random walks that the first knowledge is taken from, at most; and how many in a row may teach nothing.
const WALKS: u64 = 200;
const DULL_WALKS: u32 = 12;
/// Steps of a walk that teach nothing, in a row, after which it ends.
const DULL_STEPS: u32 = 200;
/// Merged steps after which a state is stored all the same: an agent may run for ever on its own.
const CHAIN: u32 = 64;

/// A state whose ways on are being walked.
struct Frame {
    mark: Mark,
    /// The first of its attempts; one for each agent follows.
    attempts: usize,
    ways: usize,
    next: usize,
    end: usize,
    path: usize,
    asleep: u8,
    /// Agents whose ways are walked.
    todo: u64,
}

/// An exhaustive search that leaves out orders of steps that make no difference.
///
/// Breaks and end states are those of [`Exhaustive`](crate::explore::Exhaustive); states and transitions are fewer. Symmetry is not used.
/// What the reductions assume of the program is learned from random walks, checked at every step, and corrected by a restart.
pub struct Reduced<M: Model> {
    watched: Watched<M>,
    reduction: Reduction,
    options: Options,
    budget: Budget,
    start: Mark,
    table: SleepTable,
    frames: Vec<Frame>,
    attempts: Vec<Attempt>,
    path: Vec<Choice>,
    counts: Counts,
    findings: Findings,
    terminals: Fingerprints,
    restarts: u32,
    /// Transitions of this attempt at which a restart that is due is done.
    restart_at: u64,
    ended: Option<End>,
}

impl<M: Model> Reduced<M> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, reduction: Reduction, options: Options, budget: Budget) -> Self {
        let mut watched = Watched::new(model);
        learn(&mut watched);
        let start = watched.model.state().mark();
        let mut search = Reduced {
            watched,
            reduction,
            options,
            budget,
            start,
            table: SleepTable::new(),
            frames: Vec::new(),
            attempts: Vec::new(),
            path: Vec::new(),
            counts: Counts::default(),
            findings: Findings::new(),
            terminals: Fingerprints::new(),
            restarts: 0,
            restart_at: 1024,
            ended: None,
        };
        search.begin();
        search
    }

    /// How often an assumption was wrong and the search began anew.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// The fingerprints of the states in which nobody can act, sorted; empty unless they were asked for.
    pub fn terminal_fingerprints(&self) -> Vec<u64> {
        self.terminals.sorted()
    }

    fn begin(&mut self) {
        self.watched.model.state_mut().undo(self.start);
        self.watched.forget(0);
        self.watched.knowledge.changed = false;
        self.table = SleepTable::new();
        self.frames.clear();
        self.attempts.clear();
        self.path.clear();
        self.counts = Counts { states: 0, transitions: 1, ..Counts::default() };
        self.arrive(0, 0);
    }

    /// The model stands in a state that was reached by an agent's step (`last`): goes on with it as far as nobody can interfere, looks
    /// the state up, and if there is something to do in it, makes a frame.
    fn arrive(&mut self, last: u8, mut asleep: u8) {
        let mut chain = 0;
        let mut mover = last;
        loop {
            self.watched.arrive();
            let (attempts, ways) = (self.attempts.len(), self.watched.ways.len());
            let merged = self.try_all(mover);
            match merged {
                Some((agent, way)) if chain < CHAIN => {
                    let choice = self.watched.take(way);
                    self.watched.forget(ways);
                    self.attempts.truncate(attempts);
                    self.path.push(choice);
                    self.counts.transitions += 1;
                    // It moves: what was known to be covered for its next step is not about the one after it.
                    asleep &= !sleeper(agent);
                    mover = agent;
                    chain += 1;
                }
                _ => {
                    if merged.is_some() {
                        asleep = 0;
                        self.attempts.truncate(attempts);
                        self.watched.forget(ways);
                        self.try_rest();
                    }
                    return self.store(attempts, ways, asleep);
                }
            }
        }
    }

    /// Tries the agents, `first` first, until one is found whose step can be merged: that one and its way. Otherwise the attempts of
    /// all agents stand on the stack, by agent.
    #[inline(always)]
    fn try_all(&mut self, first: u8) -> Option<(u8, usize)> {
        let agents = self.watched.model.agents();
        let base = self.attempts.len();
        self.attempts.resize(base + agents as usize, Attempt::default());
        for i in 0..agents {
            // `first` changes places with agent 0.
            let agent = if i == 0 {
                first
            } else if i == first {
                0
            } else {
                i
            };
            let way = self.watched.ways.len();
            let attempt = self.attempt(agent);
            self.attempts[base + agent as usize] = attempt;
            if self.reduction.merge
                && attempt.sole
                && self.watched.knowledge.undisturbed(agent, &attempt.access, &self.watched.at, self.watched.open)
            {
                return Some((agent, way));
            }
        }
        None
    }

    /// Tries all agents without looking for a step to merge.
    fn try_rest(&mut self) {
        for agent in 0..self.watched.model.agents() {
            let attempt = self.attempt(agent);
            self.attempts.push(attempt);
        }
    }

    #[inline(always)]
    fn attempt(&mut self, agent: u8) -> Attempt {
        let Reduced { watched, findings, path, .. } = self;
        watched
            .attempt(agent, &mut |choice, what| findings.note(what, || path.iter().copied().chain([choice]).collect()))
    }

    /// Looks up the state in which the model stands; what was tried in it stands from `attempts` and `ways` on.
    #[inline(always)]
    fn store(&mut self, attempts: usize, ways: usize, mut asleep: u8) {
        let able = self.attempts[attempts..].iter().enumerate().fold(0, |m, (i, a)| m | (a.able as u64) << i);
        let key = self.watched.model.state().fingerprint();
        let todo = match self.table.find(key, asleep) {
            None => {
                if able == 0 {
                    self.stuck();
                }
                able & !(asleep as u64)
            }
            Some(before) => {
                // Agents that slept then and do not now have still to be walked.
                let todo = (*before & !asleep) as u64 & able;
                asleep &= *before;
                *before = asleep;
                todo
            }
        };
        if todo == 0 {
            self.attempts.truncate(attempts);
            self.watched.forget(ways);
            return;
        }
        let (mark, end) = (self.watched.model.state().mark(), self.watched.ways.len());
        self.frames.push(Frame { mark, attempts, ways, next: ways, end, path: self.path.len(), asleep, todo });
        self.counts.depth = self.counts.depth.max(self.path.len() as u64);
    }

    #[cold]
    fn stuck(&mut self) {
        self.counts.terminals += 1;
        if self.options.collect_terminals {
            if self.terminals.is_full() {
                self.terminals.grow();
            }
            self.terminals.insert(self.watched.model.state().fingerprint());
        }
        for what in breaks_at_end(&mut self.watched.model) {
            self.findings.note(what, || self.path.clone());
        }
    }

    /// Walks the next way out of the topmost state, or leaves it.
    #[inline(always)]
    fn advance(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        self.watched.model.state_mut().undo(frame.mark);
        self.path.truncate(frame.path);
        while frame.next < frame.end {
            let agent = self.watched.ways[frame.next].choice.agent;
            if frame.todo >> agent & 1 == 1 {
                break;
            }
            frame.next += 1;
        }
        if frame.next >= frame.end {
            self.watched.forget(frame.ways);
            self.attempts.truncate(frame.attempts);
            self.frames.pop();
            return;
        }
        let way = frame.next;
        frame.next += 1;
        let agent = self.watched.ways[way].choice.agent;
        let mut asleep = 0;
        if self.reduction.sleep {
            asleep = independent(&self.attempts[frame.attempts..], frame.asleep, agent);
            let more = frame.next < frame.end && self.watched.ways[frame.next].choice.agent == agent;
            if !more {
                frame.asleep |= sleeper(agent);
            }
        }
        let choice = self.watched.take(way);
        self.path.push(choice);
        self.counts.transitions += 1;
        self.arrive(agent, asleep);
    }

    fn bytes(&self) -> u64 {
        let stacks = self.frames.capacity() * size_of::<Frame>()
            + self.attempts.capacity() * size_of::<Attempt>()
            + self.watched.ways.capacity() * size_of::<super::attempt::Way>()
            + self.watched.redo.capacity() * 16;
        self.table.bytes() + stacks as u64
    }

    fn limit(&mut self) -> Option<Limit> {
        self.counts.states = self.table.len();
        self.budget.reached(&Counts { bytes: self.bytes(), ..self.counts })
    }
}

/// The agent as a member of a sleep set; agents from 8 on never sleep.
fn sleeper(agent: u8) -> u8 {
    if agent < 8 { 1 << agent } else { 0 }
}

/// Of the agents asleep, those whose next step commutes with that of `agent`.
#[inline(always)]
fn independent(attempts: &[Attempt], asleep: u8, agent: u8) -> u8 {
    let mine: Access = attempts[agent as usize].access;
    let mut rest = asleep & !sleeper(agent);
    let mut still = 0;
    while rest != 0 {
        let other = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        if !attempts[other].access.conflicts(&mine) {
            still |= 1 << other;
        }
    }
    still
}

/// Learns from random walks where agents go and what they touch.
fn learn<M: Model>(watched: &mut Watched<M>) {
    let start = watched.model.state().mark();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let agents = watched.model.agents();
    let mut dull_walks = 0;
    for walk in 0..WALKS {
        let (mut dull_steps, mut dull) = (0, true);
        // Some walks leave agents alone for a while, so that the others meet what they would not meet otherwise.
        let mut favourite = None;
        while dull_steps < DULL_STEPS {
            watched.arrive();
            dull_steps += 1;
            if std::mem::take(&mut watched.knowledge.changed) {
                (dull_steps, dull) = (0, false);
            }
            if rng.next_u32().is_multiple_of(16) {
                favourite = (walk % 2 == 1).then(|| (rng.next_u32() % agents as u32) as u8);
            }
            for agent in 0..agents {
                watched.attempt(agent, &mut |_, _| {});
            }
            let preferred: Vec<usize> = (0..watched.ways.len())
                .filter(|w| favourite.is_none_or(|agent| watched.ways[*w].choice.agent == agent))
                .collect();
            let among = if preferred.is_empty() { (0..watched.ways.len()).collect() } else { preferred };
            if among.is_empty() {
                break;
            }
            watched.take(among[rng.next_u32() as usize % among.len()]);
            watched.forget(0);
        }
        watched.forget(0);
        watched.model.state_mut().undo(start);
        dull_walks = if dull { dull_walks + 1 } else { 0 };
        if dull_walks == DULL_WALKS {
            break;
        }
    }
    watched.knowledge.settle();
}

impl<M: Model> Search for Reduced<M> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let mut left = transitions as i128;
        while left > 0 {
            if let Some(limit) = self.limit() {
                return Status::Ended(End::BudgetReached(limit));
            }
            if self.options.first_break && !self.findings.is_empty() {
                self.ended = Some(End::Broke);
                return Status::Ended(End::Broke);
            }
            let wrong = self.watched.knowledge.changed;
            if wrong && (self.frames.is_empty() || self.counts.transitions >= self.restart_at) {
                self.restarts += 1;
                self.restart_at *= 2;
                self.begin();
                continue;
            }
            if self.frames.is_empty() {
                self.ended = Some(End::Complete);
                return Status::Ended(End::Complete);
            }
            let before = self.counts.transitions;
            self.advance();
            left -= (self.counts.transitions - before) as i128;
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        Counts { states: self.table.len(), frontier: self.frames.len() as u64, bytes: self.bytes(), ..self.counts }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}

/// So that a break is never told apart by the reduction that found it.
impl<M: Model> Reduced<M> {
    /// Every distinct break so far.
    pub fn breaks(&self) -> Vec<Break> {
        self.findings.list().iter().map(|f| f.what).collect()
    }
}
