//! The exhaustive search on several threads.

use super::coverage::{Coverage, coverage};
use super::exhaustive::{LANES, Options, share};
use super::lane::{Fingerprint, Lane, Narrow, Tally};
use super::shared::{SharedFingerprints, VIEW};
use super::{Budget, Counts, End, Findings, Fingerprints, Limit, Model, Search, Status};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Rounds between two looks at what the other threads need.
const ROUNDS: u32 = 32;

/// As [`Exhaustive`](super::Exhaustive), on several threads over one set of fingerprints. Each thread has lanes of its own; a thread
/// with nothing to do is given a waiting state by another. What is found is the same, the schedules found and the depth may differ from
/// run to run.
///
/// Threads live for one slice only: between two calls of [`run`](Search::run) nothing moves.
pub struct Parallel<M: Model> {
    start: M,
    workers: Vec<Worker<M>>,
    options: Options,
    budget: Budget,
    visited: SharedFingerprints,
    total: Tally,
    ended: Option<End>,
}

/// What one thread works on.
struct Worker<M: Model> {
    lanes: Vec<Lane<M, Narrow>>,
    tally: Tally,
}

/// What the threads of a slice tell each other.
struct Desk<M: Model> {
    /// States given away, each in a lane of its own.
    given: Mutex<Vec<Lane<M, Narrow>>>,
    /// Threads that have nothing to do.
    hungry: AtomicUsize,
    /// Transitions of this slice.
    transitions: AtomicU64,
    stop: AtomicBool,
    /// The table needs more memory than the budget has.
    out_of_bytes: AtomicBool,
}

impl<M: Model> Parallel<M> {
    /// A search from the state in which `model` stands, on `threads` threads (at least 1).
    pub fn new(model: M, options: Options, budget: Budget, threads: usize) -> Self {
        let start = model.clone();
        let lane = |_| Lane::idle(model.clone());
        let worker = |_| Worker { lanes: (0..LANES).map(lane).collect(), tally: tally(options) };
        let mut workers: Vec<Worker<M>> = (0..threads.max(1)).map(worker).collect();
        let visited = SharedFingerprints::new(threads);
        let first = workers[0].lanes[0].begin_here();
        super::lane::Seen::insert(&mut visited.view(), first);
        let mut total = tally(options);
        total.counts = Counts { states: 1, transitions: 1, ..Counts::default() };
        Parallel { start, workers, options, budget, visited, total, ended: None }
    }

    /// The fingerprints of the states in which nobody can act, sorted; empty unless they were asked for.
    pub fn terminal_fingerprints(&self) -> Vec<u64> {
        self.total.terminals.as_ref().map(Fingerprints::sorted).unwrap_or_default()
    }

    /// How much of what random walks meet is known by now. See [`Coverage`].
    pub fn coverage(&self, walks: u64, seed: u64) -> Coverage {
        let view = self.visited.view();
        coverage(&self.start, walks, seed, |model| view.contains(Narrow::first(model)))
    }

    /// One slice: about `transitions` transitions, on all threads.
    fn slice(&mut self, transitions: u64) -> Option<Limit> {
        let desk = Desk {
            given: Mutex::new(Vec::new()),
            hungry: AtomicUsize::new(0),
            transitions: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            out_of_bytes: AtomicBool::new(false),
        };
        let stacks: u64 = self.workers.iter().flat_map(|w| &w.lanes).map(Lane::bytes).sum();
        let slice = Slice {
            desk: &desk,
            visited: &self.visited,
            transitions: transitions.min(self.budget.transitions.saturating_sub(self.total.counts.transitions)),
            states: self.budget.states,
            table_bytes: self.budget.bytes.saturating_sub(stacks),
            first_break: self.options.first_break,
            threads: self.workers.len(),
        };
        std::thread::scope(|scope| {
            for worker in &mut self.workers {
                scope.spawn(|| slice.work(worker));
            }
        });
        // What was given away and not taken stays for the next slice.
        let given = desk.given.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        let first = &mut self.workers[0].lanes;
        first.extend(given);
        self.collect();
        desk.out_of_bytes.into_inner().then_some(Limit::Bytes)
    }

    /// Adds what the workers counted to the total.
    fn collect(&mut self) {
        for worker in &mut self.workers {
            worker.lanes.sort_by_key(|lane| lane.waiting() == 0);
            let keep = worker.lanes.iter().take_while(|lane| lane.waiting() > 0).count();
            worker.lanes.truncate(keep.max(LANES));
            let part = std::mem::replace(&mut worker.tally, tally(self.options));
            self.total.add(part);
        }
        self.total.counts.states = self.visited.len();
    }

    fn waiting(&self) -> usize {
        self.workers.iter().flat_map(|w| &w.lanes).map(Lane::waiting).sum()
    }
}

fn tally(options: Options) -> Tally {
    Tally { terminals: options.collect_terminals.then(Fingerprints::new), ..Tally::default() }
}

/// What a thread needs to know of its slice.
struct Slice<'a, M: Model> {
    desk: &'a Desk<M>,
    visited: &'a SharedFingerprints,
    transitions: u64,
    states: u64,
    table_bytes: u64,
    first_break: bool,
    threads: usize,
}

impl<M: Model> Slice<'_, M> {
    /// Works until the slice is over or nobody has anything to do. (A thread that counts the hungry just when another takes something
    /// may leave early: the other finishes alone, or in the next slice. Nothing is lost, since work is only ever in a lane.)
    fn work(&self, worker: &mut Worker<M>) {
        let mut hungry = false;
        loop {
            let idle = worker.lanes.iter().all(|lane| lane.waiting() == 0);
            if idle && !self.take(worker) {
                if !hungry {
                    hungry = true;
                    self.desk.hungry.fetch_add(1, Ordering::SeqCst);
                }
                if self.over() || self.desk.hungry.load(Ordering::SeqCst) == self.threads {
                    return;
                }
                std::thread::yield_now();
                continue;
            }
            if hungry {
                hungry = false;
                self.desk.hungry.fetch_sub(1, Ordering::SeqCst);
            }
            if self.over() || !self.room() {
                return;
            }
            self.give(worker);
            self.rounds(worker);
        }
    }

    fn over(&self) -> bool {
        self.desk.stop.load(Ordering::Relaxed) || self.desk.transitions.load(Ordering::Relaxed) >= self.transitions
    }

    /// Makes the table larger where it must; false when there is no memory for that.
    fn room(&self) -> bool {
        if self.visited.len() >= self.states {
            self.desk.stop.store(true, Ordering::Relaxed);
            return false;
        }
        if self.visited.is_full() {
            if self.visited.bytes_to_grow() > self.table_bytes {
                self.desk.out_of_bytes.store(true, Ordering::Relaxed);
                self.desk.stop.store(true, Ordering::Relaxed);
                return false;
            }
            self.visited.grow(0);
        }
        true
    }

    fn rounds(&self, worker: &mut Worker<M>) {
        let before = worker.tally.counts.transitions;
        let mut view = self.visited.view();
        for _ in 0..ROUNDS {
            share(&mut worker.lanes);
            for lane in &mut worker.lanes {
                lane.look(&mut worker.tally);
            }
            let unchecked = worker.lanes.iter().map(Lane::unchecked).sum::<usize>() as u64;
            if view.added() + unchecked > VIEW {
                drop(view);
                self.visited.grow(unchecked);
                view = self.visited.view();
            }
            let touched = worker.lanes.iter().fold(false, |touched, lane| touched ^ lane.touch(&view));
            std::hint::black_box(touched);
            for lane in &mut worker.lanes {
                lane.keep_new(&mut view);
            }
        }
        self.desk.transitions.fetch_add(worker.tally.counts.transitions - before, Ordering::Relaxed);
        if self.first_break && !worker.tally.findings.is_empty() {
            self.desk.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Takes a state that another thread gave away.
    fn take(&self, worker: &mut Worker<M>) -> bool {
        let Ok(mut given) = self.desk.given.lock() else { return false };
        match given.pop() {
            Some(lane) => {
                worker.lanes[0] = lane;
                true
            }
            None => false,
        }
    }

    /// Gives a waiting state away if somebody has nothing to do.
    fn give(&self, worker: &mut Worker<M>) {
        if self.desk.hungry.load(Ordering::Relaxed) == 0 {
            return;
        }
        let Some(fullest) = worker.lanes.iter_mut().max_by_key(|lane| lane.waiting()) else { return };
        if fullest.waiting() < 2 {
            return;
        }
        let Ok(mut given) = self.desk.given.lock() else { return };
        if given.len() < self.threads {
            let mut lane = fullest.sibling();
            fullest.give(&mut lane);
            given.push(lane);
        }
    }
}

impl<M: Model> Search for Parallel<M> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let limit = self.budget.reached(&Counts { bytes: 0, ..self.total.counts });
        if let Some(limit) = limit.or_else(|| self.slice(transitions)) {
            return Status::Ended(End::BudgetReached(limit));
        }
        let end = match self.options.first_break && !self.total.findings.is_empty() {
            true => End::Broke,
            false if self.waiting() > 0 => return Status::Running,
            false => End::Complete,
        };
        self.ended = Some(end);
        Status::Ended(end)
    }

    fn counts(&self) -> Counts {
        let stacks: u64 = self.workers.iter().flat_map(|w| &w.lanes).map(Lane::bytes).sum();
        Counts { frontier: self.waiting() as u64, bytes: self.visited.bytes() + stacks, ..self.total.counts }
    }

    fn findings(&self) -> &Findings {
        &self.total.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
