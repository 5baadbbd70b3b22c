//! The gate for the reductions: on and off, the same verdict, the same breaks, the same end states.

use crate::models::program::Program;
use crate::models::protocol::{Protocol, Variant};
use cowscope_core::explore::{
    Break, Budget, End, Exhaustive, Model, Narrow, Options, Reduced, Reduction, Search, Status, replay,
};
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

#[test]
fn random_programs_answer_the_same_under_every_reduction() {
    let mut saved = 0;
    for seed in 0..150 {
        let model = Program::random(seed);
        for reduction in KINDS {
            let [states, _, fewer, _] = same_answers(&model, reduction, &format!("seed {seed}: {model:?}"));
            saved += states - fewer;
        }
    }
    assert!(saved > 500, "the reductions left out {saved} states only: they do nothing");
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
