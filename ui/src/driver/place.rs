//! Where the visitor is, as the address bar says it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use cowscope_core::view::{Moment, Question};
use gloo_timers::callback::Timeout;

use crate::browser;

/// Browsers throttle pages that rewrite the address too often; so often it may be, in milliseconds.
const WRITE_MS: u32 = 180;

/// The place in the run, and what the address bar is to say.
#[derive(Default)]
pub struct Place {
    /// The step that is, or is about to be, on display.
    pub step: Cell<u32>,
    /// Steps of the trace.
    pub len: Cell<u32>,
    /// The next place opened is one to come back to.
    pub push: Cell<bool>,
    /// The address bar belongs to another page; the run does not write it.
    pub hold: Cell<bool>,
    /// What is opened next is to be played.
    pub watch: Cell<bool>,
    /// The bare address was opened.
    pub bare: Cell<bool>,
    link: std::rc::Rc<RefCell<String>>,
    /// The last link that was opened, as it came.
    came: RefCell<String>,
    wanted: RefCell<String>,
    question: RefCell<Option<Question>>,
    writing: RefCell<Option<Timeout>>,
    answered: RefCell<BTreeSet<Question>>,
}

impl Place {
    /// The run is at this moment now.
    pub fn show(&self, moment: &Moment, len: Option<u32>) {
        self.step.set(moment.step);
        if let Some(len) = len {
            self.len.set(len);
        }
        moment.link.clone_into(&mut self.link.borrow_mut());
        moment.link.clone_into(&mut self.wanted.borrow_mut());
        if self.hold.get() {
            return;
        }
        if self.push.replace(false) {
            self.writing.replace(None);
            browser::set_fragment(&moment.link, true);
        } else {
            self.write_soon();
        }
    }

    fn write_soon(&self) {
        let link = self.link.clone();
        self.writing.replace(Some(Timeout::new(WRITE_MS, move || browser::set_fragment(&link.borrow(), false))));
    }

    /// Writes the address bar now.
    pub fn write(&self) {
        if !self.hold.get() {
            self.writing.replace(None);
            browser::set_fragment(&self.link.borrow(), false);
        }
    }

    /// The link of what is shown.
    pub fn shown(&self) -> String {
        self.link.borrow().clone()
    }

    /// True when the run on display is where this link says.
    pub fn is_shown(&self, link: &str) -> bool {
        self.has_run() && *self.link.borrow() == link
    }

    /// True once a run is on display.
    pub fn has_run(&self) -> bool {
        !self.link.borrow().is_empty()
    }

    /// This link is about to be opened.
    pub fn want(&self, link: &str) {
        link.clone_into(&mut self.wanted.borrow_mut());
        link.clone_into(&mut self.came.borrow_mut());
    }

    /// The last link that was opened, as it came.
    pub fn came(&self) -> String {
        self.came.borrow().clone()
    }

    /// The link to open again after a failure.
    pub fn wanted(&self) -> String {
        self.wanted.borrow().clone()
    }

    /// Gives the address bar to another page.
    pub fn leave(&self, fragment: &str) {
        self.write();
        self.hold.set(true);
        browser::set_fragment(fragment, true);
    }

    /// The address bar says something else for the page that has it.
    pub fn rewrite(&self, fragment: &str) {
        browser::set_fragment(fragment, false);
    }

    /// Gives the address bar back to the run.
    pub fn release(&self) {
        if self.hold.replace(false) && self.has_run() {
            browser::set_fragment(&self.link.borrow(), true);
        }
    }

    /// This question is open now.
    pub fn ask(&self, question: &Question) {
        self.question.replace(Some(question.clone()));
    }

    /// The question that is open.
    pub fn question(&self) -> Option<Question> {
        self.question.borrow().clone()
    }

    /// Notes that a question was searched.
    pub fn note_answer(&self, question: &Question) {
        self.answered.borrow_mut().insert(question.clone());
    }

    /// True when a question was searched.
    pub fn answered(&self, question: &Question) -> bool {
        self.answered.borrow().contains(question)
    }
}
