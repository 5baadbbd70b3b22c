//! Which lines a search goes through: mutations of the others can't show there.

use crate::explore::{Choice, Model, Outcome, Phase, Violation};
use crate::lang::source::Sources;
use crate::system::System;
use cowscope_mmu::State;
use std::collections::{BTreeMap, BTreeSet};
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

    /// What was gone through.
    pub(super) fn reached(&self, sources: &Sources) -> Covered {
        let seen = self.seen.iter().enumerate().filter(|(_, seen)| seen.load(Ordering::Relaxed));
        Covered::of(&self.system, sources, seen.map(|(op, _)| op))
    }
}

/// Lines and functions of the texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    lines: BTreeMap<String, BTreeSet<u32>>,
    functions: BTreeSet<String>,
}

impl Covered {
    /// Those of all of a program.
    pub(super) fn program(system: &System, sources: &Sources) -> Covered {
        Covered::of(system, sources, 0..system.program.ops.len())
    }

    /// Those of some ops, and of the calls that they were put in place of.
    fn of(system: &System, sources: &Sources, ops: impl Iterator<Item = usize>) -> Covered {
        let program = &system.program;
        let places: BTreeSet<u32> = ops.filter_map(|op| program.locs_of.get(op).copied()).collect();
        let mut covered = Covered::default();
        for loc in places.into_iter().flat_map(|place| program.stack_of(place)) {
            let Some(source) = sources.get(loc.span.file) else { continue };
            let lines = covered.lines.entry(source.name().to_owned()).or_default();
            lines.extend(source.position(loc.span.lo).line..=source.position(loc.span.hi).line);
            covered.functions.extend(program.funcs.get(loc.func as usize).map(|f| f.name.clone()));
        }
        covered
    }

    /// More of it.
    pub(super) fn add(&mut self, other: Covered) {
        self.functions.extend(other.functions);
        for (path, lines) in other.lines {
            self.lines.entry(path).or_default().extend(lines);
        }
    }

    /// Is one of these lines among it?
    pub(super) fn has_line(&self, path: &str, mut lines: std::ops::RangeInclusive<u32>) -> bool {
        self.lines.get(path).is_some_and(|known| lines.any(|line| known.contains(&line)))
    }

    /// Is one of these functions?
    pub(super) fn has_function(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.functions.contains(name))
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
