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
    /// Other schedules with the same break, evenly taken from all those that the search met; none unless they were asked for.
    #[serde(skip)]
    pub others: Vec<Vec<Choice>>,
}

/// Every distinct break of a search, in the order in which they were met, one schedule each.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    index: BTreeMap<Break, usize>,
    /// Other schedules kept for each break, at most.
    others: usize,
}

impl Finding {
    /// Keeps another schedule if it is its turn: every one until there are `most`, then every second, and so on.
    fn keep(&mut self, most: usize, schedule: impl FnOnce() -> Vec<Choice>) {
        let mut stride = 1;
        while (self.times - 1) / stride > most as u64 {
            stride *= 2;
        }
        if !(self.times - 1).is_multiple_of(stride) {
            return;
        }
        if self.others.len() >= most {
            let mut second = true;
            self.others.retain(|_| {
                second = !second;
                second
            });
        }
        self.others.push(schedule());
    }
}

impl Findings {
    /// No breaks.
    pub fn new() -> Self {
        Self::default()
    }

    /// No breaks; of each that comes, up to `others` more schedules are kept.
    pub fn with_others(others: usize) -> Self {
        Findings { others, ..Self::default() }
    }

    /// Notes that `what` was met; `schedule` is asked for the first time, and where another one is to be kept.
    pub fn note(&mut self, what: Break, schedule: impl FnOnce() -> Vec<Choice>) {
        match self.index.get(&what) {
            Some(&i) => {
                self.list[i].times += 1;
                if self.others > 0 {
                    self.list[i].keep(self.others, schedule);
                }
            }
            None => {
                self.index.insert(what, self.list.len());
                self.list.push(Finding { what, schedule: schedule(), times: 1, others: Vec::new() });
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
