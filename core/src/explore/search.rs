//! What all searches have in common: they run in slices, stop at a budget, count, and end in one of a few honest ways.

use super::Findings;
use serde::{Deserialize, Serialize};

/// What a search may use. A search that reaches a limit can be given a larger budget and go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most states to store.
    pub states: u64,
    /// Most transitions to execute.
    pub transitions: u64,
    /// Most bytes for the tables and queues of the search; checked before a table grows.
    pub bytes: u64,
}

impl Budget {
    /// No limit at all.
    pub const NONE: Budget = Budget { states: u64::MAX, transitions: u64::MAX, bytes: u64::MAX };

    /// The limit that is reached, if one is.
    pub fn reached(&self, counts: &Counts) -> Option<Limit> {
        if counts.states >= self.states {
            Some(Limit::States)
        } else if counts.transitions >= self.transitions {
            Some(Limit::Transitions)
        } else if counts.bytes > self.bytes {
            Some(Limit::Bytes)
        } else {
            None
        }
    }
}

/// Which part of the [`Budget`] was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// [`Budget::states`].
    States,
    /// [`Budget::transitions`].
    Transitions,
    /// [`Budget::bytes`].
    Bytes,
}

/// How far a search has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Distinct states reached, the first one included.
    pub states: u64,
    /// Steps executed, those to known states and the breaking ones included, and 1 for the first state (as SPIN and TLC count).
    pub transitions: u64,
    /// Steps of the longest path that was walked.
    pub depth: u64,
    /// States in which nobody can act.
    pub terminals: u64,
    /// States found but not yet looked at.
    pub frontier: u64,
    /// Complete runs executed (random searches only).
    pub runs: u64,
    /// Bytes in tables and queues.
    pub bytes: u64,
}

impl Counts {
    /// The expected number of states that 64-bit fingerprints have merged wrongly: N(N-1) / 2^65. For display only.
    pub fn expected_collisions(&self) -> f64 {
        let n = self.states as f64;
        n * (n - 1.0).max(0.0) / 2f64.powi(65)
    }
}

/// How a search ended. "Holds" may be said only of [`End::Complete`] with no findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Every schedule that the search stands for was covered: the findings are all there are.
    Complete,
    /// A break that was looked for was found, and the search stops at the first.
    Broke,
    /// Every schedule within the bound (context switches, preemptions) was covered; beyond it nothing is known.
    Bounded(u32),
    /// The asked number of random runs was made; nothing is known of the rest.
    Sampled,
    /// A limit was reached: not decided. Can go on with a larger budget.
    BudgetReached(Limit),
    /// The caller stopped it: not decided. Can go on.
    Cancelled,
}

/// Whether a search wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The slice is over, the search is not.
    Running,
    /// It has ended (see [`End`] for which ends can go on).
    Ended(End),
}

/// A search that runs in slices, so that whoever drives it can show progress and cancel.
pub trait Search {
    /// Runs for about `transitions` more transitions, or to an end.
    fn run(&mut self, transitions: u64) -> Status;
    /// How far it has got.
    fn counts(&self) -> Counts;
    /// The breaks found so far.
    fn findings(&self) -> &Findings;
    /// Replaces the budget, also after the old one was reached.
    fn set_budget(&mut self, budget: Budget);
}

/// What the caller answers to a report of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Go on.
    Continue,
    /// Stop here, with what there is.
    Cancel,
}

/// Transitions between two questions whether to go on: a few hundredths of a second also for the slowest models, so that whoever cancels
/// is heard within a tenth.
pub const SLICE: u64 = 1 << 14;

/// Runs `search` to an end, asking `progress` after every slice of `every` transitions.
pub fn drive(search: &mut dyn Search, every: u64, mut progress: impl FnMut(&Counts) -> Progress) -> End {
    loop {
        if let Status::Ended(end) = search.run(every) {
            return end;
        }
        if progress(&search.counts()) == Progress::Cancel {
            return End::Cancelled;
        }
    }
}
