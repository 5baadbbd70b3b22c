//! A replayed run as plain data: what every step did, by whom, where in the C, and what it broke.
//!
//! Filled by a replay, read by reports and by other programs (as JSON: `docs/trace.schema.json`). Nothing here knows how
//! the run was made.

use crate::link::{Agent, Digest, Settings};
use serde::{Deserialize, Serialize};

/// The version of the JSON form. It goes up when a field changes its meaning or goes away; new fields do not move it.
pub const FORMAT: u32 = 1;

/// One run, from the end of set-up to its last step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// What was run.
    pub header: Header,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// What was run, and what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The program that wrote it and its version, e.g. `cowscope 0.1.0`.
    pub generator: String,
    /// The semantics number of the engine.
    pub semantics: u32,
    /// The kernel design.
    pub design: Named,
    /// Its switches that differ from its defaults.
    pub switches: Settings,
    /// The scenario.
    pub scenario: Named,
    /// The variant, where the scenario has any.
    pub variant: Option<String>,
    /// The scenario's sizes that differ from its defaults.
    pub sizes: Settings,
    /// The scope in words, e.g. `2 CPUs, 1 page, SC, concrete TLB`.
    pub scope: String,
    /// What is known about the question that this run answers.
    pub verdict: Verdict,
    /// For a break: whether it needs a race (`Some(false)`: the same calls one after the other break too).
    pub needs_race: Option<bool>,
    /// True when no run of fewer context switches, or of as many and fewer steps, breaks the same.
    pub shortest: bool,
    /// What the search cost that found it.
    pub counts: Option<Counts>,
    /// Digest of the end state.
    pub digest: Option<Digest>,
    /// The link that replays it, from the `#` on.
    pub link: Option<String>,
    /// One for each CPU, then one for each device: the columns of a table. [`Step::column`] counts in this list.
    pub columns: Vec<String>,
}

/// Something with an id and a title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// As in links.
    pub id: String,
    /// A few words for people.
    pub title: String,
}

/// What is known about a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Some schedule breaks something.
    Breaks,
    /// No schedule breaks anything, within the scope.
    Holds,
    /// A budget was reached first.
    NotDecided,
    /// Nobody asked: this is just one run.
    #[default]
    Unasked,
}

/// What a search cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Distinct states.
    pub states: u64,
    /// Steps executed.
    pub transitions: u64,
    /// Steps of the longest path.
    pub depth: u64,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Counted from 1: also the position just behind it.
    pub index: u32,
    /// Who acted.
    pub agent: Agent,
    /// Its place in [`Header::columns`].
    pub column: u8,
    /// What was chosen, below [`picks`](Self::picks).
    pub pick: u32,
    /// How many choices there were; at least 1.
    pub picks: u32,
    /// What sort of step.
    pub kind: StepKind,
    /// The task or device that acted, or for which the hardware did, e.g. `parent`.
    pub task: String,
    /// Which call (system call, fault, interrupt) of the run it belongs to, counted from 1 over all CPUs in order of their
    /// beginning; 0 outside calls. A store buffer's step belongs to the call that stored.
    pub call: u32,
    /// True when that call ends with this step.
    #[serde(default)]
    pub returns: bool,
    /// Functions on the call stack, outermost first.
    pub stack: Vec<String>,
    /// Where in the C it was; `None` for steps of the hardware alone.
    pub place: Option<Place>,
    /// What it read and wrote, in order.
    pub accesses: Vec<Access>,
    /// What it broke.
    pub broken: Vec<Broken>,
    /// Anything else to be said: observations, invalidations, an interrupt raised.
    pub notes: Vec<String>,
    /// The clock of its CPU when it began, in cycles, where the run was timed.
    pub cycles: Option<u64>,
}

/// What sort of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// C of the kernel.
    Kernel,
    /// C of a user program.
    User,
    /// The page-table walker.
    Walk,
    /// A CPU takes an interrupt.
    Interrupt,
    /// A store buffer writes to memory.
    Drain,
    /// A device.
    Device,
}

/// A place in a C file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path inside the library, or the user's own name of it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// The line's text.
    pub text: String,
}

/// One word that a step read or wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The word's name, the same for the same word throughout, e.g. `mem_map[3].mapcount`.
    pub word: String,
    /// What was done.
    pub kind: AccessKind,
    /// Its value before.
    pub old: u64,
    /// Its value after; equal to `old` for a read. For [`AccessKind::Buffered`]: what memory will get.
    pub new: u64,
    /// `old` as people read it (`P W D, frame 3`); empty where the number says it all.
    pub old_text: String,
    /// `new` as people read it.
    pub new_text: String,
    /// True for a word that is a lock.
    pub lock: bool,
}

/// What was done to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// A locked read-modify-write.
    Locked,
    /// A store into the store buffer: nobody else sees it yet.
    Buffered,
}

/// Something that must hold and no longer does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Its id, as in links.
    pub id: String,
    /// The general statement, one line a student can read.
    pub statement: String,
    /// What happened here, with names and numbers; may be empty.
    pub detail: String,
}

impl Access {
    /// True when memory is read.
    pub fn reads(&self) -> bool {
        matches!(self.kind, AccessKind::Read | AccessKind::Locked)
    }

    /// True when memory changes.
    pub fn changes(&self) -> bool {
        matches!(self.kind, AccessKind::Write | AccessKind::Locked) && self.old != self.new
    }

    /// `old` for people.
    pub fn old_shown(&self) -> String {
        shown(self.old, &self.old_text)
    }

    /// `new` for people.
    pub fn new_shown(&self) -> String {
        shown(self.new, &self.new_text)
    }

    /// The object that the word is a part of: `mem_map[3]` of `mem_map[3].mapcount`; the whole name where it has no parts.
    pub fn object(&self) -> &str {
        self.word.rsplit_once('.').map_or(&self.word, |(object, _)| object)
    }
}

/// A word as people read it: its decoded text, or a small number in decimal, a large one in hexadecimal.
fn shown(value: u64, text: &str) -> String {
    match value {
        _ if !text.is_empty() => text.to_owned(),
        0..65_536 => value.to_string(),
        // Small negative numbers: a count that went below zero.
        _ if value > u64::MAX - 65_536 => (value as i64).to_string(),
        _ => format!("{value:#x}"),
    }
}

impl Step {
    /// The innermost function, or what the hardware does.
    pub fn function(&self) -> &str {
        match (self.stack.last(), self.kind) {
            (Some(function), _) => function,
            (None, StepKind::Walk) => "page walk",
            (None, StepKind::Interrupt) => "interrupt",
            (None, StepKind::Drain) => "store buffer",
            (None, StepKind::Device) => "device",
            (None, StepKind::Kernel | StepKind::User) => "program",
        }
    }
}

impl Trace {
    /// The step that broke something, if one did: the first such.
    pub fn breaking_step(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.broken.is_empty())
    }

    /// How often the acting column changes.
    pub fn context_switches(&self) -> u32 {
        self.steps.windows(2).filter(|pair| pair[0].column != pair[1].column).count() as u32
    }

    /// The name of a step's column; `CPU n` where the header has none.
    pub fn column_name(&self, column: u8) -> String {
        self.header.columns.get(usize::from(column)).cloned().unwrap_or_else(|| format!("CPU {column}"))
    }

    /// Number of columns: those of the header, and any further one that a step names.
    pub fn columns(&self) -> usize {
        let used = self.steps.iter().map(|step| usize::from(step.column) + 1).max().unwrap_or(0);
        used.max(self.header.columns.len())
    }
}
