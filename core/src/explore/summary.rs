//! What a search has to say, as data: written to a file by one machine, merged with others', printed by whoever asked.

use super::{Break, Counts, End, Finding, Search};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which part of a question a search answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// Number of this part, from 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

/// The answer, as far as the search supports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something breaks, and there is a schedule that shows it.
    Breaks,
    /// Nothing breaks in any schedule: every state was looked at.
    Holds,
    /// Nothing breaks within the bound; beyond it nothing is known.
    HoldsWithin(u32),
    /// Nothing broke in the runs that were made; nothing is known of the rest.
    NotSeen,
    /// The search stopped before its end.
    NotDecided,
}

/// The result of one search, or of several that shared a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What was asked, in a form that is equal for equal questions: design, scenario, options, mode, seed.
    pub question: String,
    /// The parts that are in this summary, in order.
    pub parts: Vec<Part>,
    /// How the search ended; of several, the least conclusive end.
    pub end: End,
    /// How far it got; of several, the sum (the greatest depth).
    pub counts: Counts,
    /// Every distinct break with one schedule.
    pub findings: Vec<Finding>,
}

/// Why summaries can't be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeError {
    /// There is nothing to merge.
    Nothing,
    /// Two of them answer different questions.
    OtherQuestion(String, String),
    /// The same part comes twice, or the parts are of different divisions.
    SamePart(Part),
}

impl std::fmt::Display for MergeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MergeError::Nothing => write!(f, "nothing to merge"),
            MergeError::OtherQuestion(a, b) => write!(f, "these results answer different questions: {a:?} and {b:?}"),
            MergeError::SamePart(p) => {
                write!(f, "part {} of {} does not fit: it is there already, or of another division", p.index, p.of)
            }
        }
    }
}

impl std::error::Error for MergeError {}

impl Summary {
    /// What `search` has to say after it ended with `end`.
    pub fn of(search: &dyn Search, end: End, question: &str, part: Part) -> Summary {
        let findings = search.findings().list().to_vec();
        Summary { question: question.to_string(), parts: vec![part], end, counts: search.counts(), findings }
    }

    /// The parts of the question that are not answered here.
    pub fn missing(&self) -> Vec<Part> {
        let of = self.parts.first().map_or(0, |p| p.of);
        (0..of).map(|index| Part { index, of }).filter(|p| !self.parts.contains(p)).collect()
    }

    /// What may be said.
    pub fn verdict(&self) -> Verdict {
        if !self.findings.is_empty() {
            return Verdict::Breaks;
        }
        if !self.missing().is_empty() {
            return Verdict::NotDecided;
        }
        match self.end {
            End::Complete => Verdict::Holds,
            End::Bounded(bound) => Verdict::HoldsWithin(bound),
            End::Sampled => Verdict::NotSeen,
            End::Broke | End::BudgetReached(_) | End::Cancelled => Verdict::NotDecided,
        }
    }
}

/// How little an end says: of two parts the one that says less counts for both.
fn weakness(end: End) -> (u8, u32) {
    match end {
        End::Complete => (0, 0),
        End::Bounded(bound) => (1, u32::MAX - bound),
        End::Sampled => (2, 0),
        End::Broke => (3, 0),
        End::BudgetReached(_) => (4, 0),
        End::Cancelled => (5, 0),
    }
}

/// Joins the results of the parts of one question.
pub fn merge(parts: Vec<Summary>) -> Result<Summary, MergeError> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().ok_or(MergeError::Nothing)?;
    let mut findings: BTreeMap<Break, Finding> = BTreeMap::new();
    add_findings(&mut findings, std::mem::take(&mut all.findings));
    for part in parts {
        if part.question != all.question {
            return Err(MergeError::OtherQuestion(all.question, part.question));
        }
        for p in part.parts {
            if all.parts.iter().any(|known| *known == p || known.of != p.of) {
                return Err(MergeError::SamePart(p));
            }
            all.parts.push(p);
        }
        if weakness(part.end) > weakness(all.end) {
            all.end = part.end;
        }
        all.counts = sum(&all.counts, &part.counts);
        add_findings(&mut findings, part.findings);
    }
    all.parts.sort_unstable();
    all.findings = findings.into_values().collect();
    Ok(all)
}

/// Of two schedules for the same break the shorter stays, and of two as short the first in order, so that the order of the parts does
/// not matter.
fn add_findings(all: &mut BTreeMap<Break, Finding>, more: Vec<Finding>) {
    for finding in more {
        match all.get_mut(&finding.what) {
            None => {
                all.insert(finding.what, finding);
            }
            Some(known) => {
                known.times += finding.times;
                let rank = |f: &Finding| (f.schedule.len(), f.schedule.clone());
                if rank(&finding) < rank(known) {
                    known.schedule = finding.schedule;
                }
            }
        }
    }
}

fn sum(a: &Counts, b: &Counts) -> Counts {
    Counts {
        states: a.states + b.states,
        transitions: a.transitions + b.transitions,
        depth: a.depth.max(b.depth),
        terminals: a.terminals + b.terminals,
        frontier: a.frontier + b.frontier,
        runs: a.runs + b.runs,
        bytes: a.bytes + b.bytes,
    }
}
