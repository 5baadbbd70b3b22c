//! One depth-first walk. A search has several at a time, so that while one waits for memory the others do not.

use super::expand::for_each_pick;
use super::{Break, Choice, Counts, Findings, Fingerprints, Key, Model, Outcome};
use cowscope_mmu::{Mark, Slot, Touched};

/// How a state is told from another: the type of its fingerprint and how the search computes it.
pub trait Fingerprint: Send + 'static {
    /// What is stored.
    type Stored: Key;
    /// The model's symmetry is used.
    const SYMMETRY: bool;
    /// The fingerprint of the model's state, computed from nothing.
    fn first<M: Model>(model: &mut M) -> Self::Stored;
    /// What a step from `mark` to where the model stands does to the fingerprint (symmetry aside): to be XORed.
    fn change<M: Model>(model: &M, mark: Mark) -> Self::Stored;
    /// A canonical fingerprint as it is stored.
    fn canonical(fingerprint: u64) -> Self::Stored;
}

/// 64-bit fingerprints, under the model's symmetry if it declares one.
pub struct Narrow;

/// 128-bit fingerprints. The model's symmetry is not used.
pub struct Wide;

impl Fingerprint for Narrow {
    type Stored = u64;
    const SYMMETRY: bool = true;
    #[inline(always)]
    fn first<M: Model>(model: &mut M) -> u64 {
        model.canonical_fingerprint()
    }
    #[inline(always)]
    fn change<M: Model>(model: &M, mark: Mark) -> u64 {
        model.state().fingerprint_change(mark)
    }
    #[inline(always)]
    fn canonical(fingerprint: u64) -> u64 {
        fingerprint
    }
}

impl Fingerprint for Wide {
    type Stored = u128;
    const SYMMETRY: bool = false;
    fn first<M: Model>(model: &mut M) -> u128 {
        (model.state().fingerprint() as u128) << 64 | model.state().second_fingerprint() as u128
    }
    fn change<M: Model>(model: &M, mark: Mark) -> u128 {
        let state = model.state();
        (state.fingerprint_change(mark) as u128) << 64 | state.second_fingerprint_change(mark) as u128
    }
    fn canonical(fingerprint: u64) -> u128 {
        fingerprint as u128
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
    pub images: Images,
}

/// Fingerprints of states, and those that they share with their symmetric images, which take long to compute: the last ones, each at
/// a place of its own.
#[derive(Default)]
pub(super) struct Images(Vec<(u64, u64)>);

impl Images {
    const FIRST_SIZE: usize = 1 << 12;
    const MOST: usize = 1 << 19;

    /// What `canonical` answers for the state with this fingerprint, or answered before.
    #[inline(always)]
    fn of(&mut self, fingerprint: u64, transitions: u64, canonical: impl FnOnce() -> u64) -> u64 {
        if self.0.len() < Self::MOST && self.0.len() as u64 <= transitions / 8 {
            let size = (2 * self.0.len()).max(Self::FIRST_SIZE);
            self.0 = vec![(0, 0); size];
        }
        let place = fingerprint as usize & (self.0.len() - 1);
        let known = &mut self.0[place];
        if known.0 != fingerprint || fingerprint == 0 {
            *known = (fingerprint, canonical());
        }
        known.1
    }
}

impl Tally {
    /// Bytes of what is remembered of symmetric images.
    pub fn bytes(&self) -> u64 {
        (self.images.0.len() * size_of::<(u64, u64)>()) as u64
    }

    #[cfg(not(target_family = "wasm"))] // for threads
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

/// The way that leads to a lane's first state.
const NONE: u32 = u32::MAX;

/// A state that was reached and not yet looked at.
#[derive(Clone, Copy)]
struct Pending<K> {
    key: K,
    /// How many states of the lane's path lead to its parent, the parent included.
    level: u32,
    /// The way that led here.
    way: u32,
}

/// One step that an agent can take: what it changes, and what that does to the fingerprints.
#[derive(Clone, Copy)]
struct Way<K> {
    choice: Choice,
    hash: u64,
    key: K,
    /// The words it changes.
    from: u32,
    to: u32,
}

/// What an agent can do in a state, and which words decide that.
#[derive(Clone, Copy)]
struct Attempt {
    touched: Touched,
    /// What its steps change.
    changed: Touched,
    from: u32,
    to: u32,
    /// It can do just this, and nothing of it breaks something or is dropped: as long as no word it touched changes, that stays so.
    plain: bool,
}

/// A state on the path to the one looked at last, and where what is known of it ends on the stacks.
#[derive(Clone, Copy)]
struct Looked {
    hash: u64,
    mark: Mark,
    /// The way that led here.
    way: u32,
    attempts: u32,
    ways: u32,
    changes: u32,
}

/// A depth-first walk with its own copy of the model.
///
/// A state's successors are all computed first and looked up together; those that are new wait on a stack. What an agent can do in a
/// state is what it could do in the state before, if the step between changed no word that it touched when it was tried there: then it
/// is not tried again. (The result of a step depends on nothing but the words it reads; see [`Model`].)
pub(super) struct Lane<M: Model, F: Fingerprint> {
    model: M,
    pending: Vec<Pending<F::Stored>>,
    /// Pending states from here on have not been looked up.
    fresh: usize,
    /// The states from the lane's first one to the one looked at last.
    path: Vec<Looked>,
    /// For each state of the path, each agent's attempt.
    tried: Vec<u32>,
    attempts: Vec<Attempt>,
    ways: Vec<Way<F::Stored>>,
    changes: Vec<(Slot, u64)>,
    /// The choices that lead to the lane's first state.
    before: Vec<Choice>,
    /// States are told apart by the fingerprint of all their symmetric images.
    folds: bool,
}

impl<M: Model, F: Fingerprint> Lane<M, F> {
    /// A lane with nothing to do.
    pub fn idle(mut model: M) -> Self {
        model.state_mut().commit();
        let folds = F::SYMMETRY && model.symmetric();
        Lane {
            model,
            pending: Vec::new(),
            fresh: 0,
            path: Vec::new(),
            tried: Vec::new(),
            attempts: Vec::new(),
            ways: Vec::new(),
            changes: Vec::new(),
            before: Vec::new(),
            folds,
        }
    }

    /// Another lane for the same model, with nothing to do.
    pub fn sibling(&self) -> Self {
        Lane::idle(self.model.clone())
    }

    /// Makes the state in which the model stands, reached by `before`, the one to look at next.
    fn begin(&mut self, key: F::Stored) {
        self.pending = vec![Pending { key, level: 0, way: NONE }];
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

    #[cfg(not(target_family = "wasm"))] // for threads
    /// Number of states that were reached and not yet looked up.
    pub fn unchecked(&self) -> usize {
        self.pending.len() - self.fresh
    }

    /// The choices that lead to the first `level` states of the path and no further.
    fn schedule(&self, level: u32) -> Vec<Choice> {
        let ways = self.path[..level as usize].iter().filter_map(|looked| self.ways.get(looked.way as usize));
        self.before.iter().copied().chain(ways.map(|way| way.choice)).collect()
    }

    /// Moves the oldest waiting state of this lane to `other`, which has nothing to do. It is the likeliest to lead far.
    pub fn give(&mut self, other: &mut Self) {
        let Some(first) = self.pending.first().copied() else { return };
        other.before = self.schedule(first.level);
        let (way, parent) = (self.ways.get(first.way as usize), self.path.get((first.level as usize).wrapping_sub(1)));
        let (mark, changes, hash) = match (way, parent) {
            (Some(way), Some(parent)) => {
                other.before.push(way.choice);
                (parent.mark, &self.changes[way.from as usize..way.to as usize], parent.hash ^ way.hash)
            }
            _ => (self.model.state().mark(), &[][..], self.model.state().fingerprint()),
        };
        other.model.state_mut().become_branch(self.model.state(), mark, changes, hash);
        other.begin(first.key);
        self.pending.remove(0);
        self.fresh = self.pending.len();
    }

    /// Makes the model stand in `next` and forgets what is known of states that are done with. Answers the state's hash.
    #[inline(always)]
    fn arrive(&mut self, next: &Pending<F::Stored>) -> u64 {
        self.path.truncate(next.level as usize);
        self.tried.truncate(next.level as usize * self.model.agents() as usize);
        let Some(parent) = self.path.last() else {
            self.attempts.clear();
            self.ways.clear();
            self.changes.clear();
            return self.model.state().fingerprint();
        };
        let way = &self.ways[next.way as usize];
        let hash = parent.hash ^ way.hash;
        self.model.state_mut().redo(parent.mark, &self.changes[way.from as usize..way.to as usize], hash);
        self.attempts.truncate(parent.attempts as usize);
        self.ways.truncate(parent.ways as usize);
        self.changes.truncate(parent.changes as usize);
        hash
    }

    /// Looks at the state on top of the stack: what follows is left unchecked for [`keep_new`](Self::keep_new).
    #[inline(always)]
    pub fn look(&mut self, tally: &mut Tally) {
        let Some(next) = self.pending.pop() else { return };
        let hash = self.arrive(&next);
        self.fresh = self.pending.len();
        let (mut stepped, mut dropped) = (0, false);
        let mark = self.model.state().mark();
        let level = next.level + 1;
        // from here on the state is one of the path
        self.path.push(Looked { hash, mark, way: next.way, attempts: 0, ways: 0, changes: 0 });
        let agents = self.model.agents() as usize;
        let before = self.tried.len().wrapping_sub(agents);
        let last = self.ways.get(next.way as usize).map(|way| {
            let agent = way.choice.agent as usize;
            (agent, self.attempts[self.tried[before + agent] as usize])
        });
        for agent in 0..agents {
            let known = last.as_ref().and_then(|(mover, by)| self.as_before(before, agent, *mover, by));
            let number = match known {
                Some(number) => number,
                None => {
                    let (broke, left_out) = self.attempt(mark, agent as u8, tally);
                    stepped += broke;
                    dropped |= left_out;
                    self.attempts.len() as u32 - 1
                }
            };
            self.tried.push(number);
            let Attempt { from, to, .. } = self.attempts[number as usize];
            stepped += (to - from) as u64;
            if known.is_some() && last.as_ref().is_some_and(|(mover, by)| self.elsewhere(number, agent, *mover, by)) {
                continue;
            }
            for way in from..to {
                let key = next.key ^ self.ways[way as usize].key;
                self.pending.push(Pending { key, level, way });
            }
        }
        let (attempts, ways, changes) = (self.attempts.len() as u32, self.ways.len() as u32, self.changes.len() as u32);
        if let Some(here) = self.path.last_mut() {
            (here.attempts, here.ways, here.changes) = (attempts, ways, changes);
        }
        if self.folds {
            self.fold(mark, hash, tally);
        }
        tally.counts.transitions += stepped;
        let depth = self.before.len() as u64 + next.level as u64;
        tally.counts.depth = tally.counts.depth.max(depth + (stepped > 0) as u64);
        if stepped == 0 && !dropped {
            self.stuck(tally);
        }
    }

    /// What `agent` could do in the state before, if nothing that decides it was changed by the step from there: one of `mover`, whose
    /// attempt was `by`. What was tried there stands from `before` on.
    #[inline(always)]
    fn as_before(&self, before: usize, agent: usize, mover: usize, by: &Attempt) -> Option<u32> {
        let number = self.tried[before + agent];
        let attempt = &self.attempts[number as usize];
        (agent != mover && attempt.plain && !attempt.touched.meets(&by.changed)).then_some(number)
    }

    /// True when the states that `agent` leads to from here are reached elsewhere too, so that they need not be looked up: its attempt
    /// (`number`) is that of the state before, and commutes with the step from there, which was one of `mover`, an agent of a lower
    /// number. Then the same states are reached when `agent` goes first.
    ///
    /// That they are: let V(p, t) say that the state to which t leads from p is looked up, for every p that is looked at. Where t is
    /// not left out that is so. Where it is left out, p was reached from q by u, u < t, and they commute: by V(q, t), and V(r, u) for
    /// the state r to which t leads from q, it holds. So it holds for the lowest agent, of which nothing is ever left out; then for the
    /// next one, from the first state (where nothing is left out) on along the paths by which states were first reached; and so on.
    #[inline(always)]
    fn elsewhere(&self, number: u32, agent: usize, mover: usize, by: &Attempt) -> bool {
        mover < agent && !self.folds && !self.attempts[number as usize].changed.meets(&by.touched)
    }

    /// Tries what `agent` can do in the model's state. Answers how many of its steps broke something, and if one was dropped.
    #[inline(always)]
    fn attempt(&mut self, mark: Mark, agent: u8, tally: &mut Tally) -> (u64, bool) {
        let (mut broke, mut dropped) = (0, false);
        let from = self.ways.len() as u32;
        self.model.state_mut().forget_touched();
        let mut changed = Touched::default();
        let Lane { model, ways, changes, path, before, .. } = self;
        let path_to = |ways: &[Way<F::Stored>], choice: Choice| {
            let on_the_way = path.iter().filter_map(|looked| ways.get(looked.way as usize)).map(|way| way.choice);
            before.iter().copied().chain(on_the_way).chain([choice]).collect()
        };
        for_each_pick(model, mark, agent, &mut |model: &mut M, mark, choice, outcome| match outcome {
            Outcome::Stepped { .. } => {
                let (state, from) = (model.state(), changes.len() as u32);
                changes.extend(state.changes(mark).iter().map(|&(slot, _)| (slot, state.peek(slot))));
                state.changes(mark).iter().for_each(|(slot, _)| changed.add(*slot));
                let (hash, key) = (state.fingerprint_change(mark), F::change(model, mark));
                ways.push(Way { choice, hash, key, from, to: changes.len() as u32 });
            }
            Outcome::Broke { .. } => {
                broke += 1;
                for v in model.violations() {
                    tally.findings.note(Break::Violation(*v), || path_to(ways, choice));
                }
            }
            Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
        });
        let (reads, writes) = self.model.state().touched();
        let plain = broke == 0 && !dropped;
        self.attempts.push(Attempt { touched: reads.and(&writes), changed, from, to: self.ways.len() as u32, plain });
        (broke, dropped)
    }

    /// Gives the unchecked states the fingerprints that they share with their symmetric images.
    fn fold(&mut self, mark: Mark, hash: u64, tally: &mut Tally) {
        let Lane { model, ways, changes, pending, fresh, .. } = self;
        for p in &mut pending[*fresh..] {
            let way = &ways[p.way as usize];
            let transitions = tally.counts.transitions;
            p.key = F::canonical(tally.images.of(hash ^ way.hash, transitions, || {
                model.state_mut().redo(mark, &changes[way.from as usize..way.to as usize], hash ^ way.hash);
                model.canonical_fingerprint()
            }));
        }
        model.state_mut().undo(mark);
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
        for i in self.fresh..self.pending.len() {
            let p = self.pending[i];
            if seen.insert(p.key) {
                self.pending[end] = p;
                end += 1;
            }
        }
        let new = (end - self.fresh) as u64;
        self.pending.truncate(end);
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
            tally.findings.note(Break::Deadlock, || self.schedule(self.path.len() as u32));
            return;
        }
        let mark = self.model.state().mark();
        for v in self.model.check_end() {
            tally.findings.note(Break::Violation(v), || self.schedule(self.path.len() as u32));
        }
        self.model.state_mut().undo(mark);
    }

    /// Bytes of the stacks.
    pub fn bytes(&self) -> u64 {
        let known = self.path.capacity() * size_of::<Looked>()
            + self.tried.capacity() * size_of::<u32>()
            + self.attempts.capacity() * size_of::<Attempt>()
            + self.ways.capacity() * size_of::<Way<F::Stored>>()
            + self.changes.capacity() * size_of::<(Slot, u64)>();
        (self.pending.capacity() * size_of::<Pending<F::Stored>>() + known) as u64
    }
}
