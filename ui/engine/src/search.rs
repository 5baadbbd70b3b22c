//! Searches, with progress told now and then.

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Counts, Progress};
use cowscope_core::library::load;
use cowscope_core::view::{Effort, Question, fill};

use crate::protocol::{Aim, Answer};

/// The page hears of progress no more often than this, in milliseconds.
const TELL_EVERY_MS: f64 = 100.0;
/// Bytes that a search may use: a worker has 4 GiB at most, and shares the machine with the page.
const MOST_BYTES: u64 = 1 << 30;

/// Searches a question for breaks.
///
/// # Errors
/// What is wrong with the question, in words.
pub fn search(
    question: &Question,
    _aim: Aim,
    states: u64,
    now: &dyn Fn() -> f64,
    progress: &mut dyn FnMut(Effort),
) -> Result<Answer, String> {
    let loaded = load(question).map_err(|error| error.to_string())?;
    let budget = Budget { states, bytes: MOST_BYTES, ..Budget::NONE };
    let began = now();
    let mut told = began;
    let answer = check(&loaded, budget, &mut |counts: &Counts| {
        if now() - told >= TELL_EVERY_MS {
            told = now();
            progress(effort(counts, told - began));
        }
        Progress::Continue
    });
    let verdict = fill::verdict(&loaded, &answer, (now() - began) as u64);
    Ok(Answer::Verdict { question: loaded.question.clone(), verdict: Box::new(verdict) })
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
