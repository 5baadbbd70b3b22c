//! Searches, with progress told now and then.

use cowscope_core::check::{check, find};
use cowscope_core::explore::{
    self, Break, Budget, Choice, Counts, End, Goal, Layered, Limit, Measure, Model, Progress, Search, Target,
};
use cowscope_core::library::load;
use cowscope_core::link::Link;
use cowscope_core::repair::repairs;
use cowscope_core::replay::{Again, again, link_of, open};
use cowscope_core::session::Session;
use cowscope_core::view::{Effort, Question, fill};

use crate::protocol::{Aim, Answer, Limits, Mended};

/// The page hears of progress no more often than this, in milliseconds.
const TELL_EVERY_MS: f64 = 100.0;
/// Transitions between two questions whether there is something to tell.
const SLICE: u64 = 1 << 16;
/// Steps that making a run simpler may take.
const MINIMISE_STEPS: u64 = 2_000_000;

/// Whoever is told how far a search has got, now and then.
pub struct Listener<'a> {
    now: &'a dyn Fn() -> f64,
    tell: Box<dyn FnMut(Effort) + 'a>,
    began: f64,
    told: f64,
}

impl<'a> Listener<'a> {
    /// `now` is a clock in milliseconds.
    pub fn new(now: &'a dyn Fn() -> f64, tell: impl FnMut(Effort) + 'a) -> Self {
        let began = now();
        Listener { now, tell: Box::new(tell), began, told: began }
    }

    fn hear(&mut self, counts: &Counts) -> Progress {
        let now = (self.now)();
        if now - self.told >= TELL_EVERY_MS {
            self.told = now;
            (self.tell)(effort(counts, now - self.began));
        }
        Progress::Continue
    }

    fn milliseconds(&self) -> u64 {
        ((self.now)() - self.began) as u64
    }
}

fn budget(limits: Limits) -> Budget {
    Budget { states: limits.states, bytes: u64::from(limits.mebibytes) << 20, ..Budget::NONE }
}

fn effort(counts: &Counts, milliseconds: f64) -> Effort {
    Effort {
        states: counts.states,
        transitions: counts.transitions,
        depth: counts.depth,
        frontier: counts.frontier,
        milliseconds: milliseconds as u64,
        bytes: counts.bytes,
    }
}

/// Searches a question for breaks: for the cheapest one, layer by layer ([`Aim::Find`]), or everything ([`Aim::Prove`]).
///
/// # Errors
/// What is wrong with the question, in words.
pub fn search(question: &Question, aim: Aim, limits: Limits, listener: &mut Listener) -> Result<Answer, String> {
    let loaded = load(question).map_err(|error| error.to_string())?;
    let answer = match aim {
        Aim::Find => find(&loaded, budget(limits), &mut |counts| listener.hear(counts)),
        Aim::Prove => check(&loaded, budget(limits), &mut |counts| listener.hear(counts)),
    };
    let verdict = fill::verdict(&loaded, &answer, listener.milliseconds());
    Ok(Answer::Verdict { question: loaded.question.clone(), verdict: Box::new(verdict) })
}

/// Searches what a link was made to show.
///
/// # Errors
/// Where something that the link names is not there any more.
pub fn renew(link: &Link, limits: Limits, listener: &mut Listener) -> Result<Answer, String> {
    let new = again(link, budget(limits), &mut |counts| listener.hear(counts)).map_err(|error| error.to_string())?;
    let (link, told) = match new {
        Again::Breaks(new) => (Some(*new), "The same breaks here by another schedule."),
        Again::Holds => (None, "It does not break here any more, in any schedule."),
        Again::NotDecided => {
            (None, "Whether it breaks here is not decided: the search ended before every order was tried.")
        }
    };
    Ok(renewed(link, told.to_owned()))
}

/// Searches from the moment that a link opens, for the break with the fewest switches from there on.
///
/// # Errors
/// Where something that the link names is not there any more.
pub fn search_from(link: &Link, limits: Limits, listener: &mut Listener) -> Result<Answer, String> {
    let mut session = open(link).map_err(|error| error.to_string())?.session;
    session.go_to(link.at.unwrap_or(u32::MAX));
    let here = session.position();
    if !session.broken().is_empty() {
        return Err("Here it has broken already: go back a step to search on from there.".to_owned());
    }
    let mut model = session.system().clone();
    model.state_mut().commit();
    let goal = Goal { first: Some(Target::Any), bound: None };
    let mut search = Layered::new(model, Measure::Switches, goal, budget(limits));
    let end = explore::drive(&mut search, SLICE, |counts| listener.hear(counts));
    let cheapest = search.findings().list().iter().min_by_key(|found| search.cost_of(found.what));
    if let Some(found) = cheapest {
        let mut schedule: Vec<Choice> = session.schedule();
        schedule.truncate(here as usize);
        schedule.extend(&found.schedule);
        let new = Link { at: Some(here), ..shown(&mut session, &schedule) };
        let steps = found.schedule.len();
        let told = format!("From step {here} it can break: the run now shows how, in {steps} more steps.");
        return Ok(renewed(Some(new), told));
    }
    let told = match end {
        End::BudgetReached(limit) => format!("Not decided from step {here}: {}.", reached(limit)),
        _ => {
            let states = search.counts().states;
            format!(
                "From step {here} on nothing breaks any more, in whatever order they go on ({states} states, all tried)."
            )
        }
    };
    Ok(renewed(None, told))
}

/// The break at the end of a link's run by fewer switches, or as many and fewer steps.
///
/// # Errors
/// Where something that the link names is not there any more, or the run breaks nothing.
pub fn minimise(link: &Link) -> Result<Answer, String> {
    let mut session = open(link).map_err(|error| error.to_string())?.session;
    session.go_to(u32::MAX);
    let schedule: Vec<Choice> = session.schedule();
    let what = session.broken().first().copied().map(Break::Violation);
    let what = what.or_else(|| session.at_end()?.into_iter().next());
    let what = what.ok_or("This run breaks nothing, so there is no break to keep while it is made simpler.")?;
    session.go_to(0);
    let before = cost(&session, &schedule);
    let simpler = explore::minimise(session.system(), &schedule, what, MINIMISE_STEPS).unwrap_or_default();
    let after = cost(&session, &simpler);
    let (switches, steps) = before;
    if simpler.is_empty() || after >= before {
        let told =
            format!("Leaving out and joining makes it no simpler than it is: {switches} switches, {steps} steps.");
        return Ok(renewed(None, told));
    }
    let mut new = shown(&mut session, &simpler);
    new.at = session.position().checked_sub(1);
    let told =
        format!("The same break by {} switches and {} steps, instead of {switches} and {steps}.", after.0, after.1);
    Ok(renewed(Some(new), told))
}

/// Which switches of the design take these breaks away.
///
/// # Errors
/// What is wrong with the question, in words.
pub fn repair(
    question: &Question,
    breaks: &[String],
    limits: Limits,
    listener: &mut Listener,
) -> Result<Answer, String> {
    let loaded = load(question).map_err(|error| error.to_string())?;
    let known = breaks.iter().map(String::as_str).collect();
    let found = repairs(&loaded, &known, budget(limits), &mut |counts| listener.hear(counts));
    let mended = found.found.into_iter();
    Ok(Answer::Repaired {
        question: loaded.question.clone(),
        mended: mended.map(|one| Mended { question: one.question, mends: one.mends, left: one.left }).collect(),
        undecided: found.undecided,
    })
}

/// Switches, then steps.
fn cost(session: &Session, schedule: &[Choice]) -> (u32, usize) {
    (explore::switches(session.system(), schedule), schedule.len())
}

/// The link to a schedule, played to its end.
fn shown(session: &mut Session, schedule: &[Choice]) -> Link {
    session.set_schedule(schedule);
    session.go_to(u32::MAX);
    link_of(session)
}

fn renewed(link: Option<Link>, told: String) -> Answer {
    Answer::Renewed { link: link.map(|link| link.to_string().trim_start_matches('#').to_owned()), told }
}

fn reached(limit: Limit) -> &'static str {
    match limit {
        Limit::States => "the budget of states was reached",
        Limit::Transitions => "the budget of steps was reached",
        Limit::Bytes => "the budget of memory was reached",
    }
}
