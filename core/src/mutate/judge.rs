//! Mutants put to the scenarios.

use super::reach::{Covered, Watched};
use super::{Mutant, Site};
use crate::explore::{Break, Budget, End, Exhaustive, Options, Search, Status};
use crate::lang::ir::Op;
use crate::library::{Library, LoadError, library_with, load, load_from};
use crate::system::{self, BuildError, System, Trap, broken};
use crate::view::Question;
use std::collections::{BTreeMap, BTreeSet};

/// A scenario in which the design was searched to the end, and what breaks there without any mutation.
#[derive(Clone, Debug)]
pub struct Case {
    /// The question.
    pub question: Question,
    /// States of the design in it.
    pub states: u64,
    /// Ids of what breaks.
    pub breaks: BTreeSet<String>,
    /// What the search and its set-up go through, and what the program has.
    reached: Covered,
    program: Covered,
    /// The program, to know mutants that are none.
    ops: Vec<Op>,
}

impl Case {
    /// `fork-vs-gup-fast get`.
    pub fn name(&self) -> String {
        format!("{} {}", self.question.scenario, self.question.variant).trim_end().to_owned()
    }

    /// Is what the mutation leaves out part of the program?
    pub fn has(&self, mutant: &Mutant) -> bool {
        is_among(mutant, &self.program)
    }

    /// Does some schedule come to it?
    pub fn reaches(&self, mutant: &Mutant) -> bool {
        is_among(mutant, &self.reached)
    }
}

fn is_among(mutant: &Mutant, covered: &Covered) -> bool {
    match &mutant.site {
        Site::Lines(first, last) => covered.has_line(&mutant.place.file, *first..=*last),
        Site::Functions(names) => names.is_empty() || covered.has_function(names),
    }
}

/// What a scenario says of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The mutation does not concern it: the program is the same.
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

/// Of the questions that a design can be asked those whose texts the preprocessor may make something else of.
pub(super) fn unlike(question: &Question) -> Vec<Question> {
    let lib = library_with(&question.edits);
    let mut known = BTreeSet::new();
    let unlike = |question: &Question| {
        let set = lib.settings.get(&(question.scenario.clone(), question.variant.clone()));
        let memory = set.into_iter().flatten().any(|(name, kind)| name == "MEM" && *kind > 1);
        let sizes = lib.sizes.get(&question.scenario).cloned().unwrap_or_default();
        known.insert((sizes, memory))
    };
    questions(question).into_iter().filter(unlike).collect()
}

impl Bench {
    /// Puts the answer to one question on the bench; what the design can't be asked is left out.
    pub fn add(&mut self, question: Question, budget: Budget) {
        let Ok(loaded) = load(&question) else { return };
        let mut system = loaded.system;
        let options = system::Options { watch: true, ..loaded.options };
        let Ok(setup) = System::new(system.program.share(), &options) else { return };
        let mut reached = Covered::default();
        let mut breaks = BTreeSet::new();
        let mut states = 0;
        loop {
            let watched = Watched::new(system.clone(), &setup);
            let mut search: Exhaustive<Watched> = Exhaustive::new(watched.clone(), Options::default(), budget);
            let end = crate::explore::drive(&mut search, u64::MAX, |_| crate::explore::Progress::Continue);
            reached.add(watched.reached(&loaded.sources));
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
        let program = Covered::program(&system, &loaded.sources);
        let ops = system.program.ops.clone();
        self.cases.push(Case { question, states, breaks, reached, program, ops });
    }

    /// The order in which mutants are put to them: the smallest variant of each scenario first, the smallest of these first; then the second
    /// smallest of each, and so on. What is alike catches the same.
    pub fn sort(&mut self) {
        self.cases.sort_by_key(|case| (case.states, case.name()));
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let rank = |case: &Case, taken: &mut BTreeMap<String, u32>| {
            let rank = taken.entry(case.question.scenario.clone()).or_default();
            *rank += 1;
            *rank
        };
        let mut ranked: Vec<(u32, Case)> =
            std::mem::take(&mut self.cases).into_iter().map(|case| (rank(&case, &mut taken), case)).collect();
        ranked.sort_by_key(|(rank, case)| (*rank, case.states, case.name()));
        self.cases = ranked.into_iter().map(|(_, case)| case).collect();
    }

    /// Puts a mutant to one scenario after another until one notices: first with little room for each search, then, where that was not
    /// enough, with `most` states. `None`: it is no mutant, since no scenario's program is another with it.
    pub fn put(&self, mutant: &Mutant, most: u64) -> Option<Verdict> {
        self.put_after(mutant, most, &mut Vec::new())
    }

    /// The same for one mutant after another. What caught one is asked first about the next: statements of one function are missed by
    /// the same scenarios.
    pub fn put_all(&self, mutants: &[&Mutant], most: u64, mut progress: impl FnMut(&Mutant)) -> Vec<Option<Verdict>> {
        let mut favoured = Vec::new();
        let put = |mutant: &&Mutant| {
            let verdict = self.put_after(mutant, most, &mut favoured);
            progress(mutant);
            verdict
        };
        mutants.iter().map(put).collect()
    }

    fn put_after(&self, mutant: &Mutant, most: u64, favoured: &mut Vec<usize>) -> Option<Verdict> {
        if let Some(rule) = mutant.equivalent {
            let part = |case: &Case| match &mutant.site {
                Site::Functions(_) => case.has(mutant),
                // what emits nothing is on no line of the program
                Site::Lines(..) => case.program.has_function(&[mutant.group().to_owned()]),
            };
            return self.cases.iter().any(part).then_some(Verdict::Equivalent(rule));
        }
        let mut concerned = false;
        let mut left: Vec<usize> = Vec::new();
        let others = (0..self.cases.len()).filter(|at| !favoured.contains(at));
        let order: Vec<usize> = favoured.iter().copied().chain(others).collect();
        let caught = |at: usize, what, favoured: &mut Vec<usize>| {
            favoured.retain(|known| *known != at);
            favoured.insert(0, at);
            Some(Verdict::Caught { scenario: self.cases[at].name(), what })
        };
        let library = library_with(&self.cases.first()?.question.edits);
        for (at, case) in order.into_iter().map(|at| (at, &self.cases[at])).filter(|(_, case)| case.has(mutant)) {
            if !case.reaches(mutant) {
                // nobody comes there: it is another program, and no other run
                concerned = true;
                continue;
            }
            let little = Budget { states: (case.states * LITTLE).clamp(1_000, most), ..Budget::NONE };
            match judge_in(&library, case, mutant, little) {
                Judged::Same => continue,
                Judged::NoProgram => return None,
                Judged::Breaks(what) => return caught(at, what, favoured),
                Judged::Nothing => {}
                Judged::NotDecided => left.push(at),
            }
            concerned = true;
        }
        let mut undecided = 0;
        for at in left {
            match judge_in(&library, &self.cases[at], mutant, Budget { states: most, ..Budget::NONE }) {
                Judged::Breaks(what) => return caught(at, what, favoured),
                Judged::NotDecided => undecided += 1,
                _ => {}
            }
        }
        concerned.then_some(Verdict::Survived { undecided })
    }
}

/// How many times the states of the design a mutant's first search may have.
const LITTLE: u64 = 4;

fn name_of(system: &System, what: Break) -> String {
    match what {
        Break::Deadlock => "deadlock".to_owned(),
        Break::Violation(v) => system.invariant_name(v.invariant).trim_start_matches("promise ").replace(' ', "-"),
    }
}

/// Transitions between two looks at what was found.
const SLICE: u64 = 1 << 11;

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This scenario breaks, in this way.
    Caught { scenario: String, what: String },
    /// No scenario does; in so many the search ran out of states.
    Survived { undecided: usize },
    /// No scenario can, by this rule.
    Equivalent(&'static str),
}

/// What a scenario says of a mutant. `most` bounds the states of the search.
pub fn judge(case: &Case, mutant: &Mutant, most: Budget) -> Judged {
    judge_in(&library_with(&case.question.edits), case, mutant, most)
}

/// `library`: as it is without the mutant, which changes nothing that texts say of themselves.
fn judge_in(library: &Library, case: &Case, mutant: &Mutant, most: Budget) -> Judged {
    let mut system = match load_from(library, &mutant.ask(&case.question)) {
        Ok(loaded) => loaded.system,
        Err(LoadError::Build(BuildError::Setup { why, .. })) => return Judged::Breaks(format!("set-up: {why}")),
        Err(_) => return Judged::NoProgram,
    };
    if system.program.ops == case.ops {
        return Judged::Same;
    }
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
