//! The machine between two steps.

use super::{FrameCard, Lane, Object, Phrase, Process, Span};
use serde::{Deserialize, Serialize};

/// Everything that can be seen after [`Moment::step`] steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Steps taken since set-up.
    pub step: u32,
    /// Digest of the canonical named view, as links carry it.
    pub digest: String,
    /// The link that opens exactly here (without `#`).
    pub link: String,
    /// What each agent can do now, in the order of agents.
    pub agents: Vec<AgentState>,
    /// One for each CPU.
    pub lanes: Vec<Lane>,
    /// Page tables by process.
    pub processes: Vec<Process>,
    /// Frames in use, and those that were.
    pub frames: Vec<FrameCard>,
    /// Kernel objects, locks and shared variables.
    pub objects: Vec<Object>,
    /// What the last step read and wrote, in its order.
    pub accesses: Vec<Access>,
    /// The last step in words, e.g. `CPU 0 raised the reference count of frame 3 from 2 to 3`.
    pub told: Vec<Phrase>,
    /// What the last step broke, if it did.
    pub broken: Option<Broken>,
    /// True when nobody has anything left to do.
    pub finished: bool,
}

/// What an agent can do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentState {
    pub can: Can,
    /// Why it can't, in words (`waits for mmap_lock, held by CPU 0`); empty when it can.
    pub why: String,
    /// What its next step is, in words (`reads page->mapcount`); empty when it can't.
    pub next: String,
    /// The words the next step would touch (see [`Value::place`]): two agents that touch one word collide.
    pub places: Vec<u64>,
    /// Where there is a free choice: the label of each pick, in order; otherwise empty.
    pub picks: Vec<String>,
}

/// Whether an agent can act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Can {
    #[default]
    Step,
    /// Waits for something.
    Blocked,
    /// Has nothing to do yet, or just now (an empty store buffer, a quiet interrupt line).
    Idle,
    /// Has run to its end.
    Finished,
}

/// How the last step touched a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    #[default]
    None,
    Read,
    Written,
}

/// A value on display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// As a person writes it.
    pub text: String,
    /// Identifies the word behind it, so that the page can show what touches the same one; 0: none.
    pub place: u64,
    /// What the last step did to it.
    pub touch: Touch,
    /// What it was before the last step, where that differs.
    pub was: Option<String>,
}

impl Value {
    /// A value that nothing touched.
    pub fn plain(text: impl Into<String>) -> Self {
        Value { text: text.into(), ..Value::default() }
    }
}

/// One access of the last step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The word's name, e.g. `frame 3 · mapcount`.
    pub name: String,
    /// See [`Value::place`].
    pub place: u64,
    pub written: bool,
    pub before: String,
    /// Equal to `before` for a read.
    pub after: String,
}

/// What a step broke.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// A [`super::Promise::id`].
    pub promise: String,
    /// The general statement.
    pub statement: String,
    /// What happened here, with names and numbers.
    pub told: Vec<Phrase>,
    /// The access that broke it.
    pub at: Option<Span>,
    /// The frame at the centre of it.
    pub frame: Option<u64>,
}
