//! Every scenario tells what it is about, and the interesting thing does happen: each `reached("...")` in some run of some design.

use std::collections::{BTreeMap, BTreeSet};

use cowscope_core::explore::{Break, Budget, Choice, Exhaustive, Model, Options, Outcome, Progress, Search, drive};
use cowscope_core::invariants::broken;
use cowscope_core::library::{library, load, texts::FILES};
use cowscope_core::system::{Note, System};
use cowscope_core::view::Question;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Random runs of each variant on each design, and the length at which one is given up.
const RUNS: u64 = 60;
const STEPS: usize = 3_000;

/// The marks of a scenario, as they stand in its text.
fn marks(id: &str) -> BTreeSet<String> {
    let path = format!("scenarios/{id}.c");
    let text = FILES.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text);
    text.split("reached(\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_string).collect()
}

/// One random run; takes out of `wanted` what it reaches.
fn run(sys: &mut System, seed: u64, wanted: &mut BTreeSet<String>) {
    sys.watch = true;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: u32| ((rng.next_u32() as u64 * n as u64) >> 32) as u32;
    // runs that change their CPU seldom come further than fair ones
    let mut last = 0;
    for _ in 0..STEPS {
        sys.state_mut().commit();
        let mark = sys.state().mark();
        let mut agents: Vec<u8> = (0..sys.agents()).collect();
        let mut took = false;
        let keep = below(8 << (seed % 4)) != 0;
        while !agents.is_empty() && !took {
            let at = match agents.iter().position(|a| *a == last) {
                Some(at) if keep => at,
                _ => below(agents.len() as u32) as usize,
            };
            last = agents.swap_remove(at);
            took = match sys.step(Choice { agent: last, pick: 0 }) {
                Outcome::Stepped { .. } => true,
                Outcome::Broke { .. } => {
                    note(sys, wanted);
                    return;
                }
                Outcome::Blocked | Outcome::Dropped { .. } => false,
            };
            if !took {
                sys.state_mut().undo(mark);
            }
        }
        if !took {
            return;
        }
        note(sys, wanted);
    }
}

fn note(sys: &System, wanted: &mut BTreeSet<String>) {
    for n in &sys.notes {
        if let Note::Reached(name) = n
            && let Some(name) = sys.program.strings.get(*name as usize)
        {
            wanted.remove(&**name);
        }
    }
}

/// Whether a search comes to the mark: there it stands as the only assertion, and one that fails.
fn searched(id: &str, variants: &[String], mark: &str) -> bool {
    let path = format!("scenarios/{id}.c");
    let text = FILES.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text);
    let text = text.replace("assert(", "if (0) assert(").replace(&format!("reached(\"{mark}\")"), "assert(0)");
    library().designs.iter().any(|design| {
        variants.iter().any(|variant| {
            let q = Question {
                design: design.id.clone(),
                scenario: id.to_string(),
                variant: variant.clone(),
                edits: vec![(path.clone(), text.clone())],
                ..Question::default()
            };
            let loaded = load(&q).unwrap_or_else(|e| panic!("{q:?}: {e}"));
            let budget = Budget { states: 1_000_000, ..Budget::NONE };
            let mut all: Exhaustive<System> = Exhaustive::new(loaded.system, Options::default(), budget);
            drive(&mut all, u64::MAX, |_| Progress::Continue);
            all.findings()
                .list()
                .iter()
                .any(|f| matches!(f.what, Break::Violation(v) if v.invariant == broken::ASSERTION))
        })
    })
}

#[test]
fn the_interesting_thing_happens() {
    let lib = library();
    let mut never: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for s in &lib.scenarios {
        let mut wanted = marks(&s.id);
        assert!(!wanted.is_empty(), "{} marks nothing by reached()", s.id);
        let mut variants: Vec<String> = s.variants.iter().map(|v| v.id.clone()).collect();
        if variants.is_empty() {
            variants.push(String::new());
        }
        'found: for design in &lib.designs {
            for variant in &variants {
                let q = Question {
                    design: design.id.clone(),
                    scenario: s.id.clone(),
                    variant: variant.clone(),
                    ..Question::default()
                };
                let loaded = load(&q).unwrap_or_else(|e| panic!("{q:?}: {e}"));
                for seed in 0..RUNS {
                    run(&mut loaded.system.clone(), seed, &mut wanted);
                    if wanted.is_empty() {
                        break 'found;
                    }
                }
            }
        }
        // what chance does not meet a search may
        wanted.retain(|mark| !searched(&s.id, &variants, mark));
        if !wanted.is_empty() {
            never.insert(s.id.clone(), wanted);
        }
    }
    assert!(never.is_empty(), "never reached: {never:#?}");
}

#[test]
fn every_scenario_tells_what_it_is_about() {
    for s in &library().scenarios {
        for (what, text, least) in
            [("TITLE", &s.title, 8), ("STORY", &s.story, 60), ("SOURCE", &s.source, 8), ("LOOK", &s.look, 8)]
        {
            assert!(text.len() >= least, "{}: {what} says `{text}`", s.id);
        }
        let path = format!("scenarios/{}.c", s.id);
        let text = FILES.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text);
        let kinds = ["KIND(sequential)", "KIND(race)", "KIND(tlb)"];
        assert_eq!(kinds.iter().filter(|k| text.contains(*k)).count(), 1, "{}: one KIND", s.id);
    }
}
