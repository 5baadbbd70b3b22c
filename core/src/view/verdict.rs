//! What a search found.

use super::Question;
use serde::{Deserialize, Serialize};

/// The answer to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub end: End,
    /// What happens, or what holds, in one sentence a person would say.
    pub told: Vec<Phrase>,
    /// What must hold and does not, as one statement; empty where nothing breaks.
    pub statement: String,
    /// What must hold and does not (or what was shown to hold), and what else is to be said, in short phrases.
    pub notes: Vec<String>,
    /// The scope in words, e.g. `2 CPUs, 1 page, SC`.
    pub scope: String,
    pub effort: Effort,
    /// Every distinct break, the shortest first.
    pub breaks: Vec<Break>,
    /// Changes that would repair it, each a question of its own.
    pub repairs: Vec<Repair>,
}

/// How a question is answered. The three are never blurred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Some schedule breaks something.
    Breaks,
    /// No schedule breaks anything, within the scope.
    Holds,
    /// A budget was reached first, or somebody stopped the search.
    #[default]
    NotDecided,
}

/// What a search cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    pub states: u64,
    pub transitions: u64,
    /// Steps of the longest path.
    pub depth: u64,
    /// States still to be looked at.
    pub frontier: u64,
    pub milliseconds: u64,
    pub bytes: u64,
}

/// One way to break something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    /// A [`super::Promise::id`].
    pub promise: String,
    /// In words.
    pub told: Vec<Phrase>,
    pub race: Race,
    pub steps: u32,
    pub switches: u32,
    /// No schedule with fewer switches, or as many and fewer steps, breaks the same.
    pub shortest: bool,
    /// Opens it one step before the collision (without `#`).
    pub link: String,
}

/// Whether the same calls, one after the other, break too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Race {
    Needed,
    NotNeeded,
    #[default]
    Unknown,
}

/// A change of the question that answers it otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// E.g. `Guard FOLL_GET with the sequence counter too`.
    pub title: String,
    pub question: Question,
}

/// A piece of a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub text: String,
    pub tone: Tone,
}

/// How a piece of a sentence is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    #[default]
    Plain,
    /// In the colour of a CPU.
    Cpu(u8),
    /// A word of C.
    Code,
    Strong,
}

impl Phrase {
    /// Words in the ordinary tone.
    pub fn plain(text: impl Into<String>) -> Self {
        Phrase { text: text.into(), tone: Tone::Plain }
    }

    /// The name of a CPU in its colour.
    pub fn cpu(cpu: u8) -> Self {
        Phrase { text: format!("CPU {cpu}"), tone: Tone::Cpu(cpu) }
    }

    /// A word of C.
    pub fn code(text: impl Into<String>) -> Self {
        Phrase { text: text.into(), tone: Tone::Code }
    }

    /// The sentence without its colours.
    pub fn text(phrases: &[Phrase]) -> String {
        phrases.iter().map(|phrase| phrase.text.as_str()).collect()
    }
}
