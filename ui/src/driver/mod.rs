//! Drives the engines: turns what the visitor wants into questions, and answers into actions of the store.
//!
//! There are two engines. The *session* holds the run on display and answers at once. The *searcher* may be busy for
//! minutes, and is ended to cancel it. Either may die; the session is then brought back at the same link.

mod line;
mod place;
mod pool;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cowscope_core::view::{End, Moment, Question, Verdict};
use cowscope_engine::protocol::{Aim, Answer, Ask, Form, Limits, Opened, Until};
use gloo_timers::callback::Timeout;
use yew::UseReducerDispatcher;

use crate::browser;
use crate::store::{Action, Hunt, Mends, Page, Prefs, Search, Store, Trouble};
use line::{Line, Said};
use place::Place;
use pool::{Pool, Told};

/// States that a search may store before it gives up, when the visitor did not ask for it.
const GLANCE_STATES: u64 = 400_000;
/// States that a search may store when the visitor asked.
const SEARCH_STATES: u64 = 20_000_000;
/// What is typed is compiled after so many milliseconds without a key.
const TYPING_MS: u32 = 200;
/// How long a notice stays, in milliseconds.
const NOTICE_MS: u32 = 4_000;

/// A handle to the driver, for every component.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

impl PartialEq for Driver {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    dispatch: UseReducerDispatcher<Store>,
    session: Line,
    searcher: Line,
    place: Place,
    /// The visitor is taken to the break that the search under way finds.
    watch: Cell<bool>,
    /// Memory that a search may use, in MiB.
    memory: Cell<u32>,
    /// Decides the cells of the matrix.
    pool: Pool,
    /// What is typed is compiled when the typing pauses.
    typing: RefCell<Option<Timeout>>,
    notice: RefCell<Option<Timeout>>,
    /// Moves are answered one at a time; of those asked meanwhile only the last counts.
    moving: Cell<bool>,
    next_move: RefCell<Option<Ask>>,
}

impl Driver {
    /// Starts both engines and opens what the address says.
    pub fn start(dispatch: UseReducerDispatcher<Store>) -> Self {
        let inner = Rc::new(Inner {
            dispatch,
            session: Line::default(),
            searcher: Line::default(),
            place: Place::default(),
            watch: Cell::new(false),
            memory: Cell::new(Prefs::default().memory),
            pool: Pool::default(),
            typing: RefCell::default(),
            notice: RefCell::default(),
            moving: Cell::new(false),
            next_move: RefCell::default(),
        });
        let driver = Driver(inner);
        let (heard, searched) = (driver.clone(), driver.clone());
        driver.0.session.start(move |said| heard.session_said(said));
        driver.0.searcher.start(move |said| searched.searcher_said(said));
        driver.0.session.ask(Ask::Library);
        driver.arrive();
        driver
    }

    fn send(&self, action: Action) {
        self.0.dispatch.dispatch(action);
    }

    // --- What the visitor wants ---

    /// Opens what the address bar says now.
    pub fn arrive(&self) {
        let fragment = browser::fragment();
        let (page, link) = page_of(&fragment);
        self.send(Action::Page(page));
        if page == Page::Run {
            self.0.place.hold.set(false);
            if !self.0.place.is_shown(link) {
                self.0.place.bare.set(link.is_empty());
                self.0.place.push.set(false);
                self.open_quietly(link);
            }
            return;
        }
        // A page beside the run has one behind it all the same.
        self.0.place.hold.set(true);
        if !self.0.place.has_run() || (!link.is_empty() && !self.0.place.is_shown(link)) {
            self.0.place.bare.set(link.is_empty());
            self.open_quietly(link);
        } else {
            self.compare_as_the_address_says();
        }
    }

    /// Shows another page of the application.
    pub fn show(&self, page: Page) {
        self.send(Action::Page(page));
        match page {
            Page::Run => self.0.place.release(),
            Page::Matrix => self.0.place.leave("/matrix"),
            Page::Compare => self.0.place.leave("/compare"),
            Page::About => self.0.place.leave("/about"),
        }
    }

    /// Searches again what the link was made to show, and opens a new link that does.
    pub fn renew(&self) {
        self.seek_run(Hunt::Renew, Ask::Renew { link: self.0.place.came(), limits: self.limits(SEARCH_STATES) });
    }

    /// Sets a bookmark behind this step, or takes it away; the link carries it.
    pub fn bookmark(&self, step: u32, set: bool) {
        self.send(Action::Bookmark { step, set });
        self.move_by(Ask::Mark { step, label: set.then(String::new) });
    }

    /// Copies the open run as a report.
    pub fn report(&self, form: Form) {
        self.0.session.ask(Ask::Report { form });
    }

    /// Plays the run's schedule on another design, and shows the two side by side.
    pub fn compare(&self, design: &str) {
        self.0.place.rewrite(&format!("/compare/{design}{}", self.0.place.shown()));
        self.compare_as_the_address_says();
    }

    fn compare_as_the_address_says(&self) {
        let fragment = browser::fragment();
        let Some(design) = rival_of(&fragment) else { return };
        self.send(Action::Rival(design.into()));
        self.0.session.ask(Ask::Compare { design: design.to_owned() });
    }

    /// Tells what the compiler makes of a question, once nothing more is typed.
    pub fn compile(&self, question: Question) {
        let driver = self.clone();
        let pause = Timeout::new(TYPING_MS, move || driver.0.session.ask(Ask::Compile { question }));
        self.0.typing.replace(Some(pause));
    }

    /// Goes to the next step of the run that touches a word, or back to the last.
    pub fn seek(&self, word: u64, forward: bool) {
        self.send(Action::Play(false));
        self.move_by(Ask::Seek { word, forward });
    }

    /// Opens a link, as a place of its own in the browser's history.
    pub fn open(&self, link: &str) {
        self.0.place.push.set(true);
        self.0.place.hold.set(false);
        self.open_quietly(link);
    }

    fn open_quietly(&self, link: &str) {
        self.0.place.want(link);
        self.0.session.ask(Ask::Open { link: link.to_owned() });
    }

    /// Opens the start of another question.
    pub fn begin(&self, question: Question) {
        self.0.place.push.set(true);
        self.0.place.hold.set(false);
        self.cancel();
        self.0.session.ask(Ask::Begin { question });
    }

    /// Goes to the moment after `step` steps.
    pub fn goto(&self, step: u32) {
        let step = step.min(self.0.place.len.get());
        self.0.place.step.set(step);
        self.move_by(Ask::Goto { step });
    }

    /// Goes `by` steps forward or back.
    pub fn go(&self, by: i64) {
        let step = i64::from(self.0.place.step.get()).saturating_add(by).max(0);
        self.goto(u32::try_from(step).unwrap_or(u32::MAX));
    }

    /// Lets an agent act.
    pub fn step(&self, agent: u8, pick: u32) {
        self.send(Action::Play(false));
        self.move_by(Ask::Step { agent, pick, at: None });
    }

    /// Goes back (or on) to the moment after `at` steps, and lets another agent act there.
    pub fn branch(&self, at: u32, agent: u8) {
        self.send(Action::Play(false));
        self.move_by(Ask::Step { agent, pick: 0, at: Some(at) });
    }

    /// Lets an agent act until something happens.
    pub fn run(&self, agent: u8, until: Until) {
        self.send(Action::Play(false));
        self.move_by(Ask::Run { agent, until });
    }

    fn move_by(&self, ask: Ask) {
        if self.0.moving.get() {
            self.0.next_move.replace(Some(ask));
        } else {
            self.0.moving.set(true);
            self.0.session.ask(ask);
        }
    }

    /// Searches for a break (and goes there), or proves that there is none.
    pub fn search(&self, question: Question, aim: Aim) {
        self.hunt(question, aim, SEARCH_STATES, aim == Aim::Find);
    }

    /// How much memory a search may use from now on, in MiB.
    pub fn set_memory(&self, mebibytes: u32) {
        self.0.memory.set(mebibytes);
    }

    fn limits(&self, states: u64) -> Limits {
        Limits { states, mebibytes: self.0.memory.get() }
    }

    fn hunt(&self, question: Question, aim: Aim, states: u64, watch: bool) {
        self.cancel();
        self.0.watch.set(watch);
        self.began(&question, if aim == Aim::Find { Hunt::Find } else { Hunt::Prove });
        self.0.searcher.ask(Ask::Search { question, aim, limits: self.limits(states) });
    }

    fn began(&self, question: &Question, hunt: Hunt) {
        let question = Rc::new(question.clone());
        self.send(Action::SearchBegan(Search { question, hunt, effort: Default::default() }));
    }

    /// Searches on from the step on display, and opens the run that breaks.
    pub fn search_from_here(&self) {
        let ask = Ask::SearchFrom { link: self.0.place.shown(), limits: self.limits(SEARCH_STATES) };
        self.seek_run(Hunt::FromHere, ask);
    }

    /// Looks for a simpler run that breaks the same, and opens it.
    pub fn minimise(&self) {
        self.seek_run(Hunt::Minimise, Ask::Minimise { link: self.0.place.shown() });
    }

    /// A search that leads to another run of the same question.
    fn seek_run(&self, hunt: Hunt, ask: Ask) {
        self.cancel();
        if let Some(question) = self.0.place.question() {
            self.began(&question, hunt);
        }
        self.0.searcher.ask(ask);
    }

    /// Looks for the switches that take these breaks away.
    pub fn repair(&self, question: Question, breaks: Vec<String>) {
        self.cancel();
        self.began(&question, Hunt::Repair);
        self.0.searcher.ask(Ask::Repair { question, breaks, limits: self.limits(GLANCE_STATES) });
    }

    /// Decides these questions, several at a time.
    pub fn decide(&self, questions: Vec<Question>) {
        let driver = self.clone();
        self.0.pool.decide(questions, self.limits(GLANCE_STATES), move |told| match told {
            Told::Verdicts(list) => driver.send(Action::Verdicts(list)),
            Told::Waiting(cells) => driver.send(Action::Waiting(cells)),
            Told::Failed(why) => {
                driver.send(Action::Trouble(Trouble { title: "A cell could not be decided".to_owned(), text: why }));
            }
        });
    }

    /// Leaves the cells that are not decided yet.
    pub fn stop_deciding(&self) {
        self.0.pool.stop();
        self.send(Action::Waiting(0));
    }

    /// Opens a question and proves it: what a repair comes to.
    pub fn attempt(&self, question: Question) {
        self.begin(question.clone());
        self.0.place.note_answer(&question); // or it would be searched once more when it opens
        self.hunt(question, Aim::Prove, SEARCH_STATES, false);
    }

    /// Ends the search under way.
    pub fn cancel(&self) {
        if self.0.searcher.busy() {
            self.0.searcher.restart();
            self.send(Action::SearchEnded);
        }
    }

    /// Copies the link to what is shown.
    pub fn share(&self) {
        self.0.place.write();
        let link = browser::address_of(&self.0.place.shown());
        let driver = self.clone();
        browser::copy(&link.clone(), move |copied| {
            driver.notice(if copied {
                "Link copied: it opens exactly this step".to_owned()
            } else {
                "The browser did not let the link be copied; it stands in the address bar".to_owned()
            });
        });
    }

    /// Says something for a moment.
    pub fn notice(&self, text: String) {
        self.send(Action::Notice(Some(text.into())));
        let driver = self.clone();
        let gone = Timeout::new(NOTICE_MS, move || driver.send(Action::Notice(None)));
        self.0.notice.replace(Some(gone));
    }

    /// Ends the session's engine as if it had failed, to see what the page makes of it.
    pub fn crash_engine(&self) {
        self.session_said(Said::Died("ended on purpose".to_owned()));
    }

    // --- What the engines say ---

    fn session_said(&self, said: Said) {
        match said {
            Said::Answer(Answer::Library(library)) => self.send(Action::Library(library)),
            Said::Answer(Answer::Opened(opened)) => self.opened(opened),
            Said::Answer(Answer::Moved { moment, trace, from }) => {
                self.moved(&moment, trace.as_ref().map(|trace| trace.steps.len() as u32 + from));
                self.send(Action::Moved { moment, trace, from });
                self.move_done();
            }
            Said::Answer(Answer::Report { text }) => {
                let driver = self.clone();
                browser::copy(&text, move |copied| {
                    let told = if copied { "Copied" } else { "The browser did not let it be copied" };
                    driver.notice(told.to_owned());
                });
            }
            Said::Answer(Answer::Compared(comparison)) => self.send(Action::Compared(comparison)),
            Said::Answer(Answer::Program(program)) => self.send(Action::Compiled(Some(program))),
            Said::Answer(Answer::Refused { why }) => {
                self.move_done();
                self.send(Action::Trouble(Trouble { title: "That can't be done".to_owned(), text: why }));
                // A link that can't be opened leaves the page with the founding race instead.
                if !self.0.place.has_run() && !self.0.place.wanted().is_empty() {
                    self.open_quietly("");
                }
            }
            Said::Answer(_) => {}
            Said::Died(why) => self.recover(&why),
        }
    }

    fn move_done(&self) {
        self.0.moving.set(false);
        let next = self.0.next_move.borrow_mut().take();
        if let Some(ask) = next {
            self.move_by(ask);
        }
    }

    fn opened(&self, opened: Box<Opened>) {
        self.moved(&opened.moment, Some(opened.trace.steps.len() as u32));
        let titles = &opened.program.titles;
        browser::set_title(&format!("{} · {} · Cowscope", titles[1], titles[0]));
        let question = opened.program.question.clone();
        self.0.place.ask(&question);
        let known = self.0.place.answered(&question);
        self.send(Action::Opened(opened));
        if self.0.place.watch.replace(false) {
            // once it is drawn: until now there was nothing to play, and the button could not take the focus
            Timeout::new(0, || browser::focus_id("play")).forget();
        }
        if self.0.place.hold.get() {
            self.send(Action::Page(page_of(&browser::fragment()).0));
            self.compare_as_the_address_says();
        }
        if !known {
            self.hunt(question, Aim::Find, GLANCE_STATES, self.0.place.bare.get());
        }
        self.0.place.bare.set(false);
    }

    fn moved(&self, moment: &Moment, len: Option<u32>) {
        self.0.place.show(moment, len);
    }

    fn searcher_said(&self, said: Said) {
        match said {
            Said::Answer(Answer::Progress { effort }) => self.send(Action::Progress(effort)),
            Said::Answer(Answer::Verdict { question, verdict }) => self.decided(question, verdict),
            Said::Answer(Answer::Renewed { link, told }) => {
                self.send(Action::SearchEnded);
                self.notice(told.clone());
                match link {
                    Some(link) => self.open(&link),
                    None => self.send(Action::Trouble(Trouble { title: "The search is done".to_owned(), text: told })),
                }
            }
            Said::Answer(Answer::Repaired { question, mended, undecided }) => {
                self.send(Action::SearchEnded);
                self.send(Action::Mends(question, Mends { found: mended, undecided }));
            }
            Said::Answer(Answer::Refused { why }) => {
                self.send(Action::SearchEnded);
                self.send(Action::Trouble(Trouble { title: "The search could not start".to_owned(), text: why }));
            }
            Said::Answer(_) => {}
            Said::Died(why) => {
                self.send(Action::SearchEnded);
                self.0.searcher.restart();
                let text = format!("{why}. A fresh one is ready.");
                self.send(Action::Trouble(Trouble { title: "The search stopped".to_owned(), text }));
            }
        }
    }

    fn decided(&self, question: Question, verdict: Box<Verdict>) {
        let watch = self.0.watch.get();
        let link = verdict.breaks.first().map(|first| first.link.clone());
        if verdict.end != End::NotDecided {
            self.0.place.note_answer(&question);
        }
        self.send(Action::SearchEnded);
        self.send(Action::Verdicts(vec![(question, verdict)]));
        if let (true, Some(link)) = (watch, link) {
            self.0.place.push.set(false);
            self.0.place.watch.set(true);
            self.open_quietly(&link);
        }
    }

    /// Brings the session back, but not from inside a message of the engine that is to be replaced.
    fn recover(&self, why: &str) {
        let (driver, why) = (self.clone(), why.to_owned());
        Timeout::new(0, move || driver.restart_session(&why)).forget();
    }

    fn restart_session(&self, why: &str) {
        self.0.moving.set(false);
        self.0.next_move.replace(None);
        if !self.0.session.restart() {
            let text = format!("{why}. It failed again and again at this place; try another one, or reload the page.");
            return self.send(Action::Trouble(Trouble { title: "The engine does not start".to_owned(), text }));
        }
        self.0.session.ask(Ask::Library);
        self.open_quietly(&self.0.place.wanted());
        let text = format!("{why}. A fresh engine has opened the same step again.");
        self.send(Action::Trouble(Trouble { title: "The engine stopped".to_owned(), text }));
    }
}

/// Which page an address is for, and the link of the run behind it.
fn page_of(fragment: &str) -> (Page, &str) {
    match fragment.strip_prefix('/').unwrap_or("") {
        "matrix" => (Page::Matrix, ""),
        "about" => (Page::About, ""),
        "compare" => (Page::Compare, ""),
        rest if rest.starts_with("compare/") => (Page::Compare, fragment.find("/run").map_or("", |at| &fragment[at..])),
        _ => (Page::Run, fragment),
    }
}

/// The second design of an address of the page "Compare".
fn rival_of(fragment: &str) -> Option<&str> {
    let design = fragment.strip_prefix("/compare/")?;
    design.split('/').next().filter(|design| !design.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(page_of(""), (Page::Run, ""));
        assert_eq!(page_of("/run?v=1&d=a"), (Page::Run, "/run?v=1&d=a"));
        assert_eq!(page_of("/matrix"), (Page::Matrix, ""));
        assert_eq!(page_of("/compare/6.1-x/run?v=1"), (Page::Compare, "/run?v=1"));
        assert_eq!(rival_of("/compare/6.1-x/run?v=1"), Some("6.1-x"));
        assert_eq!(rival_of("/compare"), None);
    }
}
