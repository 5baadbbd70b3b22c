//! Who came between which two accesses of whom.
//!
//! The pattern behind a race, whatever the scenario: a call of A reads (or sets) a word, a call of B changes that word,
//! and A goes on to act without having looked again. A run holds many such triples; the one that says most about the
//! break is told.

use crate::trace::{Access, AccessKind, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// B's access came between two accesses of A.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Index into [`Trace::steps`] of A's first access to [`word`](Self::word).
    pub first: usize,
    /// Index of B's change of the word.
    pub between: usize,
    /// Index of the step with which A acted all the same, or broke something.
    pub last: usize,
    /// The word.
    pub word: String,
    /// The word that A then changed (or last touched).
    pub acted_on: String,
}

/// How far back from its end a run is looked at; keeps the work bounded. Shortest breaks are much shorter.
const WINDOW: usize = 4096;

/// The crossing that says most about what the run broke; `None` where nobody came between, or nothing broke.
pub fn crossing(trace: &Trace) -> Option<Crossing> {
    let end = trace.steps.iter().position(|step| !step.broken.is_empty())?;
    let start = (end + 1).saturating_sub(WINDOW);
    let search = Search { steps: &trace.steps, start, end, shared: shared_words(&trace.steps[start..=end]) };
    search.best()
}

/// Words that more than one column touches.
fn shared_words(steps: &[Step]) -> BTreeSet<&str> {
    let mut users: BTreeMap<&str, u8> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for step in steps {
        for access in &step.accesses {
            if *users.entry(&access.word).or_insert(step.column) != step.column {
                shared.insert(access.word.as_str());
            }
        }
    }
    shared
}

struct Search<'t> {
    steps: &'t [Step],
    start: usize,
    end: usize,
    shared: BTreeSet<&'t str>,
}

impl<'t> Search<'t> {
    fn best(&self) -> Option<Crossing> {
        let mut best: Option<(i64, Crossing)> = None;
        for between in self.start..self.end {
            for change in self.steps[between].accesses.iter().filter(|a| a.changes()) {
                for (score, found) in self.around(between, change) {
                    if best.as_ref().is_none_or(|(most, _)| score > *most) {
                        best = Some((score, found));
                    }
                }
            }
        }
        for (score, found) in self.before_the_end() {
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, found));
            }
        }
        best.map(|(_, found)| found)
    }

    /// What the breaking step changed itself, although another call had read it and went by that: the last such read.
    fn before_the_end(&self) -> Vec<(i64, Crossing)> {
        let end = &self.steps[self.end];
        let mut found = Vec::new();
        for change in end.accesses.iter().filter(|a| a.changes() && !a.lock) {
            let touched = (self.start..self.end).rev().find_map(|first| {
                Some((first, self.steps[first].accesses.iter().find(|access| access.word == change.word)?))
            });
            let Some((first, seen)) = touched else { continue };
            let other = &self.steps[first];
            if seen.kind == AccessKind::Read && other.column != end.column && other.call != 0 {
                let word = change.word.clone();
                // more than any change that came before the breaking one
                let score = self.score(first, self.end, self.end, seen, Some(change)) + 5_000_000;
                found
                    .push((score, Crossing { first, between: self.end, last: self.end, acted_on: word.clone(), word }));
            }
        }
        found
    }

    /// For this change by B: the last access before it of every other call to the same word, where that call acts later.
    fn around(&self, between: usize, change: &Access) -> Vec<(i64, Crossing)> {
        let b = &self.steps[between];
        let mut calls = BTreeSet::new();
        let mut found = Vec::new();
        for first in (self.start..between).rev() {
            let a = &self.steps[first];
            let touched = a.accesses.iter().find(|access| access.word == change.word);
            let Some(touched) = touched.filter(|_| a.call != 0 && a.call != b.call && a.column != b.column) else {
                continue;
            };
            if !calls.insert(a.call) {
                continue;
            }
            if let Some((last, acted)) = self.acts_after(between, a.call, &change.word) {
                let score = self.score(first, between, last, touched, acted);
                let acted_on = acted.map_or_else(String::new, |access| access.word.clone());
                found.push((score, Crossing { first, between, last, word: change.word.clone(), acted_on }));
            }
        }
        found
    }

    /// The next step of `call` behind `between` that breaks something or changes a word others use; `None` where the call
    /// looks at `word` again before it does.
    fn acts_after(&self, between: usize, call: u32, word: &str) -> Option<(usize, Option<&'t Access>)> {
        for last in between + 1..=self.end {
            let step = &self.steps[last];
            if step.call != call {
                continue;
            }
            let acted =
                step.accesses.iter().rev().find(|a| a.changes() && !a.lock && self.shared.contains(a.word.as_str()));
            if acted.is_some() || !step.broken.is_empty() {
                return Some((last, acted.or(step.accesses.last())));
            }
            if step.accesses.iter().any(|a| a.word == word && a.reads()) {
                return None;
            }
        }
        None
    }

    fn score(&self, first: usize, between: usize, last: usize, touched: &Access, acted: Option<&Access>) -> i64 {
        let breaking = &self.steps[self.end];
        let mut score = 0;
        let mut add = |points: i64, holds: bool| score += if holds { points } else { 0 };
        add(800, !touched.lock);
        add(400, acted.is_some_and(|a| a.object() == touched.object()));
        add(300, breaking.accesses.iter().any(|a| a.object() == touched.object()));
        add(200, breaking.call != 0 && [self.steps[first].call, self.steps[between].call].contains(&breaking.call));
        add(100, last == self.end || acted.is_some_and(|a| breaking.accesses.iter().any(|b| b.word == a.word)));
        add(100, touched.reads());
        // Of otherwise equal ones, the tightest; then the latest.
        score * 100_000 - 10 * (last - first) as i64 + (last > self.end / 2) as i64
    }
}
