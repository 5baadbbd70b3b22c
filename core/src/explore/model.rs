//! What the explorer needs of a thing it can search: agents, steps, undo, fingerprints.

use cowscope_mmu::State;
use serde::{Deserialize, Serialize};

/// One transition out of a state: which agent acts, and its free choices as one number (see `Chooser`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// Index of the agent, below [`Model::agents`].
    pub agent: u8,
    /// The digits of every free choice in this step; 0 where there is none.
    pub pick: u32,
}

/// What became of one attempted step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken. `alternatives` picks (0 to `alternatives - 1`) lead out of this state for this agent; at least 1.
    /// (Along another pick there may be more: an explorer takes every pick below the largest number it was told.)
    Stepped { alternatives: u32 },
    /// The agent can't act here; the state may hold half a step and must be undone.
    Blocked,
    /// An `assume` was false: this run does not count. The state must be undone.
    Dropped { alternatives: u32 },
    /// The step was taken and something that must hold does not: see [`Model::violations`]. The run ends here.
    Broke { alternatives: u32 },
}

/// Identifies what broke and where, without its story (which a replay tells).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Violation {
    /// Which invariant, promise or assertion: an index into the model's own list.
    pub invariant: u16,
    /// The place in the program whose step broke it: an index that the model can turn into file and line.
    pub place: u32,
}

/// Where an agent stands, for the question whether a break needs a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Between two calls of its program, or finished, or not started.
    Boundary,
    /// Inside a call: a run "one call after the other" may not leave it here.
    InCall,
    /// In an interrupt handler, or an agent that only serves others (a store buffer, a device, an interrupt line).
    Serving,
}

/// A transition system whose whole searched state is one [`State`].
///
/// Contract: `step` depends on nothing but the state and the choice; the order of agents and the numbering of picks are fixed.
/// Undoing is `state_mut().undo(mark)`, whatever the outcome was.
pub trait Model: Clone + Send {
    /// The searched state.
    fn state(&self) -> &State;
    /// The searched state, to undo, or to redo a recorded step.
    fn state_mut(&mut self) -> &mut State;
    /// Number of agents, fixed after set-up; at most 64.
    fn agents(&self) -> u8;
    /// The CPU that `agent` counts as when context switches are counted.
    fn cpu_of(&self, agent: u8) -> u8;
    /// Attempts one step of one agent.
    fn step(&mut self, choice: Choice) -> Outcome;
    /// What the last step broke; empty unless it answered [`Outcome::Broke`].
    fn violations(&self) -> &[Violation];
    /// True when a state with nothing enabled is a proper end (every agent that must finish has finished).
    fn finished(&self) -> bool;
    /// Where an agent stands.
    fn phase(&self, agent: u8) -> Phase;
    /// Where the program of `agent` stands, for the reductions alone: any function of the state that changes only along with words that
    /// its attempts read. The finer, the more they can tell of what the agent may do next, and the more they have to learn.
    fn location(&self, agent: u8) -> u64 {
        let _ = agent;
        0
    }
    /// What breaks (if anything) in a proper end state: checks that hold only at quiescence.
    fn check_end(&mut self) -> Vec<Violation> {
        Vec::new()
    }
    /// True when states that differ only by a symmetry of the model have one canonical fingerprint, which is not the state's own.
    fn symmetric(&self) -> bool {
        false
    }
    /// The fingerprint under the model's symmetry, if it declares one: the least over its permutations.
    fn canonical_fingerprint(&mut self) -> u64 {
        self.state().fingerprint()
    }
}
