//! What a search found: breaks, each with one schedule that leads there.

use super::{Choice, Violation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What can go wrong, as far as breaks are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Break {
    /// An invariant, a promise or an assertion of the model.
    Violation(Violation),
    /// Nobody can act, and somebody has not finished.
    Deadlock,
}

/// One break and a schedule from the search's start that ends in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What broke.
    pub what: Break,
    /// The choices that lead there, the breaking step included. For a deadlock, those that lead to the state that is stuck.
    pub schedule: Vec<Choice>,
    /// In how many transitions (or stuck states) of the search it was met.
    pub times: u64,
}

/// Every distinct break of a search, in the order in which they were met, one schedule each.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    index: BTreeMap<Break, usize>,
}

impl Findings {
    /// No breaks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `what` was met; only the first time is `schedule` asked for.
    pub fn note(&mut self, what: Break, schedule: impl FnOnce() -> Vec<Choice>) {
        match self.index.get(&what) {
            Some(&i) => self.list[i].times += 1,
            None => {
                self.index.insert(what, self.list.len());
                self.list.push(Finding { what, schedule: schedule(), times: 1 });
            }
        }
    }

    /// Adds what another part of the search has found; where both found the same, the shorter schedule stays.
    pub fn add(&mut self, part: Findings) {
        for finding in part.list {
            match self.index.get(&finding.what) {
                Some(&i) => {
                    let known = &mut self.list[i];
                    known.times += finding.times;
                    if finding.schedule.len() < known.schedule.len() {
                        known.schedule = finding.schedule;
                    }
                }
                None => {
                    self.index.insert(finding.what, self.list.len());
                    self.list.push(finding);
                }
            }
        }
    }

    /// Another schedule for a break that is noted already, counted as one more time that it was met.
    pub fn replace(&mut self, what: Break, schedule: Vec<Choice>) {
        if let Some(&i) = self.index.get(&what) {
            self.list[i].schedule = schedule;
            self.list[i].times += 1;
        }
    }

    /// The breaks so far.
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// True while nothing broke.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The breaks a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Any break.
    Any,
    /// Any break of this invariant, at any place.
    Invariant(u16),
    /// This break only.
    This(Break),
}

impl Target {
    /// True when `what` is one of the breaks looked for.
    pub fn wants(self, what: Break) -> bool {
        match (self, what) {
            (Target::Any, _) => true,
            (Target::Invariant(i), Break::Violation(v)) => v.invariant == i,
            (Target::Invariant(_), Break::Deadlock) => false,
            (Target::This(wanted), _) => wanted == what,
        }
    }
}
