//! Every reachable state, each looked at once: the search that proves.

use super::coverage::{Coverage, coverage};
use super::lane::{Fingerprint, Lane, Narrow, Tally};
use super::{Budget, Counts, End, Findings, Fingerprints, Limit, Model, Search, Status};

/// What an exhaustive search does besides covering everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Stop at the first break instead of collecting one schedule for every distinct one.
    pub first_break: bool,
    /// Collect the fingerprints of the states in which nobody can act.
    pub collect_terminals: bool,
    /// Other schedules to keep for each break, at most.
    pub others: usize,
}

/// Walks at a time: enough for as many loads from the table at once as a core can have under way.
pub(super) const LANES: usize = 4;

/// Search over all enabled choices, with a set of fingerprints and undo instead of copies, in a few depth-first walks that take
/// turns (one, while there are few states).
pub struct Exhaustive<M: Model, F: Fingerprint = Narrow> {
    start: M,
    lanes: Vec<Lane<M, F>>,
    options: Options,
    budget: Budget,
    visited: Fingerprints<F::Stored>,
    tally: Tally,
    ended: Option<End>,
}

impl<M: Model, F: Fingerprint> Exhaustive<M, F> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, options: Options, budget: Budget) -> Self {
        let start = model.clone();
        let mut lanes: Vec<Lane<M, F>> = vec![Lane::idle(model)];
        let mut visited = Fingerprints::new();
        visited.insert(lanes[0].begin_here());
        let mut tally = Tally { terminals: options.collect_terminals.then(Fingerprints::new), ..Tally::default() };
        tally.findings = Findings::with_others(options.others);
        tally.counts = Counts { states: 1, transitions: 1, ..Counts::default() };
        Exhaustive { start, lanes, options, budget, visited, tally, ended: None }
    }

    /// The fingerprints of the states in which nobody can act, sorted; empty unless they were asked for.
    pub fn terminal_fingerprints(&self) -> Vec<u64> {
        self.tally.terminals.as_ref().map(Fingerprints::sorted).unwrap_or_default()
    }

    /// True when the state in which `model` stands has been reached. (128-bit fingerprints under no symmetry, as in the search.)
    fn knows(&self, model: &mut M) -> bool {
        self.visited.contains(F::first(model))
    }

    /// How much of what random walks meet is known by now: an estimate of how much is left. See [`Coverage`].
    pub fn coverage(&self, walks: u64, seed: u64) -> Coverage {
        coverage(&self.start, walks, seed, |model| self.knows(model))
    }

    /// Every lane looks at one state; then all that was reached is looked up together, so that the loads overlap.
    #[inline(always)]
    fn round(&mut self) -> bool {
        share(&mut self.lanes);
        for lane in &mut self.lanes {
            lane.look(&mut self.tally);
        }
        let touched = self.lanes.iter().fold(false, |touched, lane| touched ^ lane.touch(&self.visited));
        std::hint::black_box(touched);
        let mut waiting = 0;
        for lane in &mut self.lanes {
            self.tally.counts.states += lane.keep_new(&mut self.visited);
            waiting += lane.waiting();
        }
        waiting > 0
    }

    fn bytes(&self) -> u64 {
        self.visited.bytes() + self.tally.bytes() + self.lanes.iter().map(Lane::bytes).sum::<u64>()
    }

    fn limit(&mut self) -> Option<Limit> {
        if self.tally.counts.states >= self.budget.states {
            return Some(Limit::States);
        }
        if self.tally.counts.transitions >= self.budget.transitions {
            return Some(Limit::Transitions);
        }
        if self.visited.is_full() {
            if self.bytes() - self.visited.bytes() + self.visited.bytes_to_grow() > self.budget.bytes {
                return Some(Limit::Bytes);
            }
            self.visited.grow();
            // Waiting for memory begins when the table outgrows the cache; before that, more lanes are only more to set up.
            while self.lanes.len() < LANES {
                self.lanes.push(self.lanes[0].sibling());
            }
        }
        None
    }
}

/// Gives lanes that have nothing to do a part of what waits in the fullest one.
#[inline(always)]
pub(super) fn share<M: Model, F: Fingerprint>(lanes: &mut [Lane<M, F>]) {
    for idle in 0..lanes.len() {
        if lanes[idle].waiting() == 0 {
            share_with(lanes, idle);
        }
    }
}

#[inline(never)]
fn share_with<M: Model, F: Fingerprint>(lanes: &mut [Lane<M, F>], idle: usize) {
    let fullest = (0..lanes.len()).max_by_key(|i| lanes[*i].waiting()).unwrap_or(idle);
    if lanes[fullest].waiting() > 1
        && let Ok([from, to]) = lanes.get_disjoint_mut([fullest, idle])
    {
        from.give(to);
    }
}

impl<M: Model, F: Fingerprint> Search for Exhaustive<M, F> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let until = self.tally.counts.transitions.saturating_add(transitions);
        while self.tally.counts.transitions < until {
            if let Some(limit) = self.limit() {
                return Status::Ended(End::BudgetReached(limit));
            }
            let more = self.round();
            let end = match self.options.first_break && !self.tally.findings.is_empty() {
                true => End::Broke,
                false if more => continue,
                false => End::Complete,
            };
            self.ended = Some(end);
            return Status::Ended(end);
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        let frontier = self.lanes.iter().map(Lane::waiting).sum::<usize>() as u64;
        Counts { frontier, bytes: self.bytes(), ..self.tally.counts }
    }

    fn findings(&self) -> &Findings {
        &self.tally.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
