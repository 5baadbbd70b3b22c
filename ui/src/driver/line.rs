//! The line to one engine: numbers the questions, drops answers nobody waits for, restarts it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cowscope_engine::protocol::{Answer, Ask, Request};

use crate::browser;
use crate::worker::{Engine, EngineEvent};

/// Restarts within this many milliseconds count together.
const WINDOW_MS: f64 = 10_000.0;
/// So many are allowed.
const RESTARTS: u32 = 3;

/// What comes over the line.
#[derive(Debug)]
pub enum Said {
    /// An answer to a question of this life of the engine.
    Answer(Answer),
    /// The engine is gone.
    Died(String),
}

/// One engine, or none where the browser has no workers.
#[derive(Default)]
pub struct Line {
    engine: RefCell<Option<Engine>>,
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    /// The number of the last question.
    asked: Cell<u32>,
    /// Questions that wait for their last answer.
    open: Cell<u32>,
    restarts: Cell<u32>,
    since: Cell<f64>,
}

impl Line {
    /// Starts the engine; `hear` is told what it says.
    pub fn start(&self, hear: impl Fn(Said) + 'static) {
        let state = self.state.clone();
        let hear = Rc::new(hear);
        let on_event = {
            let hear = hear.clone();
            move |event| {
                if let Some(said) = state.heard(event) {
                    hear(said);
                }
            }
        };
        match Engine::start(&browser::meta("engine"), on_event) {
            Ok(engine) => *self.engine.borrow_mut() = Some(engine),
            Err(error) => hear(Said::Died(format!("no engine could be started: {error:?}"))),
        }
    }

    /// Asks.
    pub fn ask(&self, ask: Ask) {
        let id = self.state.asked.get() + 1;
        self.state.asked.set(id);
        self.state.open.set(self.state.open.get() + 1);
        if let Some(engine) = self.engine.borrow().as_ref() {
            engine.ask(&Request { id, ask });
        }
    }

    /// True while an answer is awaited.
    pub fn busy(&self) -> bool {
        self.state.open.get() > 0
    }

    /// Ends the engine and starts a fresh one; false when it has been tried too often just now.
    pub fn restart(&self) -> bool {
        let busy = self.busy();
        self.state.open.set(0);
        let now = js_sys::Date::now();
        if now - self.state.since.get() > WINDOW_MS {
            self.state.since.set(now);
            self.state.restarts.set(0);
        }
        // Only lives that ended by themselves count: a visitor may cancel as often as he likes.
        self.state.restarts.set(self.state.restarts.get() + u32::from(!busy));
        if self.state.restarts.get() > RESTARTS {
            return false;
        }
        self.engine.borrow().as_ref().is_some_and(|engine| engine.restart().is_ok())
    }
}

impl State {
    fn heard(&self, event: EngineEvent) -> Option<Said> {
        let answer = match event {
            EngineEvent::Died(why) => {
                self.open.set(0);
                return Some(Said::Died(why));
            }
            EngineEvent::Said(reply) => reply.answer,
        };
        match answer {
            Answer::Ready => None,
            Answer::Panicked { message } => {
                self.open.set(0);
                Some(Said::Died(message))
            }
            Answer::Progress { .. } => Some(Said::Answer(answer)),
            _ => {
                self.open.set(self.open.get().saturating_sub(1));
                Some(Said::Answer(answer))
            }
        }
    }
}
