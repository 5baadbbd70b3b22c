//! The reduced search itself: depth first, restarted when an assumption turns out wrong.

use super::knowledge::Knowledge;
use super::learn::learn;
use super::sleep::SleepTable;
use super::walk::{Pending, Walk};
use crate::explore::replay::breaks_at_end;
use crate::explore::{Break, Budget, Counts, End, Findings, Fingerprints, Limit, Model, Options, Search, Status};

/// Which reductions are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// Steps that nobody can interfere with belong to the step before them.
    pub merge: bool,
    /// Of steps that commute one order is walked.
    pub sleep: bool,
}

/// Merged steps after which a state is stored all the same: an agent may run for ever on its own.
const CHAIN: u32 = 64;
/// Walks at a time, and how many states there are before there is more than one.
const WALKS: usize = 4;
const FEW: u64 = 1 << 14;
/// Transitions after which it is first asked whether the search is still right.
const FIRST_ASKED: u64 = 256;

/// An exhaustive search that leaves out orders of steps that make no difference.
///
/// Breaks and end states are those of [`Exhaustive`](crate::explore::Exhaustive); states and transitions are fewer. Symmetry is not used.
/// What the reductions assume of the program is learned from random walks, checked at every step, and corrected by a restart.
///
/// Every state that is stored has the ways of all agents walked, but for those that sleep. Of steps that commute that is enough in
/// whatever order states are looked at: of the first steps of a run, take the one that was walked last from here; what slept when it
/// was walked was walked later, or is not of the run.
pub struct Reduced<M: Model> {
    start: M,
    walks: Vec<Walk<M>>,
    knowledge: Knowledge,
    reduction: Reduction,
    options: Options,
    budget: Budget,
    table: SleepTable,
    counts: Counts,
    findings: Findings,
    terminals: Fingerprints,
    restarts: u32,
    /// Transitions of this attempt at which it is asked next whether what was learned since makes it wrong; then, if it is wrong, up to
    /// which it goes on all the same, to learn more.
    ask_at: u64,
    wrong: bool,
    ended: Option<End>,
}

impl<M: Model> Reduced<M> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, reduction: Reduction, options: Options, budget: Budget) -> Self {
        let knowledge = learn(&mut Walk::new(model.clone()));
        let mut search = Reduced {
            start: model,
            walks: Vec::new(),
            knowledge,
            reduction,
            options,
            budget,
            table: SleepTable::new(),
            counts: Counts::default(),
            findings: Findings::new(),
            terminals: Fingerprints::new(),
            restarts: 0,
            ask_at: 0,
            wrong: false,
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

    /// Every distinct break so far.
    pub fn breaks(&self) -> Vec<Break> {
        self.findings.list().iter().map(|f| f.what).collect()
    }

    fn begin(&mut self) {
        self.knowledge.begin();
        (self.wrong, self.ask_at) = (false, FIRST_ASKED);
        self.table = SleepTable::new();
        self.walks = vec![Walk::new(self.start.clone())];
        self.walks.iter_mut().for_each(Walk::begin);
        self.counts = Counts { transitions: 1, ..Counts::default() };
    }

    /// Every walk goes on to its next state that is to be looked up; then all are looked up together, so that the loads overlap.
    fn round(&mut self) {
        self.share();
        let Reduced { walks, knowledge, reduction, table, counts, findings, .. } = self;
        let mut reached = [None; WALKS];
        let mut touched = false;
        for (walk, reached) in walks.iter_mut().zip(&mut reached) {
            let Some(next) = walk.pending.pop() else { continue };
            let asleep = along(walk, knowledge, *reduction, counts, findings, next);
            let key = walk.model.state().fingerprint();
            touched ^= table.touch(key);
            *reached = Some((key, asleep));
        }
        std::hint::black_box(touched);
        for (number, reached) in reached.into_iter().enumerate() {
            if let Some((key, asleep)) = reached {
                self.look_up(number, key, asleep);
            }
        }
    }

    /// Gives walks that have nothing to do a part of what waits in the fullest one.
    fn share(&mut self) {
        if self.walks.len() == 1 && self.table.len() > FEW {
            while self.walks.len() < WALKS {
                self.walks.push(Walk::new(self.walks[0].model.clone()));
            }
        }
        for idle in 0..self.walks.len() {
            if self.walks[idle].pending.is_empty() {
                let fullest = (0..self.walks.len()).max_by_key(|i| self.walks[*i].pending.len()).unwrap_or(idle);
                if self.walks[fullest].pending.len() > 1
                    && let Ok([from, to]) = self.walks.get_disjoint_mut([fullest, idle])
                {
                    from.give(to);
                }
            }
        }
    }

    /// Looks up the state in which a walk's model stands, in which every agent has been tried, and leaves what is to be walked from it.
    #[inline(always)]
    fn look_up(&mut self, number: usize, key: u64, mut asleep: u8) {
        let walk = &mut self.walks[number];
        let agents = walk.agents();
        let able = (0..agents).fold(0, |able, agent| able | (walk.tried(agent).able as u64) << agent);
        self.counts.depth = self.counts.depth.max(walk.depth());
        let todo = match self.table.find(key, asleep) {
            None => {
                if able == 0 {
                    return self.stuck(number);
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
        let level = walk.levels();
        for agent in (0..agents).filter(|agent| todo >> agent & 1 == 1) {
            let (from, to) = (walk.tried(agent).from, walk.tried(agent).to);
            let still = if self.reduction.sleep { independent(walk, asleep, agent) } else { 0 };
            self.counts.transitions += (to - from) as u64;
            walk.pending.extend((from..to).map(|way| Pending { level, way, asleep: still }));
            if self.reduction.sleep && from != to {
                asleep |= sleeper(agent);
            }
        }
    }

    #[cold]
    fn stuck(&mut self, number: usize) {
        let walk = &mut self.walks[number];
        self.counts.terminals += 1;
        if self.options.collect_terminals {
            if self.terminals.is_full() {
                self.terminals.grow();
            }
            self.terminals.insert(walk.model.state().fingerprint());
        }
        for what in breaks_at_end(&mut walk.model) {
            self.findings.note(what, || walk.schedule(walk.levels()));
        }
    }

    fn bytes(&self) -> u64 {
        self.table.bytes() + self.walks.iter().map(Walk::bytes).sum::<u64>()
    }

    fn waiting(&self) -> u64 {
        self.walks.iter().map(|walk| walk.pending.len() as u64).sum()
    }
}

/// Goes to a waiting state and on with steps that nobody can interfere with, as far as there are any, to a state that is to be looked
/// up. All agents are tried there. Answers which of them sleep.
#[inline(always)]
fn along<M: Model>(
    walk: &mut Walk<M>,
    knowledge: &mut Knowledge,
    reduction: Reduction,
    counts: &mut Counts,
    findings: &mut Findings,
    next: Pending,
) -> u8 {
    let Pending { level, way, mut asleep } = next;
    let mut mover = walk.go(knowledge, level, way);
    for chain in 0..=CHAIN {
        let merged = match reduction.merge && chain < CHAIN {
            true => merged(walk, knowledge, findings, mover),
            false => {
                (0..walk.agents()).for_each(|agent| _ = walk.attempt(knowledge, agent, findings));
                if chain == CHAIN {
                    asleep = 0;
                }
                None
            }
        };
        let Some((agent, way)) = merged else { break };
        counts.transitions += 1;
        // It moves: what was known to be covered for its next step is not about the one after it.
        asleep &= !sleeper(agent);
        mover = walk.go(knowledge, walk.levels(), way);
    }
    asleep
}

/// Tries the agents, `first` first, until one is found whose step can be merged: that one and its way. Without one, all are tried.
#[inline(always)]
fn merged<M: Model>(
    walk: &mut Walk<M>,
    knowledge: &mut Knowledge,
    findings: &mut Findings,
    first: usize,
) -> Option<(usize, u32)> {
    for i in 0..walk.agents() {
        // `first` changes places with agent 0.
        let agent = match i {
            0 => first,
            _ if i == first => 0,
            _ => i,
        };
        let attempt = walk.attempt(knowledge, agent, findings);
        let (sole, way) = (attempt.sole, attempt.from);
        if sole && walk.undisturbed(knowledge, agent) {
            return Some((agent, way));
        }
    }
    None
}

/// The agent as a member of a sleep set; agents from 8 on never sleep.
fn sleeper(agent: usize) -> u8 {
    if agent < 8 { 1 << agent } else { 0 }
}

/// Of the agents asleep, those whose next step commutes with that of `agent`.
#[inline(always)]
fn independent<M: Model>(walk: &Walk<M>, asleep: u8, agent: usize) -> u8 {
    let mine = &walk.tried(agent).access;
    let mut rest = asleep & !sleeper(agent);
    let mut still = 0;
    while rest != 0 {
        let other = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        if !walk.tried(other).access.conflicts(mine) {
            still |= 1 << other;
        }
    }
    still
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
            let waiting = self.walks.iter().any(|walk| !walk.pending.is_empty());
            if self.wrong(waiting) {
                self.restarts += 1;
                self.begin();
                continue;
            }
            if !waiting {
                self.ended = Some(End::Complete);
                return Status::Ended(End::Complete);
            }
            let before = self.counts.transitions;
            self.round();
            left -= (self.counts.transitions - before) as i128;
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        Counts { states: self.table.len(), frontier: self.waiting(), bytes: self.bytes(), ..self.counts }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}

impl<M: Model> Reduced<M> {
    /// Is it time to begin anew, because something was left out that would not be with what is known now?
    #[inline(always)]
    fn wrong(&mut self, waiting: bool) -> bool {
        (self.wrong || self.knowledge.changed)
            && (!waiting || self.counts.transitions >= self.ask_at)
            && self.is_wrong(waiting)
    }

    #[cold]
    fn is_wrong(&mut self, waiting: bool) -> bool {
        if self.wrong {
            return true;
        }
        let done = self.counts.transitions;
        self.wrong = !self.knowledge.still_right();
        self.ask_at = done + (done / if self.wrong { 4 } else { 16 }).max(FIRST_ASKED);
        self.wrong && !waiting
    }

    fn limit(&mut self) -> Option<Limit> {
        self.counts.states = self.table.len();
        self.budget.reached(&Counts { bytes: self.bytes(), ..self.counts })
    }
}
