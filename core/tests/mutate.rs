//! Mutants: found where they should be, each a text that compiles, caught by the scenario that is about them.
#![cfg(not(target_arch = "wasm32"))]

use cowscope_core::explore::Budget;
use cowscope_core::library::{LoadError, load};
use cowscope_core::mutate::{Bench, Judged, Mutant, Verdict, judge, mutants};
use cowscope_core::view::Question;
use std::collections::BTreeSet;
use std::sync::OnceLock;

fn question(scenario: &str, variant: &str) -> Question {
    Question {
        design: "6.1-anon-exclusive".into(),
        scenario: scenario.into(),
        variant: variant.into(),
        ..Question::default()
    }
}

fn all() -> &'static [Mutant] {
    static ALL: OnceLock<Vec<Mutant>> = OnceLock::new();
    ALL.get_or_init(|| mutants(&question("fork-vs-gup-fast", "pin")).unwrap_or_else(|e| panic!("{e}")))
}

fn mutant(id: &str) -> Mutant {
    let all = all();
    let ids: Vec<&str> = all.iter().map(|m| m.id.as_str()).collect();
    all.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id} among {ids:#?}")).clone()
}

fn bench(scenario: &str, variant: &str) -> Bench {
    let mut bench = Bench::default();
    bench.add(question(scenario, variant), Budget { states: 400_000, ..Budget::NONE });
    assert!(bench.undecided.is_empty() && bench.cases.len() == 1, "{scenario} is not decided");
    bench
}

/// What one scenario says of a mutant.
fn judged(id: &str, scenario: &str, variant: &str) -> Judged {
    judge(&bench(scenario, variant).cases[0], &mutant(id), Budget { states: 400_000, ..Budget::NONE })
}

fn breaks(judged: &Judged) -> bool {
    matches!(judged, Judged::Breaks(_))
}

#[test]
fn every_kind_of_statement_is_found_and_named_once() {
    let all = all();
    let ids: BTreeSet<&str> = all.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an id stands for one mutant");
    for kind in ["switch/", "/lock/", "/barrier/", "/flush/", "/recheck/", "/count/"] {
        assert!(all.iter().filter(|m| m.id.contains(kind)).count() > 2, "{kind}: {ids:#?}");
    }
    let of_common = all.iter().any(|m| m.id.starts_with("do_wp_page/") && m.place.file.starts_with("common/"));
    assert!(!of_common, "6.1 has a do_wp_page of its own: the common one is not part of it");
    assert!(all.iter().filter(|m| m.place.line > 0).all(|m| !m.place.text.is_empty()));
}

#[test]
fn a_mutant_compiles_and_keeps_the_lines() {
    for mutant in all().iter().step_by(9) {
        let to = mutant.ask(&question("fork-vs-gup-fast", "pin"));
        // its set-up may fail: that is one way to be caught
        if let Err(error @ LoadError::Texts { .. }) = load(&to) {
            panic!("{}: {error}", mutant.id);
        }
        for (path, text) in &to.edits {
            let before = load(&question("fork-vs-gup-fast", "pin")).unwrap_or_else(|e| panic!("{e}"));
            let old = before.sources.iter().find(|s| s.name() == path).expect("the file is there");
            assert_eq!(old.text().lines().count(), text.lines().count(), "{}", mutant.id);
        }
    }
}

#[test]
fn barriers_are_equivalent_by_rule_or_not_at_all() {
    let all = all();
    let barriers: Vec<&Mutant> = all.iter().filter(|m| m.id.contains("/barrier/")).collect();
    let reads = barriers.iter().filter(|m| m.id.contains("smp_rmb") || m.id.contains("smp_wmb"));
    assert!(reads.clone().count() > 0 && reads.clone().all(|m| m.equivalent.is_some_and(|why| why.contains("x86"))));
    assert!(all.iter().filter(|m| m.equivalent.is_some()).all(|m| m.id.to_lowercase().contains("barrier")));
}

#[test]
fn the_test_of_fork_for_pins_is_missed_by_a_pin_and_not_by_a_scenario_without_one() {
    assert!(breaks(&judged("switch/FORK_PIN_TEST", "pin-then-fork", "")));
    assert_eq!(judged("switch/FORK_PIN_TEST", "cow-basic", "base"), Judged::Nothing);
}

#[test]
fn a_statement_that_a_scenario_never_comes_to_is_none_of_its_business() {
    assert!(breaks(&judged("zap_pte/count/page_remove_rmap/1", "vmsplice-leak", "")));
    let all = all();
    let of_reclaim = all.iter().find(|m| m.place.file == "common/vmscan.c").expect("reclaim locks and counts");
    let bench = bench("fork-vs-gup-fast", "pin");
    assert!(!bench.cases[0].reaches(of_reclaim), "nobody reclaims there");
    assert_eq!(bench.put(of_reclaim, 1_000), None, "nor is it part of the program");
}

/// Mutants that one scenario must catch: a sample of what `cowscope mutate` does with all of them.
const CAUGHT: [(&str, &str, &str); 6] = [
    ("switch/SWAP_FREEZE", "reclaim-vs-store", ""),
    ("switch/FORK_CLEARS_EXCLUSIVE", "cow-basic", "base"),
    ("switch/ATOMIC_WRPROTECT", "madv-free-vs-fork", ""),
    ("switch/PT_FREE_SYNC", "hardware-flush", "table"),
    ("munmap/lock/mmap_write_lock/1", "continue-vs-munmap", ""),
    ("clear_refs/flush/flush_tlb_mm/1", "soft-dirty", ""),
];

#[test]
fn a_sample_is_caught_by_the_scenarios_that_are_about_it() {
    let all = all();
    for (id, scenario, variant) in CAUGHT {
        let mutant = all.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("there is no {id}"));
        let bench = bench(scenario, variant);
        assert!(bench.cases[0].reaches(mutant), "{scenario} does not come to {id}");
        let verdict = bench.put(mutant, 400_000);
        assert!(matches!(verdict, Some(Verdict::Caught { .. })), "{scenario} does not catch {id}: {verdict:?}");
    }
}

#[test]
fn switches_that_guard_barriers_of_x86_only_are_equivalent_by_rule() {
    let all = all();
    let rule = |id: &str| all.iter().find(|m| m.id == id).and_then(|m| m.equivalent);
    for id in ["switch/GUP_BARRIER_1", "switch/GUP_BARRIER_2", "switch/SHARE_BARRIER_2"] {
        assert!(rule(id).is_some_and(|why| why.contains("x86")), "{id}");
    }
    assert_eq!(rule("switch/SHARE_PIN_TEST"), None, "it guards a test");
}
