//! Two-phase commit with `n` resource managers (Lamport and Gray), whose state counts are published:
//! 288 states for 3, 8,832 for 5, 296,448 for 7 (asserted by stateright's example and reached by TLC).

use cowscope_core::explore::{Choice, Model, Outcome, Phase, Violation};
use cowscope_mmu::{Chooser, Slot, State};

const WORKING: u64 = 0;
const PREPARED: u64 = 1;
const COMMITTED: u64 = 2;
const ABORTED: u64 = 3;

/// Agent 0 is the transaction manager, agents 1 to n are the resource managers. Every action is one pick of its agent.
#[derive(Clone)]
pub struct TwoPhaseCommit {
    state: State,
    n: u32,
    manager: Slot,
    seen_prepared: Slot,
    said_prepared: Slot,
    said_commit: Slot,
    said_abort: Slot,
    resource: Slot,
    symmetric: bool,
}

impl TwoPhaseCommit {
    pub fn new(n: u32, symmetric: bool) -> Self {
        let mut state = State::new();
        let manager = state.alloc(1);
        let seen_prepared = state.alloc(n);
        let said_prepared = state.alloc(n);
        let said_commit = state.alloc(1);
        let said_abort = state.alloc(1);
        let resource = state.alloc(n);
        TwoPhaseCommit { state, n, manager, seen_prepared, said_prepared, said_commit, said_abort, resource, symmetric }
    }

    /// Names the set of states that permuting the resource managers makes of the state with these words.
    pub fn orbit(&self, words: &[u64]) -> u64 {
        let at = |slot: Slot, i: u32| words[(slot + i) as usize];
        let mut count = [0u64; 16];
        for i in 0..self.n {
            let kind = at(self.resource, i) * 4 + at(self.said_prepared, i) * 2 + at(self.seen_prepared, i);
            count[kind as usize] += 1;
        }
        let common = at(self.manager, 0) * 4 + at(self.said_commit, 0) * 2 + at(self.said_abort, 0);
        count.iter().fold(common, |name, c| name * 6 + c)
    }

    fn manage(&mut self, pick: u32) -> bool {
        if self.state.get(self.manager) != WORKING {
            return false;
        }
        match pick {
            0 => {
                if (0..self.n).any(|i| self.state.get(self.seen_prepared + i) == 0) {
                    return false;
                }
                self.state.set(self.manager, COMMITTED);
                self.state.set(self.said_commit, 1);
            }
            1 => {
                self.state.set(self.manager, ABORTED);
                self.state.set(self.said_abort, 1);
            }
            i => {
                if self.state.get(self.said_prepared + i - 2) == 0 {
                    return false;
                }
                self.state.set(self.seen_prepared + i - 2, 1);
            }
        }
        true
    }

    fn serve(&mut self, i: u32, pick: u32) -> bool {
        let working = self.state.get(self.resource + i) == WORKING;
        let (allowed, to) = match pick {
            0 => (working, PREPARED),
            1 => (working, ABORTED),
            2 => (self.state.get(self.said_commit) == 1, COMMITTED),
            _ => (self.state.get(self.said_abort) == 1, ABORTED),
        };
        if allowed {
            if pick == 0 {
                self.state.set(self.said_prepared + i, 1);
            }
            self.state.set(self.resource + i, to);
        }
        allowed
    }
}

impl Model for TwoPhaseCommit {
    fn state(&self) -> &State {
        &self.state
    }
    fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }
    fn agents(&self) -> u8 {
        self.n as u8 + 1
    }
    fn cpu_of(&self, agent: u8) -> u8 {
        agent
    }
    fn step(&mut self, choice: Choice) -> Outcome {
        let mut chooser = Chooser::new(choice.pick);
        let taken = if choice.agent == 0 {
            let pick = chooser.choose(self.n + 2);
            self.manage(pick)
        } else {
            let pick = chooser.choose(4);
            self.serve(choice.agent as u32 - 1, pick)
        };
        let alternatives = chooser.alternatives();
        if taken { Outcome::Stepped { alternatives } } else { Outcome::Dropped { alternatives } }
    }
    fn violations(&self) -> &[Violation] {
        &[]
    }
    fn finished(&self) -> bool {
        true
    }
    fn phase(&self, _: u8) -> Phase {
        Phase::Boundary
    }
    fn symmetric(&self) -> bool {
        self.symmetric
    }
    fn canonical_fingerprint(&mut self) -> u64 {
        if !self.symmetric {
            return self.state.fingerprint();
        }
        // Resource managers are interchangeable: the state in which their triples are sorted stands for all.
        let n = self.n;
        let triple =
            |s: &State, i| (s.get(self.resource + i), s.get(self.said_prepared + i), s.get(self.seen_prepared + i));
        let mut sorted: Vec<_> = (0..n).map(|i| triple(&self.state, i)).collect();
        sorted.sort_unstable();
        let mark = self.state.mark();
        for (i, (resource, said, seen)) in (0..n).zip(sorted) {
            self.state.set(self.resource + i, resource);
            self.state.set(self.said_prepared + i, said);
            self.state.set(self.seen_prepared + i, seen);
        }
        let canonical = self.state.fingerprint();
        self.state.undo(mark);
        canonical
    }
}
