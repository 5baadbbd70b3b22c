//! Every design in every scenario: what the search finds is what `expected.toml` says, and nothing is left undecided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use cowscope_core::explore::{Break, Budget, End, Exhaustive, Options, Progress, Search, Sequential, Target, drive};
use cowscope_core::library::{library, load};
use cowscope_core::system::System;
use cowscope_core::view::Question;

/// Scenario and variant (empty: it has none).
type Case = (String, String);
/// For each case: design to the breaks it has, `isolation` or `isolation, no race`.
type Table = BTreeMap<Case, BTreeMap<String, BTreeSet<String>>>;

/// More than any cell needs; a cell that reaches it is a failure.
const STATES: u64 = 4_000_000;

/// Reads the part of TOML that the table is written in: `["scenario".variant]`, `key = "text"`, `"key" = ["a", "b"]`.
fn expected() -> Table {
    let mut table = Table::new();
    let mut case = None;
    for (n, line) in include_str!("expected.toml").lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("[\"").and_then(|l| l.strip_suffix(']')) {
            let (scenario, variant) = name.split_once('"').unwrap_or_else(|| panic!("line {}: {line}", n + 1));
            let new = (scenario.to_string(), variant.trim_start_matches('.').to_string());
            assert!(table.insert(new.clone(), BTreeMap::new()).is_none(), "line {}: {new:?} again", n + 1);
            case = Some(new);
            continue;
        }
        let (key, value) = line.split_once(" = ").unwrap_or_else(|| panic!("line {}: {line}", n + 1));
        let cells = case.as_ref().and_then(|c| table.get_mut(c)).unwrap_or_else(|| panic!("line {}", n + 1));
        if key == "source" {
            assert!(value.len() > 4, "line {}: no source", n + 1);
            continue;
        }
        for design in value.trim_matches(['[', ']']).split(", ") {
            let breaks = cells.entry(design.trim_matches('"').to_string()).or_default();
            breaks.insert(key.trim_matches('"').to_string());
        }
    }
    table
}

/// Every break of one cell. A break that is known is let pass, so that what it hides is found too.
fn breaks(design: &str, case: &Case) -> BTreeSet<String> {
    let question = Question {
        design: design.to_string(),
        scenario: case.0.clone(),
        variant: case.1.clone(),
        ..Question::default()
    };
    let mut system = load(&question).unwrap_or_else(|e| panic!("{design} {case:?}: {e}")).system;
    let budget = Budget { states: STATES, ..Budget::NONE };
    let mut out = BTreeSet::new();
    loop {
        let mut all: Exhaustive<System> = Exhaustive::new(system.clone(), Options::default(), budget);
        let end = drive(&mut all, u64::MAX, |_| Progress::Continue);
        assert_eq!(end, End::Complete, "{design} {case:?} is not decided");
        let mut found: BTreeMap<Option<u16>, Break> = BTreeMap::new();
        for f in all.findings().list() {
            let invariant = if let Break::Violation(v) = f.what { Some(v.invariant) } else { None };
            found.entry(invariant).or_insert(f.what);
        }
        let mut calls = Sequential::new(system.clone(), budget);
        drive(&mut calls, u64::MAX, |_| Progress::Continue);
        let muted = system.muted.len();
        for (invariant, what) in found {
            let target = invariant.map_or(Target::This(what), Target::Invariant);
            let race = !calls.findings().list().iter().any(|f| target.wants(f.what));
            let name = invariant.map_or("deadlock".to_string(), |i| system.invariant_name(i));
            let name = name.trim_start_matches("promise ").replace(' ', "-");
            out.insert(if race { name } else { format!("{name}, no race") });
            system.muted.extend(invariant);
        }
        if system.muted.len() == muted {
            return out;
        }
    }
}

/// All designs with all scenarios and variants.
fn cells() -> Vec<(String, Case)> {
    let lib = library();
    let mut out = Vec::new();
    for s in &lib.scenarios {
        let mut variants: Vec<String> = s.variants.iter().map(|v| v.id.clone()).collect();
        if variants.is_empty() {
            variants.push(String::new());
        }
        for v in variants {
            out.extend(lib.designs.iter().map(|d| (d.id.clone(), (s.id.clone(), v.clone()))));
        }
    }
    out
}

/// The selftests on huge pages are the same few programs on nine kinds of memory: of their cells one in so many is searched every time.
const OF_HUGE_SELFTESTS: usize = 5;

/// The variant runs a selftest on a kind of huge memory.
fn huge_selftest((scenario, variant): &Case) -> bool {
    let settings = library().settings.get(&(scenario.clone(), variant.clone()));
    scenario.starts_with("cow-") && settings.into_iter().flatten().any(|(name, kind)| name == "MEM" && *kind > 1)
}

#[test]
fn cells_are_as_expected() {
    let (huge, mut cells): (Vec<_>, Vec<_>) = cells().into_iter().partition(|(_, case)| huge_selftest(case));
    cells.extend(huge.into_iter().step_by(OF_HUGE_SELFTESTS));
    compare(&cells);
}

#[test]
#[ignore = "takes minutes: cargo test --release -p cowscope-core --test expected -- --ignored"]
fn every_cell_is_as_expected() {
    compare(&cells());
}

fn compare(cells: &[(String, Case)]) {
    let expected = expected();
    let next = AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((design, case)) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = breaks(design, case);
                    let want = expected.get(case).map(|c| c.get(design).cloned().unwrap_or_default());
                    if want.as_ref() != Some(&found) {
                        let line = format!("{design} {} {}: expected {want:?}, found {found:?}", case.0, case.1);
                        if let Ok(mut wrong) = wrong.lock() {
                            wrong.push(line);
                        }
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap_or_default();
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cells differ:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_expected_of_what_is_not_there() {
    let lib = library();
    let cases: BTreeSet<Case> = cells().into_iter().map(|(_, case)| case).collect();
    for (case, by_design) in expected() {
        assert!(cases.contains(&case), "{case:?} is no scenario");
        for design in by_design.keys() {
            assert!(lib.designs.iter().any(|d| d.id == *design), "{design} is no design");
        }
    }
}
