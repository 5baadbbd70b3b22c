//! Mutants put to the scenarios.

use super::Mutant;
use super::reach::Watched;
use crate::explore::{Break, Budget, End, Exhaustive, Options, Search, Status};
use crate::lang::ir::Op;
use crate::library::{LoadError, library_with, load};
use crate::system::{self, BuildError, System, Trap, broken};
use crate::view::Question;
use std::collections::BTreeSet;

/// A scenario in which the design was searched to the end, and what breaks there without any mutation.
#[derive(Clone, Debug)]
pub struct Case {
    /// The question.
    pub question: Question,
    /// States of the design in it.
    pub states: u64,
    /// Ids of what breaks.
    pub breaks: BTreeSet<String>,
    /// The functions that the search and its set-up go through.
    functions: BTreeSet<String>,
    /// The program, to know mutants that are none.
    ops: Vec<Op>,
}

impl Case {
    /// `fork-vs-gup-fast get`.
    pub fn name(&self) -> String {
        format!("{} {}", self.question.scenario, self.question.variant).trim_end().to_owned()
    }
}

/// What a scenario says of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The mutation does not concern it: the program is the same, or never comes there.
    Same,
    /// The mutant's texts do not compile: it is none.
    NoProgram,
    /// This breaks, and does not without the mutation.
    Breaks(String),
    /// Nothing breaks that does not break without the mutation, in any schedule.
    Nothing,
    /// The search ran out of its budget before anything did.
    NotDecided,
}

/// The scenarios that a design can be put to.
#[derive(Clone, Debug, Default)]
pub struct Bench {
    /// Those that were searched to the end, the smallest first.
    pub cases: Vec<Case>,
    /// Those that were not: they judge nobody.
    pub undecided: Vec<String>,
}

/// Every question that a design can be asked.
pub fn questions(question: &Question) -> Vec<Question> {
    let mut all = Vec::new();
    for scenario in &library_with(&question.edits).scenarios {
        let variants: Vec<&str> = scenario.variants.iter().map(|v| v.id.as_str()).collect();
        let ids = if variants.is_empty() { vec![""] } else { variants };
        for variant in ids {
            all.push(Question { scenario: scenario.id.clone(), variant: variant.to_owned(), ..question.clone() });
        }
    }
    all
}

impl Bench {
    /// Puts the answer to one question on the bench; what the design can't be asked is left out.
    pub fn add(&mut self, question: Question, budget: Budget) {
        let Ok(loaded) = load(&question) else { return };
        let mut system = loaded.system;
        let options = system::Options { watch: true, ..loaded.options };
        let Ok(setup) = System::new(system.program.share(), &options) else { return };
        system.exact_counts = true;
        let mut functions = BTreeSet::new();
        let mut breaks = BTreeSet::new();
        let mut states = 0;
        loop {
            let watched = Watched::new(system.clone(), &setup);
            let mut search: Exhaustive<Watched> = Exhaustive::new(watched.clone(), Options::default(), budget);
            let end = crate::explore::drive(&mut search, u64::MAX, |_| crate::explore::Progress::Continue);
            functions.append(&mut watched.functions());
            states = states.max(search.counts().states);
            let found: Vec<Break> = search.findings().list().iter().map(|f| f.what).collect();
            let known = system.muted.len();
            for what in found {
                breaks.insert(name_of(&system, what));
                if let Break::Violation(v) = what
                    && !system.muted.contains(&v.invariant)
                {
                    system.muted.push(v.invariant);
                }
            }
            if end != End::Complete {
                self.undecided.push(format!("{} {}", question.scenario, question.variant).trim_end().to_owned());
                return;
            }
            if system.muted.len() == known {
                break;
            }
        }
        let ops = system.program.ops.clone();
        self.cases.push(Case { question, states, breaks, functions, ops });
    }

    /// The smallest first: they cost least.
    pub fn sort(&mut self) {
        self.cases.sort_by_key(|case| (case.states, case.name()));
    }
}

fn name_of(system: &System, what: Break) -> String {
    match what {
        Break::Deadlock => "deadlock".to_owned(),
        Break::Violation(v) => system.invariant_name(v.invariant).trim_start_matches("promise ").replace(' ', "-"),
    }
}

/// Transitions between two looks at what was found.
const SLICE: u64 = 1 << 14;

/// What a scenario says of a mutant. `most` bounds the states of the search.
pub fn judge(case: &Case, mutant: &Mutant, most: Budget) -> Judged {
    if mutant.function.as_ref().is_some_and(|function| !case.functions.contains(function)) {
        return Judged::Same;
    }
    let mut system = match load(&mutant.ask(&case.question)) {
        Ok(loaded) => loaded.system,
        Err(LoadError::Build(BuildError::Setup { why, .. })) => return Judged::Breaks(format!("set-up: {why}")),
        Err(_) => return Judged::NoProgram,
    };
    if system.program.ops == case.ops {
        return Judged::Same;
    }
    system.exact_counts = true;
    let all = (0..=u16::MAX).filter(|n| *n < broken::PROMISE + 64);
    let known = all.filter(|n| case.breaks.contains(&name_of(&system, violation(*n)))).collect::<Vec<u16>>();
    system.muted.extend(known);
    let no_room = broken::TRAP + Trap::TooManyStale as u16;
    let mut search: Exhaustive<System> = Exhaustive::new(system.clone(), Options::default(), most);
    let mut doubtful = false;
    loop {
        let status = search.run(SLICE);
        for found in search.findings().list() {
            if matches!(found.what, Break::Violation(v) if v.invariant == no_room) {
                doubtful = true;
                continue;
            }
            let name = name_of(&system, found.what);
            if !case.breaks.contains(&name) {
                return Judged::Breaks(name);
            }
        }
        if let Status::Ended(end) = status {
            return if end == End::Complete && !doubtful { Judged::Nothing } else { Judged::NotDecided };
        }
    }
}

fn violation(invariant: u16) -> Break {
    Break::Violation(crate::explore::Violation { invariant, place: 0 })
}
