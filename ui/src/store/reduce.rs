//! How actions change the store.

use std::rc::Rc;

use cowscope_core::view::{End, Moment, Question, Step, Trace, Verdict};
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
                    outdated: opened.outdated,
                    bookmarks: Rc::new(opened.bookmarks),
                };
                if next.run.as_ref().is_some_and(|old| old.program.question != run.program.question) {
                    next.futures.clear();
                }
                next.run = Some(run);
                next.page = Page::Run;
                next.playing = false;
                next.focus = None;
                next.comparison = None;
                next.compiled = None;
            }
            Action::Moved { moment, trace, from } => next.moved(Rc::new(*moment), trace, from as usize),
            Action::SearchBegan(search) => next.search = Some(search),
            Action::Progress(effort) => {
                if let Some(search) = &mut next.search {
                    search.effort = effort;
                }
            }
            Action::SearchEnded => next.search = None,
            Action::Verdicts(list) => {
                for (question, verdict) in list {
                    next.keep(question, *verdict);
                }
            }
            Action::Mends(question, mends) => {
                Rc::make_mut(&mut next.mends).insert(question, Rc::new(mends));
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
            Action::Bookmark { step, set } => {
                if let Some(run) = &mut next.run {
                    let bookmarks = Rc::make_mut(&mut run.bookmarks);
                    bookmarks.retain(|(at, _)| *at != step);
                    bookmarks.extend(set.then(|| (step, String::new())));
                    bookmarks.sort();
                }
            }
            Action::Rival(design) => {
                next.rival = Some(design);
                next.comparison = None;
            }
            Action::Compared(comparison) => next.comparison = Some(Rc::new(*comparison)),
            Action::Compiled(program) => next.compiled = program.map(|program| Rc::new(*program)),
        }
        Rc::new(next)
    }
}

impl Store {
    /// Keeps an answer, unless a more complete one to the same question is known.
    fn keep(&mut self, question: Question, verdict: Verdict) {
        let known = self.verdicts.get(&question);
        let worse = known.is_some_and(|known| {
            known.end != End::NotDecided
                && (verdict.end == End::NotDecided || known.breaks.len() > verdict.breaks.len())
        });
        if !worse {
            Rc::make_mut(&mut self.verdicts).insert(question, Rc::new(verdict));
        }
    }

    /// Takes the run to another moment; a trace that was left for another one is kept as a future.
    fn moved(&mut self, moment: Rc<Moment>, trace: Option<Box<Trace>>, from: usize) {
        let Some(run) = &mut self.run else { return };
        if let Some(mut trace) = trace {
            let old = &run.trace.steps;
            let kept = from
                + trace.steps.iter().zip(&old[from.min(old.len())..]).take_while(|(a, b)| same_choice(a, b)).count();
            trace.steps.splice(..0, old[..from.min(old.len())].iter().cloned());
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
            run.trace = Rc::new(*trace);
        }
        run.moment = moment;
        if run.moment.step as usize >= run.trace.steps.len() {
            self.playing = false;
        }
    }
}

fn same_choice(a: &Step, b: &Step) -> bool {
    (a.agent, a.pick) == (b.agent, b.pick)
}
