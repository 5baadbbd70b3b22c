//! Does a break need a race? All runs in which every call ends before another begins.

use super::expand::for_each_step;
use super::tree::{ROOT, Tree};
use super::{
    Break, Budget, Choice, Counts, End, Finding, Findings, Fingerprints, Limit, Model, Outcome, Phase, Search, Status,
};

/// A state and the agent whose call is under way in it.
#[derive(Clone, Copy)]
struct Place {
    node: u32,
    caller: Option<u8>,
}

/// Breadth-first search over the runs "one call after the other", in every order: an agent may be left only between two calls.
///
/// Interrupt handlers and agents that only serve (store buffers, devices) may always act, so that a flush gets its answer. A call
/// that waits for something else than them is no sequential run, and its path is given up. The schedules found are shortest.
pub struct Sequential<M: Model> {
    tree: Tree<M>,
    budget: Budget,
    known: Fingerprints,
    level: Vec<Place>,
    looked: usize,
    next: Vec<Place>,
    steps: u32,
    findings: Findings,
    counts: Counts,
    given_up: u64,
}

impl<M: Model> Sequential<M> {
    /// A search from the state in which `model` stands: an agent that stands inside a call there is the one whose call is under way.
    pub fn new(model: M, budget: Budget) -> Self {
        let caller = (0..model.agents()).find(|a| model.phase(*a) == Phase::InCall);
        let mut known = Fingerprints::new();
        known.insert(key(model.state().fingerprint(), caller));
        Sequential {
            tree: Tree::new(model),
            budget,
            known,
            level: vec![Place { node: ROOT, caller }],
            looked: 0,
            next: Vec::new(),
            steps: 0,
            findings: Findings::new(),
            counts: Counts { states: 1, transitions: 1, ..Counts::default() },
            given_up: 0,
        }
    }

    /// A sequential run that breaks the same invariant as `what` (or deadlocks too): then `what` needs no race. `None` says that it
    /// needs one, if the search is complete.
    pub fn without_race(&self, what: Break) -> Option<&Finding> {
        self.findings.list().iter().find(|f| match (f.what, what) {
            (Break::Violation(found), Break::Violation(asked)) => found.invariant == asked.invariant,
            (found, asked) => found == asked,
        })
    }

    /// In how many states a call waited for another call, so that no sequential run goes on from there.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    fn look(&mut self, here: Place) {
        self.tree.go_to(here.node, self.steps);
        self.counts.depth = self.counts.depth.max(self.steps as u64);
        let model = self.tree.model();
        let allowed = (0..model.agents()).fold(0u64, |allowed, agent| {
            let may = match (model.phase(agent), here.caller) {
                (Phase::Serving, _) | (Phase::Boundary, None) => true,
                (_, caller) => caller == Some(agent),
            };
            allowed | (may as u64) << agent
        });
        let (mut enabled, mut stepped, mut dropped) = (false, Vec::new(), false);
        for_each_step(self.tree.model_mut(), |model, mark, choice, outcome| {
            enabled = true;
            match outcome {
                _ if allowed >> choice.agent & 1 == 0 => {}
                Outcome::Stepped { .. } => {
                    let caller = match model.phase(choice.agent) {
                        Phase::InCall => Some(choice.agent),
                        Phase::Boundary if here.caller == Some(choice.agent) => None,
                        _ => here.caller,
                    };
                    let state = model.state();
                    let changes: Vec<_> =
                        state.changes(mark).iter().map(|&(slot, _)| (slot, state.get(slot))).collect();
                    stepped.push((choice, caller, state.fingerprint(), changes, Vec::new()));
                }
                Outcome::Broke { .. } => stepped.push((choice, None, 0, Vec::new(), model.violations().to_vec())),
                Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
            }
        });
        self.counts.transitions += stepped.len() as u64;
        if !enabled {
            self.stuck(here.node);
        } else if stepped.is_empty() && !dropped {
            self.given_up += 1;
        }
        for (choice, caller, hash, changes, broke) in stepped {
            for v in &broke {
                self.note(Break::Violation(*v), here.node, Some(choice));
            }
            if broke.is_empty() && self.known.insert(key(hash, caller)) {
                let node = self.tree.add(here.node, choice, hash, &changes);
                self.next.push(Place { node, caller });
            }
        }
    }

    fn note(&mut self, what: Break, node: u32, choice: Option<Choice>) {
        let tree = &self.tree;
        self.findings.note(what, || tree.schedule(node).into_iter().chain(choice).collect());
    }

    fn stuck(&mut self, node: u32) {
        self.counts.terminals += 1;
        for what in super::replay::breaks_at_end(self.tree.model_mut()) {
            self.note(what, node, None);
        }
    }

    fn limit(&mut self) -> Option<Limit> {
        if self.known.is_full() {
            self.known.grow();
        }
        let limit = self.budget.reached(&self.counts());
        limit.or(self.tree.is_full().then_some(Limit::States))
    }
}

fn key(fingerprint: u64, caller: Option<u8>) -> u64 {
    fingerprint ^ caller.map_or(0, |agent| (agent as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_9a47))
}

impl<M: Model> Search for Sequential<M> {
    fn run(&mut self, transitions: u64) -> Status {
        let until = self.counts.transitions.saturating_add(transitions);
        while self.counts.transitions < until {
            if let Some(limit) = self.limit() {
                return Status::Ended(End::BudgetReached(limit));
            }
            if let Some(here) = self.level.get(self.looked).copied() {
                self.looked += 1;
                self.look(here);
            } else if self.next.is_empty() {
                return Status::Ended(End::Complete);
            } else {
                std::mem::swap(&mut self.level, &mut self.next);
                self.next.clear();
                self.looked = 0;
                self.steps += 1;
            }
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        let queues = (self.level.capacity() + self.next.capacity()) * size_of::<Place>();
        Counts {
            states: self.known.len(),
            frontier: (self.level.len() - self.looked + self.next.len()) as u64,
            bytes: self.known.bytes() + self.tree.bytes() + queues as u64,
            ..self.counts
        }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
