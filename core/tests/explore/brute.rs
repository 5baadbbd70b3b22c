//! Brute force: every reachable state as a whole copy in an ordered set. Slow and plain; what the explorer is compared with.

use cowscope_core::explore::{Break, Choice, Model, Outcome};
use std::collections::BTreeSet;

/// Everything there is to know of a small model.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Everything {
    /// Every reachable state, word for word.
    pub states: BTreeSet<Vec<u64>>,
    /// The fingerprints of the states in which nobody can act.
    pub terminals: BTreeSet<u64>,
    /// Every distinct break.
    pub breaks: BTreeSet<Break>,
    /// Steps executed, and 1 for the first state.
    pub transitions: u64,
}

/// The words of a model's state.
pub fn words(model: &impl Model) -> Vec<u64> {
    (0..model.state().len()).map(|slot| model.state().get(slot)).collect()
}

/// Walks everything, copying the model for each step.
pub fn everything<M: Model>(model: &M) -> Everything {
    let mut all = Everything { transitions: 1, ..Everything::default() };
    all.states.insert(words(model));
    let mut todo = vec![model.clone()];
    while let Some(here) = todo.pop() {
        let (mut moved, mut dropped) = (false, false);
        for agent in 0..here.agents() {
            let (mut pick, mut picks) = (0, 1);
            while pick < picks {
                let mut there = here.clone();
                let outcome = there.step(Choice { agent, pick });
                pick += 1;
                match outcome {
                    Outcome::Blocked => {}
                    Outcome::Dropped { alternatives } => {
                        dropped = true;
                        picks = picks.max(alternatives);
                    }
                    Outcome::Broke { alternatives } => {
                        moved = true;
                        all.transitions += 1;
                        picks = picks.max(alternatives);
                        all.breaks.extend(there.violations().iter().map(|v| Break::Violation(*v)));
                    }
                    Outcome::Stepped { alternatives } => {
                        moved = true;
                        all.transitions += 1;
                        picks = picks.max(alternatives);
                        if all.states.insert(words(&there)) {
                            todo.push(there);
                        }
                    }
                }
            }
        }
        if !moved && !dropped {
            all.terminals.insert(here.state().fingerprint());
            if here.finished() {
                all.breaks.extend(here.clone().check_end().into_iter().map(Break::Violation));
            } else {
                all.breaks.insert(Break::Deadlock);
            }
        }
    }
    all
}
