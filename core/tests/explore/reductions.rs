//! The gate for the reductions: on and off, the same verdict, the same breaks, the same end states.

use crate::models::program::Program;
use crate::models::protocol::{Protocol, Variant};
use cowscope_core::explore::{
    Break, Budget, End, Exhaustive, Model, Narrow, Options, Reduced, Reduction, Search, Status, replay,
};
use cowscope_core::library::{library, load};
use cowscope_core::view::Question;
use std::collections::BTreeSet;

const KINDS: [Reduction; 4] = [
    Reduction { merge: false, sleep: false },
    Reduction { merge: true, sleep: false },
    Reduction { merge: false, sleep: true },
    Reduction { merge: true, sleep: true },
];

/// States and transitions without and with reduction.
fn same_answers<M: Model>(model: &M, reduction: Reduction, name: &str) -> [u64; 4] {
    let options = Options { collect_terminals: true, ..Options::default() };
    let mut full = Exhaustive::<_, Narrow>::new(model.clone(), options, Budget::NONE);
    assert_eq!(full.run(u64::MAX), Status::Ended(End::Complete));
    let mut reduced = Reduced::new(model.clone(), reduction, options, Budget::NONE);
    assert_eq!(reduced.run(u64::MAX), Status::Ended(End::Complete));
    let breaks = |list: &[cowscope_core::explore::Finding]| list.iter().map(|f| f.what).collect::<BTreeSet<Break>>();
    assert_eq!(breaks(reduced.findings().list()), breaks(full.findings().list()), "{name}, {reduction:?}");
    assert_eq!(reduced.terminal_fingerprints(), full.terminal_fingerprints(), "{name}, {reduction:?}");
    for finding in reduced.findings().list() {
        assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what), "{name}");
    }
    let (f, r) = (full.counts(), reduced.counts());
    assert!(r.states <= f.states, "{name}, {reduction:?}: {} states instead of {}", r.states, f.states);
    if !reduction.merge {
        assert_eq!(r.states, f.states, "{name}, {reduction:?}: sleep sets leave out transitions only");
    }
    [f.states, f.transitions, r.states, r.transitions]
}

fn random_programs(seeds: std::ops::Range<u64>) {
    let mut saved = 0;
    for seed in seeds {
        let model = Program::random(seed);
        for reduction in KINDS {
            let [states, _, fewer, _] = same_answers(&model, reduction, &format!("seed {seed}: {model:?}"));
            saved += states - fewer;
        }
    }
    assert!(saved > 500, "the reductions left out {saved} states only: they do nothing");
}

/// Cyclic ones among them: a third of the jumps of [`Program`] go back.
#[test]
fn random_programs_answer_the_same_under_every_reduction() {
    random_programs(0..400);
}

/// `cargo test --release -p cowscope-core --test explore -- --ignored reduction`
#[test]
#[ignore = "minutes: thousands of programs"]
fn thousands_of_random_programs_answer_the_same_under_every_reduction() {
    random_programs(400..20_000);
}

/// Every variant of every scenario on every design whose states are at most `most`, each `step`-th of them.
fn scenarios(most: u64, step: usize) {
    let (library, mut compared, mut fewer) = (library(), 0, 0);
    let variants = |s: &cowscope_core::view::Scenario| s.variants.iter().map(|v| v.id.clone()).collect::<Vec<_>>();
    let questions = library.designs.iter().flat_map(|design| {
        library.scenarios.iter().flat_map(move |scenario| {
            let all = variants(scenario);
            let all = if all.is_empty() { vec![String::new()] } else { all };
            all.into_iter().map(move |variant| Question {
                design: design.id.clone(),
                scenario: scenario.id.clone(),
                variant,
                ..Question::default()
            })
        })
    });
    for question in questions.step_by(step) {
        let Ok(loaded) = load(&question) else { continue };
        let budget = Budget { states: most, ..Budget::NONE };
        let mut full = Exhaustive::<_, Narrow>::new(loaded.system.clone(), Options::default(), budget);
        if full.run(u64::MAX) != Status::Ended(End::Complete) {
            continue;
        }
        let name = format!("{}, {} {}", question.design, question.scenario, question.variant);
        let [states, _, left, _] = same_answers(&loaded.system, KINDS[3], &name);
        compared += 1;
        fewer += u32::from(left < states);
    }
    println!("{compared} compared, {fewer} of them with fewer states");
    assert!(compared >= 8 && fewer > 0, "{compared} compared, {fewer} with fewer states");
}

#[test]
fn small_scenarios_answer_the_same_reduced() {
    scenarios(1_500, 61);
}

/// `cargo test --release -p cowscope-core --test explore -- --ignored scenarios`
#[test]
#[ignore = "minutes: every scenario on every design"]
fn all_scenarios_answer_the_same_reduced() {
    scenarios(200_000, 1);
}

#[test]
fn the_protocol_answers_the_same_under_every_reduction() {
    for n in [1, 2] {
        for v in [Variant::sf(n), Variant::f(n), Variant::s(n), Variant::f(n).unchecked(), Variant::s(n).unchecked()] {
            for reduction in KINDS {
                let counts = same_answers(&Protocol::new(v), reduction, "protocol");
                println!("n={n} {reduction:?} {counts:?}");
            }
        }
    }
}
