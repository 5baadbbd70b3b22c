//! The one store of the page: everything that is drawn, and the actions that change it.
//!
//! Only the [`crate::driver`] talks to the engines; it turns what they say into actions. Components get pieces of the
//! store as properties, so that what has not changed is not drawn again.

mod drafts;
mod prefs;
mod reduce;

pub use drafts::Drafts;
pub use prefs::{MEMORY, Prefs, Size, Theme};

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Comparison, Effort, Library, Moment, Program, Question, Trace, Verdict};
use cowscope_engine::protocol::{Mended, Opened};

/// Everything the page knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Store {
    /// What there is to choose from, once the engine has told.
    pub library: Option<Rc<Library>>,
    /// The run on display.
    pub run: Option<Run>,
    /// The answers so far, by question.
    pub verdicts: Rc<BTreeMap<Question, Rc<Verdict>>>,
    /// The switches that repair, by question.
    pub mends: Rc<BTreeMap<Question, Rc<Mends>>>,
    /// The search under way.
    pub search: Option<Search>,
    /// What went wrong, until it is dismissed.
    pub trouble: Option<Rc<Trouble>>,
    /// A short confirmation, shown for a moment and read out.
    pub notice: Option<Rc<str>>,
    /// What lies over the page.
    pub dialog: Option<Dialog>,
    /// Which page of the application is shown.
    pub page: Page,
    /// What stands beside the lanes.
    pub side: Side,
    /// Steps forward by itself.
    pub playing: bool,
    /// The frame that is pointed at.
    pub focus: Option<u64>,
    /// Runs that were left for another choice, kept to return to.
    pub futures: Vec<Future>,
    /// What the visitor set.
    pub prefs: Prefs,
    /// Questions of the matrix that wait for their answer.
    pub waiting: usize,
    /// The design that the run is compared with, and what came of it.
    pub rival: Option<Rc<str>>,
    pub comparison: Option<Rc<Comparison>>,
    /// What the compiler last said of the text in the editor.
    pub compiled: Option<Rc<Program>>,
}

/// A run that has been opened, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub program: Rc<Program>,
    pub trace: Rc<Trace>,
    pub moment: Rc<Moment>,
    /// What is to be said about its link.
    pub remark: Rc<str>,
    /// The link does not show what it was made to show.
    pub outdated: bool,
    /// Marked steps, each with its label (which may be empty).
    pub bookmarks: Rc<Vec<(u32, String)>>,
}

/// A search under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub question: Rc<Question>,
    pub hunt: Hunt,
    pub effort: Effort,
}

/// What a search is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hunt {
    Find,
    Prove,
    /// Whether what the run has come to can still break.
    FromHere,
    /// The same break by a simpler run.
    Minimise,
    /// The switches that take the breaks away.
    Repair,
    /// What an outdated link was made to show.
    Renew,
}

/// What the search for repairs has found for a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Mends {
    pub found: Vec<Mended>,
    /// Settings whose search reached its budget.
    pub undecided: u32,
}

/// Something went wrong; the page stays usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A few words.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
}

/// What lies over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Designs,
    Scenarios,
    Switches,
    Help,
    Palette,
}

/// The pages of the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    Run,
    Matrix,
    Compare,
    About,
}

/// What stands beside the lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Memory,
    Steps,
    Why,
    Explore,
    Edit,
}

/// A run that was left for another choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Future {
    /// Opens it where it was left.
    pub link: Rc<str>,
    /// The step at which the two part.
    pub at: u32,
    /// Its length in steps.
    pub steps: u32,
    /// Whether it ends in a break.
    pub breaks: bool,
}

/// What changes the store.
#[derive(Debug)]
pub enum Action {
    Library(Box<Library>),
    Opened(Box<Opened>),
    Moved {
        moment: Box<Moment>,
        trace: Option<Box<Trace>>,
        from: u32,
    },
    SearchBegan(Search),
    Progress(Effort),
    SearchEnded,
    /// Answers, together: each redraws the matrix.
    Verdicts(Vec<(Question, Box<Verdict>)>),
    Mends(Question, Mends),
    Trouble(Trouble),
    Dismiss,
    Notice(Option<Rc<str>>),
    Dialog(Option<Dialog>),
    Page(Page),
    Side(Side),
    Play(bool),
    Focus(Option<u64>),
    Prefs(Prefs),
    Waiting(usize),
    /// Sets a bookmark, or takes it away.
    Bookmark {
        step: u32,
        set: bool,
    },
    Rival(Rc<str>),
    Compared(Box<Comparison>),
    Compiled(Option<Box<Program>>),
}

impl Store {
    /// The verdict on the question of the run on display.
    pub fn verdict(&self) -> Option<Rc<Verdict>> {
        self.run.as_ref().and_then(|run| self.verdicts.get(&run.program.question).cloned())
    }
}

impl Run {
    /// Steps in the whole trace.
    pub fn len(&self) -> u32 {
        self.trace.steps.len() as u32
    }
}
