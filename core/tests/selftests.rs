//! The kernel's own selftests on seven real kernels: each scenario that is one of them has the outcome that was measured. What the
//! search answers stands in `expected.toml`, which `expected.rs` holds to it; here it is compared with the measurement.

use std::collections::{BTreeMap, BTreeSet};

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{library, load};
use cowscope_core::view::Question;
use serde_json::Value;

const MEASURED: &str = include_str!("data/kernels/cow_selftest.jsonl");
const SCENARIOS: &str = include_str!("data/kernels/selftests.txt");
const EXPECTED: &str = include_str!("expected.toml");

const KERNELS: &[(&str, &str)] = &[
    ("4.19", "4.19-mapcount"),
    ("5.8", "5.8-force-cow"),
    ("5.10", "5.11-seqcount"),
    ("6.1", "6.1-anon-exclusive"),
    ("6.12", "6.12-folio"),
    ("6.16", "6.16-folio"),
    ("7.3", "7.3-folio"),
];

/// Where a kernel that was measured differs from its design by a switch, the search is asked with it: kernel, scenario, variant, switch.
const SWITCHED: &[(&str, &str, &str, (&str, i64))] = &[
    // came with 5.12, and was not brought back to 5.10
    ("5.10", "cow-fixed-buffer", "fork_hugetlb", ("HUGETLB_EARLY_COPY", 0)),
];

/// Whether an assertion of the scenario fails with the switch set so.
fn fails_with(design: &str, scenario: &str, variant: &str, (switch, value): (&str, i64)) -> bool {
    let question = Question {
        design: design.into(),
        scenario: scenario.into(),
        variant: variant.into(),
        switches: vec![(switch.into(), value)],
        ..Question::default()
    };
    let loaded = load(&question).unwrap_or_else(|e| panic!("{e}"));
    check(&loaded, Budget::NONE, &mut |_| Progress::Continue).found.iter().any(|f| f.id == "assertion")
}

/// Scenario and variant to the designs on which an assertion of the scenario fails.
fn failing() -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut out = BTreeMap::new();
    let mut case = None;
    for line in EXPECTED.lines() {
        if let Some(name) = line.strip_prefix("[\"").and_then(|l| l.strip_suffix(']')) {
            let (scenario, variant) = name.split_once('"').expect("a case");
            let new = (scenario.to_string(), variant.trim_start_matches('.').to_string());
            out.insert(new.clone(), BTreeSet::new());
            case = Some(new);
        } else if let Some(designs) = line.strip_prefix("\"assertion")
            && let Some((_, designs)) = designs.split_once(" = ")
            && let Some(set) = case.as_ref().and_then(|c| out.get_mut(c))
        {
            set.extend(designs.trim_matches(['[', ']']).split(", ").map(|d| d.trim_matches('"').to_string()));
        }
    }
    out
}

/// Scenario and variant of each selftest that is one.
fn scenarios() -> BTreeMap<String, (String, String)> {
    let lines = SCENARIOS.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let (case, test) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
            let (scenario, variant) = case.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            (test.to_string(), (scenario.to_string(), variant.to_string()))
        })
        .collect()
}

#[test]
fn scenarios_have_the_outcomes_that_were_measured() {
    let (failing, scenarios) = (failing(), scenarios());
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let (mut same, mut left_out) = (BTreeMap::new(), BTreeSet::new());
    for line in MEASURED.lines() {
        let row: Value = serde_json::from_str(line).expect("a row");
        let test = row["test"].as_str().expect("a name");
        let outcomes =
            KERNELS.iter().filter_map(|(kernel, design)| Some((kernel, design, row["results"][kernel].as_str()?)));
        let ran: Vec<_> = outcomes.filter(|(.., outcome)| matches!(*outcome, "ok" | "fail" | "xfail")).collect();
        let Some(case) = scenarios.get(test) else {
            if !ran.is_empty() {
                left_out.insert(test.to_string());
            }
            continue;
        };
        used.insert(test.to_string());
        let fails = failing.get(case).unwrap_or_else(|| panic!("{case:?} is not in expected.toml"));
        for (kernel, design, outcome) in ran {
            let switched = SWITCHED.iter().find(|s| s.0 == *kernel && s.1 == case.0 && s.2 == case.1);
            let fails = match switched {
                Some((.., switch)) => fails_with(design, &case.0, &case.1, *switch),
                None => fails.contains(*design),
            };
            if fails == (outcome != "ok") {
                *same.entry(*kernel).or_insert(0) += 1;
            } else {
                wrong.push(format!("{kernel} {test}: measured {outcome}; {case:?} on {design} says otherwise"));
            }
        }
    }
    println!("outcomes as measured: {same:?}; selftests that ran and are no scenario: {}", left_out.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unknown: Vec<_> = scenarios.keys().filter(|test| !used.contains(*test)).collect();
    assert!(unknown.is_empty(), "there is no such selftest: {unknown:?}");
    let missing: Vec<_> = KERNELS.iter().filter(|(kernel, _)| same.get(kernel).is_none_or(|n| *n < 10)).collect();
    assert!(missing.is_empty(), "hardly compared: {missing:?}");
    assert!(KERNELS.iter().all(|(_, design)| library().designs.iter().any(|d| d.id == *design)));
}
