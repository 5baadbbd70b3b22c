//! Breaks that are known: kept in a file, so that `check` speaks up only about new ones.

use crate::complaint::Complaint;
use cowscope_core::view::Question;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A break of one question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    design: String,
    /// `NAME=VALUE`, in order.
    switches: Vec<String>,
    scenario: String,
    variant: String,
    /// `memory=tso` and the like, in order.
    machine: Vec<String>,
    /// What breaks, as in links.
    id: String,
}

impl Known {
    /// What breaks in a question.
    pub fn new(question: &Question, variant: &str, id: &str) -> Self {
        let mut switches: Vec<String> = question.switches.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut machine: Vec<String> = question.machine.iter().map(|(n, v)| format!("{n}={v}")).collect();
        switches.sort();
        machine.sort();
        Known {
            design: question.design.clone(),
            switches,
            scenario: question.scenario.clone(),
            variant: variant.to_owned(),
            machine,
            id: id.to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    known: BTreeSet<Known>,
}

/// The known breaks that a file lists.
///
/// # Errors
/// The file can't be read, or is no baseline.
pub fn read(path: &str) -> Result<BTreeSet<Known>, Complaint> {
    let text = std::fs::read_to_string(path).map_err(|error| Complaint::file(path, &error))?;
    let file: File =
        serde_json::from_str(&text).map_err(|error| Complaint::new(format!("{path} is no baseline: {error}")))?;
    Ok(file.known)
}

/// Writes them down, one a line, in order.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &str, known: &BTreeSet<Known>) -> Result<(), Complaint> {
    let file = File { format: 1, known: known.clone() };
    // Plain data: there is nothing in it that JSON can't say.
    let text = serde_json::to_string_pretty(&file).unwrap_or_default() + "\n";
    std::fs::write(path, text).map_err(|error| Complaint::file(path, &error))
}
