//! Plays a schedule on a model.

use super::{Break, Choice, Model, Outcome};

/// What became of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Every choice was taken and nothing broke on the way. The model stands at the end; what breaks there (if anything) is listed:
    /// a deadlock, or what must hold in an end state and does not.
    Whole(Vec<Break>),
    /// The choice at this index broke something; the model stands behind it.
    Broke(usize, Vec<Break>),
    /// The choice at this index can't be taken here; the model stands before it.
    Stopped(usize),
}

impl Replay {
    /// What broke.
    pub fn breaks(&self) -> &[Break] {
        match self {
            Replay::Whole(breaks) | Replay::Broke(_, breaks) => breaks,
            Replay::Stopped(_) => &[],
        }
    }
}

/// Plays `schedule` from where `model` stands.
pub fn replay<M: Model>(model: &mut M, schedule: &[Choice]) -> Replay {
    for (i, choice) in schedule.iter().enumerate() {
        let mark = model.state().mark();
        if choice.agent >= model.agents() {
            return Replay::Stopped(i);
        }
        match model.step(*choice) {
            Outcome::Stepped { .. } => {}
            Outcome::Broke { .. } => {
                return Replay::Broke(i, model.violations().iter().map(|v| Break::Violation(*v)).collect());
            }
            Outcome::Blocked | Outcome::Dropped { .. } => {
                model.state_mut().undo(mark);
                return Replay::Stopped(i);
            }
        }
    }
    Replay::Whole(breaks_at_end(model))
}

/// What breaks in the model's state itself: nobody can act though somebody should, or an end state that must not be.
pub(super) fn breaks_at_end<M: Model>(model: &mut M) -> Vec<Break> {
    let mut stuck = true;
    super::expand::for_each_step(model, |_, _, _, _| stuck = false);
    if !stuck {
        return Vec::new();
    }
    if !model.finished() {
        return vec![Break::Deadlock];
    }
    let mark = model.state().mark();
    let broke = model.check_end().into_iter().map(Break::Violation).collect();
    model.state_mut().undo(mark);
    broke
}

/// Number of context switches in a schedule: steps of another CPU than the step before.
pub fn switches<M: Model>(model: &M, schedule: &[Choice]) -> u32 {
    schedule.windows(2).filter(|w| model.cpu_of(w[0].agent) != model.cpu_of(w[1].agent)).count() as u32
}
