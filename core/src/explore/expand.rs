//! Every transition out of a state.

use super::{Choice, Model, Outcome};
use cowscope_mmu::Mark;

/// Tries every agent and every pick of it in the model's state, and shows `met` each one that is not blocked, while the model
/// stands behind it; then takes it back. The state is the same afterwards.
///
/// An agent blocked at pick 0 is blocked. (A step that some picks allow and others do not answers `Dropped` for the latter.)
#[inline(always)]
pub(super) fn for_each_step<M: Model>(model: &mut M, mut met: impl FnMut(&mut M, Mark, Choice, Outcome)) {
    let mark = model.state().mark();
    for agent in 0..model.agents() {
        for_each_pick(model, mark, agent, &mut met);
    }
}

/// The same for one agent. `mark` is where the model's undo log stands.
#[inline(always)]
pub(super) fn for_each_pick<M: Model>(
    model: &mut M,
    mark: Mark,
    agent: u8,
    met: &mut impl FnMut(&mut M, Mark, Choice, Outcome),
) {
    let (mut pick, mut picks) = (0, 1);
    while pick < picks {
        let choice = Choice { agent, pick };
        let outcome = model.step(choice);
        match outcome {
            Outcome::Blocked if pick == 0 => {
                model.state_mut().undo(mark);
                return;
            }
            Outcome::Blocked => {}
            Outcome::Stepped { alternatives } | Outcome::Dropped { alternatives } | Outcome::Broke { alternatives } => {
                picks = picks.max(alternatives);
                met(model, mark, choice, outcome);
            }
        }
        model.state_mut().undo(mark);
        pick += 1;
    }
}
