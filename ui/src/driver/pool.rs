//! A few engines that decide many questions: the cells of the matrix.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use cowscope_core::view::{Question, Verdict};
use cowscope_engine::protocol::{Aim, Answer, Ask, Limits};
use gloo_timers::callback::Timeout;

use super::line::{Line, Said};
use crate::browser;

/// No more engines than this, however many processors there are.
const MOST_ENGINES: u32 = 6;

/// Answers are told together, this often.
const TELL_EVERY_MS: u32 = 250;

/// What a pool has to tell.
pub enum Told {
    Verdicts(Vec<(Question, Box<Verdict>)>),
    /// So many questions are not answered yet.
    Waiting(usize),
    Failed(String),
}

/// The engines, while there is something to decide.
#[derive(Default)]
pub struct Pool {
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    lines: RefCell<Vec<Rc<Line>>>,
    queue: RefCell<VecDeque<Question>>,
    limits: Cell<Option<Limits>>,
    waiting: Cell<usize>,
    /// Answers that have not been told yet.
    gathered: RefCell<Vec<(Question, Box<Verdict>)>>,
    /// Counted up at each start and stop, so that an engine of before is not heard.
    life: Cell<u32>,
}

impl Pool {
    /// Starts to decide, in place of what was being decided.
    pub fn decide(&self, questions: Vec<Question>, limits: Limits, tell: impl Fn(Told) + 'static) {
        self.stop();
        let state = &self.state;
        state.limits.set(Some(limits));
        state.waiting.set(questions.len());
        tell(Told::Waiting(questions.len()));
        let engines = browser::processors().saturating_sub(1).clamp(1, MOST_ENGINES).min(questions.len() as u32);
        state.queue.replace(questions.into());
        let tell: Rc<dyn Fn(Told)> = Rc::new(tell);
        for _ in 0..engines {
            let line = Rc::new(Line::default());
            let (heard, own, tell, life) = (state.clone(), Rc::downgrade(&line), tell.clone(), state.life.get());
            line.start(move |said| {
                if let Some(line) = own.upgrade().filter(|_| heard.life.get() == life) {
                    heard.said(&line, said, &tell);
                }
            });
            state.next(&line);
            state.lines.borrow_mut().push(line);
        }
    }

    /// Ends all engines. They may be the callers of this, so they are dropped a little later.
    pub fn stop(&self) {
        self.state.life.set(self.state.life.get() + 1);
        self.state.queue.take();
        let lines = self.state.lines.take();
        if !lines.is_empty() {
            Timeout::new(0, move || drop(lines)).forget();
        }
    }
}

impl State {
    fn next(&self, line: &Line) {
        if let (Some(question), Some(limits)) = (self.queue.borrow_mut().pop_front(), self.limits.get()) {
            line.ask(Ask::Search { question, aim: Aim::Prove, limits });
        }
    }

    /// Tells answers together, a few times a second.
    fn gather(self: &Rc<Self>, question: Question, verdict: Box<Verdict>, tell: &Rc<dyn Fn(Told)>) {
        self.gathered.borrow_mut().push((question, verdict));
        if self.gathered.borrow().len() == 1 {
            let (state, tell) = (self.clone(), tell.clone());
            Timeout::new(TELL_EVERY_MS, move || {
                tell(Told::Verdicts(state.gathered.take()));
                tell(Told::Waiting(state.waiting.get()));
            })
            .forget();
        }
    }

    fn said(self: &Rc<Self>, line: &Line, said: Said, tell: &Rc<dyn Fn(Told)>) {
        match said {
            Said::Answer(Answer::Verdict { question, verdict }) => self.gather(question, verdict, tell),
            Said::Answer(Answer::Refused { why }) => tell(Told::Failed(why)),
            Said::Answer(_) => return,
            Said::Died(why) => {
                tell(Told::Failed(why));
                tell(Told::Waiting(self.waiting.get().saturating_sub(1)));
                if !line.restart() {
                    return;
                }
            }
        }
        self.waiting.set(self.waiting.get().saturating_sub(1));
        self.next(line);
        if self.waiting.get() == 0 {
            let lines = self.lines.take(); // one of them is speaking just now
            Timeout::new(0, move || drop(lines)).forget();
        }
    }
}
