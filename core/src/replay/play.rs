//! Whether a link still shows what it was made to show.

use crate::link::{Link, Run, SEMANTICS};
use crate::session::{Met, Session};
use std::fmt;

/// How a run differs from what its link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// This step (counted from 1) can't be taken any more.
    Stopped(u32),
    /// It breaks something else than the link says, or nothing; empty ids stand for nothing.
    Breaks {
        /// The id that the link says.
        expected: String,
        /// The id of what breaks.
        found: String,
        /// As in [`State`](Self::State).
        steps: Option<(u32, u32)>,
    },
    /// The end state is another. First and last of the steps (counted from 1) among which the runs first differ, where the
    /// link has a trail that tells.
    State(Option<(u32, u32)>),
}

impl Difference {
    /// The last step (counted from 1) at which the runs may first differ.
    fn no_later_than(&self) -> u32 {
        match self {
            Difference::Stopped(step) => *step,
            Difference::Breaks { steps, .. } | Difference::State(steps) => steps.map_or(u32::MAX, |(_, last)| last),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |id: &str| if id.is_empty() { "nothing".to_owned() } else { format!("`{id}`") };
        let steps = match self {
            Difference::Stopped(step) => return write!(f, "step {step} can't be taken any more"),
            Difference::Breaks { expected, found, steps } => {
                write!(f, "the run breaks {}, the link says {}", named(found), named(expected))?;
                if steps.is_some() {
                    write!(f, "; ")?;
                }
                steps
            }
            Difference::State(None) => return write!(f, "the end state differs"),
            Difference::State(steps) => steps,
        };
        match steps {
            Some((from, to)) if from == to => write!(f, "the run differs at step {from}"),
            Some((from, to)) => write!(f, "the run differs between steps {from} and {to}"),
            None => Ok(()),
        }
    }
}

/// What is known to have changed since a link was made, in words: the semantics number, the first function on the way to the
/// difference whose text is another. `session` has played the link.
pub fn changed_since(session: &Session, link: &Link, difference: &Difference) -> String {
    let mut known = Vec::new();
    if link.semantics != SEMANTICS {
        known.push(format!("it was made with semantics {}, this engine has {SEMANTICS}", link.semantics));
    }
    known.extend(changed_text(session, link, difference));
    if known.is_empty() {
        known.push("it was made with other texts, other defaults or another engine".to_owned());
    }
    known.join("; ")
}

fn changed_text(session: &Session, link: &Link, difference: &Difference) -> Option<String> {
    let met = session.functions();
    let texts: Vec<u64> = met.iter().map(|f| f.text).collect();
    let changed = link.texts.as_ref()?.first_difference(&texts)?;
    let before = |f: &&Met| f.step <= difference.no_later_than();
    let names: Vec<String> = met.get(changed)?.iter().filter(before).map(|f| format!("`{}`", f.name)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("the text of {one} has changed")),
        several => Some(format!("the text of one of {} has changed", several.join(", "))),
    }
}

/// What differs from what `link` says, if anything does. `session` has played it; `stopped` is the index of the turn that
/// could not be taken.
pub(super) fn difference(session: &mut Session, link: &Link, stopped: Option<u32>) -> Option<Difference> {
    if let Some(index) = stopped {
        return Some(Difference::Stopped(index + 1));
    }
    let steps = link.trail.as_ref().and_then(|trail| trail.first_difference(&session.trail(), session.position()));
    let ids = session.broken_here();
    let expected = link.breaks.as_deref().unwrap_or("");
    let as_said = if expected.is_empty() { ids.is_empty() } else { ids.iter().any(|id| id == expected) };
    // a seed alone promises nothing
    let says = link.breaks.is_some() || (link.digest.is_some() && !matches!(link.run, Run::Seed { .. }));
    if !as_said && says {
        let found = ids.into_iter().next().unwrap_or_default();
        return Some(Difference::Breaks { expected: expected.to_owned(), found, steps });
    }
    if link.digest.is_none_or(|digest| digest == session.digest()) {
        return None;
    }
    Some(Difference::State(steps))
}
