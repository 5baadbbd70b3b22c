//! What the page and the engine say to each other; [`crate::wire`] makes bytes of it.
//!
//! Both modules come from one build, so the messages carry no version number. The page runs two engines: one holds the
//! replay session and answers at once, the other searches and is ended to cancel it.

use cowscope_core::view::{Comparison, Effort, Library, Moment, Program, Question, Trace, Verdict};
use serde::{Deserialize, Serialize};

/// A question of the page. Every question is answered by at least one [`Reply`] with the same `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Chosen by the page, counted up from 1, so that it knows stale answers from fresh ones.
    pub id: u32,
    /// What is asked.
    pub ask: Ask,
}

/// What the page can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Who are you?
    Hello,
    /// What is there to choose from? Answered by [`Answer::Library`].
    Library,
    /// Opens what a link says (without `#`); an empty one is the founding race at its start. Answered by
    /// [`Answer::Opened`].
    Open {
        /// The fragment of the address.
        link: String,
    },
    /// Opens the start of a question. Answered by [`Answer::Opened`].
    Begin {
        /// What to run.
        question: Question,
    },
    /// Goes to the moment after `step` steps of the trace. Answered by [`Answer::Moved`].
    Goto {
        /// At most the length of the trace.
        step: u32,
    },
    /// Takes a step from here (or from the moment `at`); where it is not the one the trace has, the trace ends behind it. Answered by
    /// [`Answer::Moved`].
    Step {
        /// Who acts.
        agent: u8,
        /// Its free choice.
        pick: u32,
        /// After how many steps; `None`: here.
        at: Option<u32>,
    },
    /// Lets one agent act until something happens. Answered by [`Answer::Moved`].
    Run {
        /// Who acts.
        agent: u8,
        /// Where to stop.
        until: Until,
    },
    /// Searches. Answered by [`Answer::Progress`] now and then, and one [`Answer::Verdict`].
    Search {
        /// What to search.
        question: Question,
        /// What for.
        aim: Aim,
        /// What it may use.
        limits: Limits,
    },
    /// Searches from a moment of a run instead of from the start: whether what the run has come to can still break.
    /// Answered by [`Answer::Progress`] now and then, and one [`Answer::Renewed`].
    SearchFrom {
        /// The moment's link.
        link: String,
        /// What it may use.
        limits: Limits,
    },
    /// Makes a run that breaks something simpler: the same break by fewer switches, or as many and fewer steps. Answered
    /// by one [`Answer::Renewed`].
    Minimise {
        /// The run's link.
        link: String,
    },
    /// Turns each switch of the design the other way, and searches. Answered by [`Answer::Progress`] now and then, and
    /// one [`Answer::Repaired`].
    Repair {
        /// What breaks.
        question: Question,
        /// What it breaks: ids of [`cowscope_core::view::Promise`]s.
        breaks: Vec<String>,
        /// What the search of each setting may use.
        limits: Limits,
    },
    /// Searches what a link is about again, because it no longer shows what it was made to show ([`Opened::remark`]).
    /// Answered by [`Answer::Progress`] now and then, and one [`Answer::Renewed`].
    Renew {
        /// The fragment of the address, as it was opened.
        link: String,
        /// What it may use.
        limits: Limits,
    },
    /// Sets a bookmark behind `step` steps of the open run. Answered by [`Answer::Moved`]: the moment's link has it.
    Mark {
        /// At most the length of the run.
        step: u32,
        /// What it says; `None` takes the bookmark away.
        label: Option<String>,
    },
    /// The open run as a report. Answered by [`Answer::Report`].
    Report {
        /// Its form.
        form: Form,
    },
    /// Goes to the moment before the next step of the run (or, looking back, behind the last one) that touches this word.
    /// Answered by [`Answer::Moved`].
    Seek {
        /// See [`cowscope_core::view::Value::place`].
        word: u64,
        /// Towards the end of the run.
        forward: bool,
    },
    /// What another design makes of the schedule of the run that is open. Answered by [`Answer::Compared`].
    Compare {
        /// Its id.
        design: String,
    },
    /// Compiles, and runs nothing. Answered by [`Answer::Program`].
    Compile {
        /// What to compile.
        question: Question,
    },
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A column for each CPU, 72 characters wide where they fit.
    Table,
    /// The explanation in words.
    Words,
    Markdown,
    /// As `docs/trace.schema.json` says.
    Json,
    Svg,
    Mermaid,
}

/// Where [`Ask::Run`] stops; always when the agent can't go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The statement is done, with everything it calls.
    Over,
    /// The function has returned.
    Out,
    /// The next access is on this line.
    Line {
        /// Index of the file.
        file: u16,
        /// Counted from 1.
        line: u32,
    },
    /// The last step touched this word.
    Word(u64),
    /// It can't go on.
    Blocked,
}

/// What a search may use before it says that nothing is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most states to store.
    pub states: u64,
    /// Most memory for its tables, in MiB; a worker has 4096 at most, and shares the machine with the page.
    pub mebibytes: u32,
}

/// What a search is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// The shortest break, and nothing if there is none.
    Find,
    /// Every schedule, every distinct break.
    Prove,
}

/// A message of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The question this answers; 0 for what nobody asked ([`Answer::Ready`], [`Answer::Panicked`]).
    pub id: u32,
    /// What is said.
    pub answer: Answer,
}

/// What the engine can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The first message of a new engine: it listens from now on.
    Ready,
    /// Answers [`Ask::Hello`].
    Hello {
        /// Version of the engine, as in its `Cargo.toml`.
        version: String,
    },
    /// Answers [`Ask::Library`].
    Library(Box<Library>),
    /// Answers [`Ask::Open`] and [`Ask::Begin`].
    Opened(Box<Opened>),
    /// Answers everything that moves.
    Moved {
        /// Where the session is now.
        moment: Box<Moment>,
        /// The trace, if the move changed it, without the steps before `from`.
        trace: Option<Box<Trace>>,
        /// So many steps of the trace are as they were.
        from: u32,
    },
    /// How far a search has got.
    Progress {
        /// So far.
        effort: Effort,
    },
    /// The end of a search.
    Verdict {
        /// The question, with every option spelled out.
        question: Question,
        /// The answer.
        verdict: Box<Verdict>,
    },
    /// Answers [`Ask::Renew`], [`Ask::SearchFrom`] and [`Ask::Minimise`].
    Renewed {
        /// A link (without `#`) that shows what was looked for; `None` where nothing does.
        link: Option<String>,
        /// The answer in words.
        told: String,
    },
    /// Answers [`Ask::Repair`].
    Repaired {
        /// What was asked about.
        question: Question,
        /// The settings that take breaks away, those that mend the most first.
        mended: Vec<Mended>,
        /// Settings whose search ran out of its limits.
        undecided: u32,
    },
    /// Answers [`Ask::Report`].
    Report {
        /// The report.
        text: String,
    },
    /// Answers [`Ask::Compare`].
    Compared(Box<Comparison>),
    /// Answers [`Ask::Compile`], whether it compiles or not.
    Program(Box<Program>),
    /// The question could not be answered.
    Refused {
        /// What is wrong with it, in words.
        why: String,
    },
    /// The engine met a bug of its own and is gone; the page starts a new one.
    Panicked {
        /// The panic's message and place.
        message: String,
    },
}

/// A switch turned so that something no longer breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mended {
    /// The same question with the switch so: one of [`cowscope_core::view::Verdict::repairs`].
    pub question: Question,
    /// What no longer breaks.
    pub mends: Vec<String>,
    /// What breaks all the same; empty: it holds.
    pub left: Vec<String>,
}

/// A run that has been opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// What runs.
    pub program: Program,
    /// The whole run.
    pub trace: Trace,
    /// Where the link points to.
    pub moment: Moment,
    /// What is to be said about the link, e.g. that it was made with another version and where it differs; else empty.
    pub remark: String,
    /// The link does not show the break that it was made to show: [`Ask::Renew`] looks for one that does.
    pub outdated: bool,
    /// Marked steps, each with its label (which may be empty).
    pub bookmarks: Vec<(u32, String)>,
}
