//! Whether a link still shows what it was made to show.

use crate::link::{Link, Run, SEMANTICS};
use crate::session::Session;
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
    },
    /// The end state is another. First and last of the steps (counted from 1) among which the runs first differ, where the
    /// link has a trail.
    State(Option<(u32, u32)>),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |id: &str| if id.is_empty() { "nothing".to_owned() } else { format!("`{id}`") };
        match self {
            Difference::Stopped(step) => write!(f, "step {step} can't be taken any more"),
            Difference::Breaks { expected, found } => {
                write!(f, "the run breaks {}, the link says {}", named(found), named(expected))
            }
            Difference::State(Some((from, to))) if from == to => write!(f, "the run differs at step {from}"),
            Difference::State(Some((from, to))) => write!(f, "the run differs between steps {from} and {to}"),
            Difference::State(None) => write!(f, "the end state differs"),
        }
    }
}

/// What is known to have changed since a link was made, in words.
pub fn changed_since(link: &Link) -> Option<String> {
    (link.semantics != SEMANTICS)
        .then(|| format!("the link was made with semantics {}, this engine has {SEMANTICS}", link.semantics))
}

/// Plays the schedule of `link` from the start; `session` stands at its end afterwards. What differs from what the link
/// says, if anything does. A link with a seed in place of a schedule says nothing, and nothing is played.
pub fn difference(session: &mut Session, link: &Link) -> Option<Difference> {
    let Run::Schedule(turns) = &link.run else { return None };
    if let Err(index) = session.play(turns) {
        return Some(Difference::Stopped(index + 1));
    }
    let ids = session.broken_here();
    let expected = link.breaks.as_deref().unwrap_or("");
    let as_said = if expected.is_empty() { ids.is_empty() } else { ids.iter().any(|id| id == expected) };
    if !as_said && (link.breaks.is_some() || link.digest.is_some()) {
        let found = ids.into_iter().next().unwrap_or_default();
        return Some(Difference::Breaks { expected: expected.to_owned(), found });
    }
    if link.digest.is_none_or(|digest| digest == session.digest()) {
        return None;
    }
    let steps = link.trail.as_ref().and_then(|trail| trail.first_difference(&session.trail(), session.position()));
    Some(Difference::State(steps))
}
