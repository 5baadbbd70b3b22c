//! What the page and the engine say to each other: one JSON text per message, both ways.
//!
//! Both modules come from one build, so the texts carry no version number. The page runs two engines: one holds the
//! replay session and answers at once, the other searches and is ended to cancel it.

use cowscope_core::view::{Effort, Library, Moment, Program, Question, Trace, Verdict};
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
    /// Takes a step from here; where it is not the one the trace has, the trace ends behind it. Answered by
    /// [`Answer::Moved`].
    Step {
        /// Who acts.
        agent: u8,
        /// Its free choice.
        pick: u32,
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
        /// Most states to store.
        states: u64,
    },
    /// Compiles, and runs nothing. Answered by [`Answer::Program`].
    Compile {
        /// What to compile.
        question: Question,
    },
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
        /// The whole trace, if the move changed it.
        trace: Option<Box<Trace>>,
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
}
