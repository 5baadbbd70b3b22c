//! Every reachable state, each looked at once: the search that proves.

use super::expand::for_each_step;
use super::{Break, Budget, Choice, Counts, End, Findings, Fingerprints, Key, Limit, Model, Outcome, Search, Status};
use cowscope_mmu::{Mark, Slot};
use std::marker::PhantomData;

/// How a state is told from another: the type of its fingerprint and how the search computes it.
pub trait Fingerprint: Send + 'static {
    /// What is stored.
    type Stored: Key;
    /// The fingerprint of the model's state, computed from nothing.
    fn first<M: Model>(model: &mut M) -> Self::Stored;
    /// The fingerprint of the model's state, where it was `before` at `mark`.
    fn next<M: Model>(model: &mut M, mark: Mark, before: Self::Stored) -> Self::Stored;
}

/// 64-bit fingerprints, under the model's symmetry if it declares one.
pub struct Narrow;

/// 128-bit fingerprints. The model's symmetry is not used.
pub struct Wide;

impl Fingerprint for Narrow {
    type Stored = u64;
    #[inline(always)]
    fn first<M: Model>(model: &mut M) -> u64 {
        model.canonical_fingerprint()
    }
    #[inline(always)]
    fn next<M: Model>(model: &mut M, _: Mark, _: u64) -> u64 {
        model.canonical_fingerprint()
    }
}

impl Fingerprint for Wide {
    type Stored = u128;
    fn first<M: Model>(model: &mut M) -> u128 {
        (model.state().fingerprint() as u128) << 64 | model.state().second_fingerprint() as u128
    }
    fn next<M: Model>(model: &mut M, mark: Mark, before: u128) -> u128 {
        let second = before as u64 ^ model.state().second_fingerprint_change(mark);
        (model.state().fingerprint() as u128) << 64 | second as u128
    }
}

/// What an exhaustive search does besides covering everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Stop at the first break instead of collecting one schedule for every distinct one.
    pub first_break: bool,
    /// Collect the fingerprints of the states in which nobody can act.
    pub collect_terminals: bool,
}

/// A state that was reached and not yet looked at: how to get there from the state its parent was expanded in.
#[derive(Clone, Copy)]
struct Pending<K> {
    key: K,
    hash: u64,
    parent: Mark,
    depth: u32,
    redo: u32,
    choice: Choice,
}

/// Depth-first search over all enabled choices, with a set of fingerprints and undo instead of copies.
///
/// A state's successors are all computed first and looked up together, so that the loads from the table overlap; those that are
/// new wait on a stack, each as the list of words it changes.
pub struct Exhaustive<M: Model, F: Fingerprint = Narrow> {
    model: M,
    options: Options,
    budget: Budget,
    visited: Fingerprints<F::Stored>,
    terminals: Fingerprints<u64>,
    pending: Vec<Pending<F::Stored>>,
    redo: Vec<(Slot, u64)>,
    /// The choices that lead to the model's state.
    path: Vec<Choice>,
    counts: Counts,
    findings: Findings,
    ended: Option<End>,
    _fingerprint: PhantomData<F>,
}

impl<M: Model, F: Fingerprint> Exhaustive<M, F> {
    /// A search from the state in which `model` stands.
    pub fn new(mut model: M, options: Options, budget: Budget) -> Self {
        model.state_mut().commit();
        let mut visited = Fingerprints::new();
        let key = F::first(&mut model);
        visited.insert(key);
        let first = Pending {
            key,
            hash: model.state().fingerprint(),
            parent: model.state().mark(),
            depth: 0,
            redo: 0,
            choice: Choice { agent: 0, pick: 0 },
        };
        Exhaustive {
            model,
            options,
            budget,
            visited,
            terminals: Fingerprints::new(),
            pending: vec![first],
            redo: Vec::new(),
            path: Vec::new(),
            counts: Counts { states: 1, transitions: 1, ..Counts::default() },
            findings: Findings::new(),
            ended: None,
            _fingerprint: PhantomData,
        }
    }

    /// The fingerprints of the states in which nobody can act, sorted; empty unless they were asked for.
    pub fn terminal_fingerprints(&self) -> Vec<u64> {
        self.terminals.sorted()
    }

    /// The schedule to the state the search stands in.
    pub fn path(&self) -> &[Choice] {
        &self.path
    }

    /// Goes to the topmost pending state and finds what follows from it.
    #[inline(always)]
    fn look(&mut self, next: Pending<F::Stored>) {
        self.model.state_mut().redo(next.parent, &self.redo[next.redo as usize..], next.hash);
        self.redo.truncate(next.redo as usize);
        if next.depth > 0 {
            self.path.truncate(next.depth as usize - 1);
            self.path.push(next.choice);
        }
        let (old, depth) = (self.pending.len(), next.depth + 1);
        let (mut stepped, mut dropped) = (0, false);
        let Exhaustive { pending, redo, path, findings, .. } = self;
        for_each_step(&mut self.model, |model, parent, choice, outcome| match outcome {
            Outcome::Stepped { .. } => {
                stepped += 1;
                let key = F::next(model, parent, next.key);
                let (state, from) = (model.state(), redo.len() as u32);
                redo.extend(state.changes(parent).iter().map(|&(slot, _)| (slot, state.get(slot))));
                pending.push(Pending { key, hash: state.fingerprint(), parent, depth, redo: from, choice });
            }
            Outcome::Broke { .. } => {
                stepped += 1;
                for v in model.violations() {
                    findings.note(Break::Violation(*v), || path.iter().copied().chain([choice]).collect());
                }
            }
            Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
        });
        self.counts.transitions += stepped;
        self.counts.depth = self.counts.depth.max(next.depth as u64 + (stepped > 0) as u64);
        if stepped == 0 && !dropped {
            self.stuck();
        }
        self.keep_new(old);
    }

    /// Of the pending states from `old` on, keeps those that were not known.
    #[inline(always)]
    fn keep_new(&mut self, old: usize) {
        let mut touched = false;
        for p in &self.pending[old..] {
            touched ^= self.visited.touch(p.key);
        }
        std::hint::black_box(touched);
        let mut end = old;
        let mut kept_redo = self.pending.get(old).map_or(self.redo.len(), |p| p.redo as usize);
        for i in old..self.pending.len() {
            let mut p = self.pending[i];
            if self.visited.insert(p.key) {
                let redo_end = self.pending.get(i + 1).map_or(self.redo.len(), |n| n.redo as usize);
                let from = p.redo as usize;
                self.redo.copy_within(from..redo_end, kept_redo);
                p.redo = kept_redo as u32;
                kept_redo += redo_end - from;
                self.pending[end] = p;
                end += 1;
            }
        }
        self.counts.states += (end - old) as u64;
        self.pending.truncate(end);
        self.redo.truncate(kept_redo);
    }

    /// The model stands where nobody can act.
    #[cold]
    fn stuck(&mut self) {
        self.counts.terminals += 1;
        if self.options.collect_terminals {
            let fingerprint = self.model.canonical_fingerprint();
            self.terminals.insert(fingerprint);
        }
        if !self.model.finished() {
            self.findings.note(Break::Deadlock, || self.path.clone());
            return;
        }
        let mark = self.model.state().mark();
        for v in self.model.check_end() {
            self.findings.note(Break::Violation(v), || self.path.clone());
        }
        self.model.state_mut().undo(mark);
    }

    fn bytes(&self) -> u64 {
        let pending = self.pending.capacity() * size_of::<Pending<F::Stored>>();
        let redo = self.redo.capacity() * size_of::<(Slot, u64)>();
        self.visited.bytes() + (pending + redo + self.path.capacity() * size_of::<Choice>()) as u64
    }

    fn limit(&mut self) -> Option<Limit> {
        if self.counts.states >= self.budget.states {
            return Some(Limit::States);
        }
        if self.counts.transitions >= self.budget.transitions {
            return Some(Limit::Transitions);
        }
        if self.visited.is_full() {
            if self.bytes() - self.visited.bytes() + self.visited.bytes_to_grow() > self.budget.bytes {
                return Some(Limit::Bytes);
            }
            self.visited.grow();
        }
        None
    }
}

impl<M: Model, F: Fingerprint> Search for Exhaustive<M, F> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let until = self.counts.transitions.saturating_add(transitions);
        while self.counts.transitions < until {
            if let Some(limit) = self.limit() {
                return Status::Ended(End::BudgetReached(limit));
            }
            let Some(next) = self.pending.pop() else {
                self.ended = Some(End::Complete);
                return Status::Ended(End::Complete);
            };
            self.look(next);
            if self.options.first_break && !self.findings.is_empty() {
                self.ended = Some(End::Broke);
                return Status::Ended(End::Broke);
            }
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        Counts { frontier: self.pending.len() as u64, bytes: self.bytes(), ..self.counts }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
