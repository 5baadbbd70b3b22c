//! One depth-first walk. A search has several at a time, so that while one waits for memory the others do not.

use super::expand::for_each_step;
use super::{Break, Choice, Counts, Findings, Fingerprints, Key, Model, Outcome};
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

/// A set of fingerprints as a lane uses it.
pub(super) trait Seen<K> {
    /// Has the place of `key` on its way into the cache.
    fn touch(&self, key: K) -> bool;
    /// Adds `key`; true when it was not there yet.
    fn insert(&mut self, key: K) -> bool;
}

impl<K: Key> Seen<K> for Fingerprints<K> {
    #[inline(always)]
    fn touch(&self, key: K) -> bool {
        Fingerprints::touch(self, key)
    }
    #[inline(always)]
    fn insert(&mut self, key: K) -> bool {
        Fingerprints::insert(self, key)
    }
}

/// What the lanes of one thread have found.
#[derive(Default)]
pub(super) struct Tally {
    pub counts: Counts,
    pub findings: Findings,
    /// Fingerprints of the states in which nobody can act, if they are collected.
    pub terminals: Option<Fingerprints>,
}

impl Tally {
    /// Adds what another thread has found. States are not added: threads share the table that counts them.
    pub fn add(&mut self, part: Tally) {
        self.counts.transitions += part.counts.transitions;
        self.counts.terminals += part.counts.terminals;
        self.counts.depth = self.counts.depth.max(part.counts.depth);
        self.findings.add(part.findings);
        if let (Some(all), Some(part)) = (&mut self.terminals, part.terminals) {
            part.sorted().into_iter().for_each(|t| {
                all.insert(t);
            });
        }
    }
}

/// A state that was reached and not yet looked at: how to get there from the state its parent was expanded in.
#[derive(Clone, Copy)]
pub(super) struct Pending<K> {
    pub key: K,
    hash: u64,
    parent: Mark,
    depth: u32,
    redo: u32,
    choice: Choice,
}

/// A depth-first walk with its own copy of the model.
///
/// A state's successors are all computed first and looked up together; those that are new wait on a stack, each as the list of
/// words it changes.
pub(super) struct Lane<M: Model, F: Fingerprint> {
    model: M,
    pending: Vec<Pending<F::Stored>>,
    /// Pending states from here on have not been looked up.
    fresh: usize,
    redo: Vec<(Slot, u64)>,
    /// The choices that lead to the model's state.
    path: Vec<Choice>,
    _fingerprint: PhantomData<F>,
}

impl<M: Model, F: Fingerprint> Lane<M, F> {
    /// A lane with nothing to do.
    pub fn idle(mut model: M) -> Self {
        model.state_mut().commit();
        Lane { model, pending: Vec::new(), fresh: 0, redo: Vec::new(), path: Vec::new(), _fingerprint: PhantomData }
    }

    /// Another lane for the same model, with nothing to do.
    pub fn sibling(&self) -> Self {
        Lane::idle(self.model.clone())
    }

    /// Makes the state in which the model stands, reached by `path`, the one to look at next.
    fn begin(&mut self, key: F::Stored) {
        let state = self.model.state();
        let choice = self.path.last().copied().unwrap_or(Choice { agent: 0, pick: 0 });
        let (hash, parent, depth) = (state.fingerprint(), state.mark(), self.path.len() as u32);
        self.redo.clear();
        self.pending = vec![Pending { key, hash, parent, depth, redo: 0, choice }];
        self.fresh = 1;
    }

    /// Makes the state in which the model stands the one to look at; answers its fingerprint.
    pub fn begin_here(&mut self) -> F::Stored {
        let key = F::first(&mut self.model);
        self.begin(key);
        key
    }

    /// Number of states that wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Number of states that were reached and not yet looked up.
    pub fn unchecked(&self) -> usize {
        self.pending.len() - self.fresh
    }

    /// Moves the oldest waiting state of this lane to `other`, which has nothing to do. It is the likeliest to lead far.
    pub fn give(&mut self, other: &mut Self) {
        let Some(first) = self.pending.first().copied() else { return };
        let end = self.pending.get(1).map_or(self.redo.len(), |p| p.redo as usize);
        let changes = &self.redo[first.redo as usize..end];
        other.model.state_mut().become_branch(self.model.state(), first.parent, changes, first.hash);
        other.path.clear();
        if first.depth > 0 {
            other.path.extend_from_slice(&self.path[..first.depth as usize - 1]);
            other.path.push(first.choice);
        }
        other.begin(first.key);
        self.pending.remove(0);
        self.fresh = self.pending.len();
    }

    /// Looks at the state on top of the stack: what follows is left unchecked for [`keep_new`](Self::keep_new).
    #[inline(always)]
    pub fn look(&mut self, tally: &mut Tally) {
        let Some(next) = self.pending.pop() else { return };
        self.model.state_mut().redo(next.parent, &self.redo[next.redo as usize..], next.hash);
        self.redo.truncate(next.redo as usize);
        if next.depth > 0 {
            self.path.truncate(next.depth as usize - 1);
            self.path.push(next.choice);
        }
        self.fresh = self.pending.len();
        let depth = next.depth + 1;
        let (mut stepped, mut dropped) = (0, false);
        let Lane { pending, redo, path, .. } = self;
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
                    tally.findings.note(Break::Violation(*v), || path.iter().copied().chain([choice]).collect());
                }
            }
            Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
        });
        tally.counts.transitions += stepped;
        tally.counts.depth = tally.counts.depth.max(next.depth as u64 + (stepped > 0) as u64);
        if stepped == 0 && !dropped {
            self.stuck(tally);
        }
    }

    /// Has the table's places of the unchecked states on their way into the cache.
    #[inline(always)]
    pub fn touch(&self, seen: &impl Seen<F::Stored>) -> bool {
        self.pending[self.fresh..].iter().fold(false, |touched, p| touched ^ seen.touch(p.key))
    }

    /// Of the unchecked states, keeps those that were not known; answers how many.
    #[inline(always)]
    pub fn keep_new(&mut self, seen: &mut impl Seen<F::Stored>) -> u64 {
        let mut end = self.fresh;
        let mut redo_end = self.pending.get(end).map_or(self.redo.len(), |p| p.redo as usize);
        for i in self.fresh..self.pending.len() {
            let mut p = self.pending[i];
            if seen.insert(p.key) {
                let from = p.redo as usize;
                let to = self.pending.get(i + 1).map_or(self.redo.len(), |next| next.redo as usize);
                if from != redo_end {
                    self.redo.copy_within(from..to, redo_end);
                }
                p.redo = redo_end as u32;
                redo_end += to - from;
                self.pending[end] = p;
                end += 1;
            }
        }
        let new = (end - self.fresh) as u64;
        self.pending.truncate(end);
        self.redo.truncate(redo_end);
        self.fresh = end;
        new
    }

    /// The model stands where nobody can act.
    #[cold]
    fn stuck(&mut self, tally: &mut Tally) {
        tally.counts.terminals += 1;
        if let Some(terminals) = &mut tally.terminals {
            terminals.insert(self.model.canonical_fingerprint());
        }
        if !self.model.finished() {
            tally.findings.note(Break::Deadlock, || self.path.clone());
            return;
        }
        let mark = self.model.state().mark();
        for v in self.model.check_end() {
            tally.findings.note(Break::Violation(v), || self.path.clone());
        }
        self.model.state_mut().undo(mark);
    }

    /// Bytes of the stack.
    pub fn bytes(&self) -> u64 {
        let pending = self.pending.capacity() * size_of::<Pending<F::Stored>>();
        let redo = self.redo.capacity() * size_of::<(Slot, u64)>();
        (pending + redo + self.path.capacity() * size_of::<Choice>()) as u64
    }
}
