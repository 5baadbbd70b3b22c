//! Kernels that are not built on the library: the worked examples in `docs/examples/`, and what is told when a call is missing.

use cowscope_core::explore::{Budget, End, Exhaustive, Options, Progress, Search, drive};
use cowscope_core::library::{LoadError, library, load};
use cowscope_core::system::System;
use cowscope_core::view::Question;

const EXAMPLES: [(&str, &str); 2] = [
    ("teaching-kernel", include_str!("../../docs/examples/teaching-kernel.c")),
    ("libos-cow", include_str!("../../docs/examples/libos-cow.c")),
];

/// Scenarios that need nothing of Linux.
const SCENARIOS: [&str; 3] = ["copy-seen-early", "cow-copy-vs-reuse", "unmap-vs-cow"];

fn question(kernel: (&str, &str), scenario: &str, switches: &[(&str, i64)]) -> Question {
    Question {
        design: kernel.0.to_string(),
        scenario: scenario.to_string(),
        switches: switches.iter().map(|(n, v)| (n.to_string(), *v)).collect(),
        edits: vec![(format!("designs/{0}/{0}.c", kernel.0), kernel.1.to_string())],
        ..Question::default()
    }
}

/// Whether anything breaks; the search must come to its end.
fn breaks(q: &Question) -> bool {
    let loaded = load(q).unwrap_or_else(|e| panic!("{} {}: {e}", q.design, q.scenario));
    let budget = Budget { states: 2_000_000, ..Budget::NONE };
    let mut all: Exhaustive<System> = Exhaustive::new(loaded.system, Options::default(), budget);
    let end = drive(&mut all, u64::MAX, |_| Progress::Continue);
    assert_eq!(end, End::Complete, "{} {}", q.design, q.scenario);
    !all.findings().list().is_empty()
}

#[test]
fn the_examples_hold() {
    for kernel in EXAMPLES {
        for scenario in SCENARIOS {
            assert!(!breaks(&question(kernel, scenario, &[])), "{} {scenario}", kernel.0);
        }
    }
}

#[test]
fn their_mistakes_are_found() {
    assert!(breaks(&question(EXAMPLES[0], "copy-seen-early", &[("TELL_OTHERS", 0)])));
    assert!(breaks(&question(EXAMPLES[1], "unmap-vs-cow", &[("LEAVE_LAST", 0)])));
}

#[test]
fn a_missing_call_is_named() {
    match load(&question(EXAMPLES[0], "vmsplice-leak", &[])) {
        Err(LoadError::Missing { kernel, calls, .. }) => {
            assert_eq!(kernel, "teaching-kernel");
            assert_eq!(calls, ["close_pipe", "read_pipe", "vmsplice"]);
        }
        Err(e) => panic!("{e}"),
        Ok(_) => panic!("it has no pipes"),
    }
}

#[test]
fn scenarios_say_what_they_need() {
    let needs = |id: &str| library().scenarios.iter().find(|s| s.id == id).map(|s| s.needs.clone()).unwrap_or_default();
    assert_eq!(needs("unmap-vs-cow"), ["fork", "mmap", "munmap"]);
    assert_eq!(needs("copy-seen-early"), ["fork", "mmap"]);
}
