//! Seeded random schedules end in the states whose digests are committed: on every machine, native and wasm.
//!
//! `cargo test -p cowscope-core --test determinism -- --ignored write_the_digests` writes the file anew; read the difference.

#[path = "../../mmu/benches/clock/mod.rs"]
mod clock;
mod common {
    pub mod schedules;
}

use clock::say;
use common::schedules::{DIGESTS, Ends, RUNS, all, ends, fingerprints};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn line(design: &str, scenario: &str, e: &Ends) -> String {
    format!("{design} {scenario} {:016x} {:016x}", e.texts, e.ends)
}

/// How many questions are listed with the texts that they have now; all of those end as listed.
fn compare() -> (usize, usize) {
    let (mut same, mut questions) = (0, 0);
    for (design, scenario) in all() {
        let found = ends(&design, &scenario, 0..RUNS);
        let found = line(&design, &scenario, &found);
        let (question, end) = found.rsplit_once(' ').expect("a line has words");
        questions += 1;
        // what was listed of other texts says nothing
        if let Some(listed) = DIGESTS.lines().find_map(|l| l.strip_prefix(question)) {
            assert_eq!(listed.trim(), end, "{design} with {scenario}");
            same += 1;
        }
    }
    (same, questions)
}

#[test]
fn random_schedules_end_where_they_always_did() {
    let (same, questions) = compare();
    say(&format!(
        "{same} of {questions} questions compared; the texts of the others have changed since they were listed"
    ));
    assert!(same > 0, "write the digests anew");
}

/// The same twice in one process: nothing of a run is left over for the next.
#[test]
fn random_schedules_end_the_same_twice() {
    let mut different = std::collections::BTreeSet::new();
    for (design, scenario) in all().into_iter().step_by(7) {
        let (a, b) = (ends(&design, &scenario, 0..5), ends(&design, &scenario, 0..5));
        assert_eq!(a.ends, b.ends, "{design} with {scenario}");
        different.insert(a.ends);
    }
    assert!(different.len() > 3, "all questions end alike");
}

/// Before a release: the list is of these texts.
#[test]
#[ignore = "the list is written anew before a release, not with every change of a text"]
fn the_list_is_complete() {
    let (same, questions) = compare();
    assert_eq!(same, questions, "write the digests anew");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "writes tests/data/digests.txt"]
fn write_the_digests() {
    let mut text =
        String::from("# design, scenario, hash of their texts, hash of the ends of random schedules 0 to 19\n");
    for (design, scenario) in all() {
        let found = ends(&design, &scenario, 0..RUNS);
        text += &line(&design, &scenario, &found);
        text.push('\n');
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/digests.txt"), text).unwrap();
}

/// What CI has no time for: prints a line for each design; native and wasm print the same.
#[test]
#[ignore = "takes minutes: CONTRIBUTING.md has the commands"]
fn a_thousand_schedules_of_each() {
    let mut lines = std::collections::BTreeMap::new();
    for (design, scenario) in all() {
        let ends = fingerprints(&design, &scenario, 0..1000);
        let sum: &mut u64 = lines.entry(design).or_default();
        *sum = sum.rotate_left(5) ^ ends.texts ^ ends.ends.rotate_left(32);
    }
    for (design, sum) in lines {
        say(&format!("{design} {sum:016x}"));
    }
}
