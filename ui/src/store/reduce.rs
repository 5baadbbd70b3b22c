//! How actions change the store.

use std::rc::Rc;

use yew::Reducible;

use super::{Action, Future, Page, Run, Store};

/// Futures that are kept; the oldest goes first.
const FUTURES: usize = 12;

impl Reducible for Store {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Library(library) => next.library = Some(Rc::new(*library)),
            Action::Opened(opened) => {
                let opened = *opened;
                let run = Run {
                    program: Rc::new(opened.program),
                    trace: Rc::new(opened.trace),
                    moment: Rc::new(opened.moment),
                    remark: opened.remark.into(),
                };
                if next.run.as_ref().is_some_and(|old| old.program.question != run.program.question) {
                    next.futures.clear();
                }
                next.run = Some(run);
                next.page = Page::Run;
                next.playing = false;
                next.focus = None;
            }
            Action::Moved { moment, trace } => next.moved(Rc::new(*moment), trace.map(|trace| Rc::new(*trace))),
            Action::SearchBegan(search) => next.search = Some(search),
            Action::Progress(effort) => {
                if let Some(search) = &mut next.search {
                    search.effort = effort;
                }
            }
            Action::SearchEnded => next.search = None,
            Action::Verdict { question, verdict } => {
                Rc::make_mut(&mut next.verdicts).insert(question, Rc::new(*verdict));
            }
            Action::Trouble(trouble) => next.trouble = Some(Rc::new(trouble)),
            Action::Dismiss => next.trouble = None,
            Action::Notice(notice) => next.notice = notice,
            Action::Dialog(dialog) => next.dialog = dialog,
            Action::Page(page) => {
                next.page = page;
                next.playing = false;
            }
            Action::Side(side) => next.side = side,
            Action::Play(playing) => next.playing = playing,
            Action::Focus(frame) => next.focus = frame,
            Action::Prefs(prefs) => next.prefs = prefs,
            Action::Waiting(cells) => next.waiting = cells,
        }
        Rc::new(next)
    }
}

impl Store {
    /// Takes the run to another moment; a trace that was left for another one is kept as a future.
    fn moved(&mut self, moment: Rc<cowscope_core::view::Moment>, trace: Option<Rc<cowscope_core::view::Trace>>) {
        let Some(run) = &mut self.run else { return };
        if let Some(trace) = trace {
            let kept = trace.steps.iter().zip(&run.trace.steps).take_while(|(a, b)| same_choice(a, b)).count();
            let left = run.trace.steps.len();
            if kept < left && left > run.moment.step as usize {
                let future = Future {
                    link: run.moment.link.as_str().into(),
                    at: kept as u32,
                    steps: left as u32,
                    breaks: run.trace.broken_at.is_some(),
                };
                self.futures.retain(|old| old.link != future.link);
                self.futures.push(future);
                if self.futures.len() > FUTURES {
                    self.futures.remove(0);
                }
            }
            run.trace = trace;
        }
        run.moment = moment;
        if run.moment.step as usize >= run.trace.steps.len() {
            self.playing = false;
        }
    }
}

fn same_choice(a: &cowscope_core::view::Step, b: &cowscope_core::view::Step) -> bool {
    (a.agent, a.pick) == (b.agent, b.pick)
}
