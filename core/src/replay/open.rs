//! A link opened: its run on the engine at hand, and how that differs from what the link says.

use super::play::{Difference, difference};
use super::question::question_of;
use crate::explore::{Choice, Random, Strategy};
use crate::library::{LoadError, load};
use crate::link::{Link, Mode, Run, limits};
use crate::session::Session;
use crate::system::{System, Timing};
use std::fmt;

/// A run from a seed is cut after so many steps.
pub const SEEDED_STEPS: u32 = limits::STEPS;

/// A link that was opened.
pub struct Opened {
    /// Stands at the end of the run, or where it can't go on.
    pub session: Session,
    /// What differs from what the link says.
    pub difference: Option<Difference>,
}

/// Why a link can't be opened.
#[derive(Debug)]
pub enum OpenError {
    /// A setting has a value that it can't have.
    Value(String),
    /// What it names is not there, or its C does not compile.
    Load(LoadError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Value(what) => f.write_str(what),
            OpenError::Load(error) => write!(f, "{error}"),
        }
    }
}

/// Opens a link: loads what it names, plays its run to the end.
///
/// # Errors
/// Where something that it names is not there or has no such value, or its C does not compile.
pub fn open(link: &Link) -> Result<Opened, OpenError> {
    let question = question_of(link).map_err(OpenError::Value)?;
    let mut session = Session::new(load(&question).map_err(OpenError::Load)?);
    let stopped = match &link.run {
        Run::Schedule(turns) => session.play(turns).err(),
        Run::Seed { mode, seed } => {
            session.set_schedule(&seeded(&session.loaded.system, *mode, *seed));
            session.go_to(u32::MAX);
            None
        }
    };
    let difference = difference(&mut session, link, stopped);
    Ok(Opened { session, difference })
}

/// The schedule that a seed stands for: run number 0 of `cowscope run`.
pub fn seeded(system: &System, mode: Mode, seed: u64) -> Vec<Choice> {
    let strategy = match mode {
        Mode::Timed => {
            let timing = Timing { seed, max_steps: SEEDED_STEPS, ..Timing::default() };
            return system.timed(&timing).schedule;
        }
        Mode::Uniform => Strategy::Uniform,
        Mode::Pct(depth) => Strategy::Pct { depth: depth.into() },
    };
    Random::schedule(system.clone(), strategy, seed, SEEDED_STEPS)
}
