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
        Err(LoadError::Missing { kernel, lacks, .. }) => {
            assert_eq!(kernel, "teaching-kernel");
            assert_eq!(lacks.calls, ["close_pipe", "read_pipe", "vmsplice"]);
            assert!(lacks.names.is_empty());
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
    let uses = |id: &str| library().scenarios.iter().find(|s| s.id == id).map(|s| s.uses.clone()).unwrap_or_default();
    assert!(uses("copy-seen-early").is_empty() && uses("vmsplice-leak").is_empty());
    assert_eq!(uses("needless-copy"), ["mms", "pte_pfn"]);
    assert!(uses("claim-1-lock-in-interrupt").contains(&"struct mm_struct".to_string()));
}

/// What is said to be Linux' own is all there is: a kernel that has the calls of a scenario, whatever they do, can run it.
#[test]
fn a_scenario_without_names_of_linux_needs_its_calls_only() {
    let kernel = include_str!("../../docs/examples/teaching-kernel.c");
    let mut asked = 0;
    for scenario in library().scenarios.iter().filter(|s| s.uses.is_empty()) {
        let missing = scenario.needs.iter().filter(|call| !matches!(call.as_str(), "mmap" | "munmap" | "fork"));
        let stubs: String = missing.map(|call| stub(call)).collect();
        let q = Question {
            edits: vec![("designs/stub/stub.c".to_string(), format!("{kernel}\n{stubs}"))],
            ..question(("stub", ""), &scenario.id, &[])
        };
        // the machine's set-up may fail: calls that do nothing give nothing back. The texts fit.
        match load(&q) {
            Err(e @ (LoadError::Texts { .. } | LoadError::Missing { .. })) => panic!("{}: {e}", scenario.id),
            _ => asked += 1,
        }
    }
    assert!(asked > 30, "{asked}");
}

/// A system call that does nothing, with the shipped one's parameters.
fn stub(call: &str) -> String {
    let texts = cowscope_core::library::texts::FILES.iter().filter(|(name, _)| name.starts_with("common/"));
    let mut heads = texts.flat_map(|(_, text)| text.lines()).filter(|l| l.starts_with("SYSCALL "));
    let head = heads.find(|l| l.contains(&format!(" {call}("))).unwrap_or_else(|| panic!("{call}"));
    let result = if head.starts_with("SYSCALL void") { "" } else { "return 0;" };
    format!("{head} {{ {result} }}\n")
}

#[test]
fn the_examples_have_a_hundred_lines() {
    for (name, text) in EXAMPLES {
        assert!(text.lines().count() <= 100, "{name}: {}", text.lines().count());
    }
}
