//! Searches, with progress told now and then.

use cowscope_core::check::{check, find};
use cowscope_core::explore::{Budget, Counts, Progress};
use cowscope_core::library::load;
use cowscope_core::link::Link;
use cowscope_core::replay::{Again, again};
use cowscope_core::view::{Effort, Question, fill};

use crate::protocol::{Aim, Answer};

/// The page hears of progress no more often than this, in milliseconds.
const TELL_EVERY_MS: f64 = 100.0;
/// Bytes that a search may use: a worker has 4 GiB at most, and shares the machine with the page.
const MOST_BYTES: u64 = 1 << 30;

/// Searches a question for breaks: for the cheapest one, layer by layer ([`Aim::Find`]), or everything ([`Aim::Prove`]).
///
/// # Errors
/// What is wrong with the question, in words.
pub fn search(
    question: &Question,
    aim: Aim,
    states: u64,
    now: &dyn Fn() -> f64,
    progress: &mut dyn FnMut(Effort),
) -> Result<Answer, String> {
    let loaded = load(question).map_err(|error| error.to_string())?;
    let budget = Budget { states, bytes: MOST_BYTES, ..Budget::NONE };
    let began = now();
    let mut tell = teller(now, progress);
    let answer = match aim {
        Aim::Find => find(&loaded, budget, &mut tell),
        Aim::Prove => check(&loaded, budget, &mut tell),
    };
    let verdict = fill::verdict(&loaded, &answer, (now() - began) as u64);
    Ok(Answer::Verdict { question: loaded.question.clone(), verdict: Box::new(verdict) })
}

/// Searches what a link was made to show.
///
/// # Errors
/// Where something that the link names is not there any more.
pub fn renew(
    link: &Link,
    states: u64,
    now: &dyn Fn() -> f64,
    progress: &mut dyn FnMut(Effort),
) -> Result<Answer, String> {
    let budget = Budget { states, bytes: MOST_BYTES, ..Budget::NONE };
    let new = again(link, budget, &mut teller(now, progress)).map_err(|error| error.to_string())?;
    let (link, told) = match new {
        Again::Breaks(new) => (Some(new), "The same breaks here by another schedule."),
        Again::Holds => (None, "It does not break here any more, in any schedule."),
        Again::NotDecided => {
            (None, "Whether it breaks here is not decided: the search ended before every order was tried.")
        }
    };
    let link = link.map(|link| link.to_string().trim_start_matches('#').to_owned());
    Ok(Answer::Renewed { link, told: told.to_owned() })
}

/// Tells how far a search has got, now and then.
fn teller<'a>(now: &'a dyn Fn() -> f64, progress: &'a mut dyn FnMut(Effort)) -> impl FnMut(&Counts) -> Progress + 'a {
    let began = now();
    let mut told = began;
    move |counts| {
        if now() - told >= TELL_EVERY_MS {
            told = now();
            progress(effort(counts, told - began));
        }
        Progress::Continue
    }
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
