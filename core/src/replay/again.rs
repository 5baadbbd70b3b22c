//! The question of a link, asked again.

use super::open::OpenError;
use super::question::{link_of, question_of};
use crate::check::check;
use crate::explore::{Budget, Counts, Progress};
use crate::library::load;
use crate::link::Link;
use crate::session::Session;
use crate::trace::Verdict;

/// What came of asking again.
#[derive(Clone, Debug)]
pub enum Again {
    /// The same breaks here; a link that shows it.
    Breaks(Box<Link>),
    /// It does not break any more, in any schedule.
    Holds,
    /// Nobody knows: the search ended before every schedule was tried.
    NotDecided,
}

/// Searches what `link` is about again: the same design, scenario and options, and the same break. The new link opens as far
/// from its end as the old one.
///
/// # Errors
/// Where something that the link names is not there any more.
pub fn again(link: &Link, budget: Budget, progress: &mut dyn FnMut(&Counts) -> Progress) -> Result<Again, OpenError> {
    let question = question_of(link).map_err(OpenError::Value)?;
    let loaded = load(&question).map_err(OpenError::Load)?;
    let answer = check(&loaded, budget, progress);
    let wanted = |id: &str| link.breaks.as_deref().is_none_or(|wanted| wanted == id);
    let Some(found) = answer.found.iter().find(|found| wanted(&found.id)) else {
        return Ok(if answer.verdict == Verdict::NotDecided { Again::NotDecided } else { Again::Holds });
    };
    let mut session = Session::new(loaded.clone());
    session.set_schedule(&found.schedule);
    session.go_to(u32::MAX);
    let mut new = link_of(&session);
    new.breaks = Some(found.id.clone());
    new.at = session.position().checked_sub(1);
    Ok(Again::Breaks(Box::new(new)))
}
