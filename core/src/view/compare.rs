//! Two designs under one schedule.

use super::{Phrase, Question};
use serde::{Deserialize, Serialize};

/// What two designs make of the same schedule, and how their C differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The run that is open, and the other design's.
    pub sides: [ComparedRun; 2],
    /// Number of the first step (counted from 0) at which the two do something different; `None`: they never part.
    pub parts_at: Option<u32>,
    /// Functions that differ, in the order of the first design's texts, then those only the second one has.
    pub changes: Vec<Change>,
}

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedRun {
    pub question: Question,
    /// Title of the design.
    pub title: String,
    pub steps: Vec<ComparedStep>,
    /// What the run breaks; empty: nothing.
    pub broken: Vec<Phrase>,
    /// Opens this side at the step where the two part (without `#`).
    pub link: String,
}

/// A step of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedStep {
    pub cpu: u8,
    pub function: String,
    /// A few words, as in [`super::Step::label`].
    pub label: String,
}

/// A function that the two designs write differently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub function: String,
    /// The file it stands in on each side; empty where that side has none.
    pub paths: [String; 2],
    pub lines: Vec<DiffLine>,
}

/// A line of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    pub kind: DiffKind,
    pub text: String,
}

/// Which side a line is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffKind {
    #[default]
    Both,
    First,
    Second,
}
