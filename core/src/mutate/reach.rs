//! Which functions a search goes through: mutations of the others can't show there.

use crate::explore::{Choice, Model, Outcome, Phase, Violation};
use crate::system::System;
use cowscope_mmu::State;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A system that writes down which ops were ever executed, set-up included; its copies write on the same page.
#[derive(Clone)]
pub(super) struct Watched {
    system: System,
    seen: Arc<Vec<AtomicBool>>,
}

impl Watched {
    /// `system` as it is; `setup` has its ops of set-up in its trace.
    pub(super) fn new(mut system: System, setup: &System) -> Self {
        system.watch = true;
        let seen: Vec<AtomicBool> = (0..system.program.ops.len()).map(|_| AtomicBool::new(false)).collect();
        let watched = Watched { system, seen: Arc::new(seen) };
        watched.note(&setup.steps_trace);
        watched
    }

    fn note(&self, ops: &[u32]) {
        for op in ops {
            if let Some(seen) = self.seen.get(*op as usize) {
                seen.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The names of the functions that were gone through, those that were put in place of calls included.
    pub(super) fn functions(&self) -> BTreeSet<String> {
        let program = &self.system.program;
        let seen = self.seen.iter().enumerate().filter(|(_, seen)| seen.load(Ordering::Relaxed));
        let places: BTreeSet<u32> = seen.filter_map(|(op, _)| program.locs_of.get(op).copied()).collect();
        places.into_iter().flat_map(|place| self.system.names_around(place)).map(str::to_owned).collect()
    }
}

impl Model for Watched {
    fn state(&self) -> &State {
        self.system.state()
    }

    fn state_mut(&mut self) -> &mut State {
        self.system.state_mut()
    }

    fn agents(&self) -> u8 {
        Model::agents(&self.system)
    }

    fn cpu_of(&self, agent: u8) -> u8 {
        self.system.cpu_of(agent)
    }

    fn step(&mut self, choice: Choice) -> Outcome {
        let outcome = self.system.step(choice);
        self.note(&self.system.steps_trace);
        outcome
    }

    fn violations(&self) -> &[Violation] {
        self.system.violations()
    }

    fn finished(&self) -> bool {
        Model::finished(&self.system)
    }

    fn phase(&self, agent: u8) -> Phase {
        self.system.phase(agent)
    }

    fn location(&self, agent: u8) -> u64 {
        self.system.location(agent)
    }

    fn check_end(&mut self) -> Vec<Violation> {
        self.system.check_end()
    }
}
