//! The catalogue of bugs: each one is found where it was, and is not where it was mended.

use std::collections::BTreeMap;

use cowscope_core::explore::{Break, Budget, End, Exhaustive, Options, Progress, Search, drive};
use cowscope_core::library::load;
use cowscope_core::system::System;
use cowscope_core::view::Question;

type Entry = BTreeMap<String, String>;

const STATES: u64 = 4_000_000;

fn catalogue() -> BTreeMap<String, Entry> {
    let mut all: BTreeMap<String, Entry> = BTreeMap::new();
    let mut id = String::new();
    for (n, line) in include_str!("data/catalogue.toml").lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            id = name.to_string();
            assert!(all.insert(id.clone(), Entry::new()).is_none(), "line {}: {id} again", n + 1);
            continue;
        }
        let (key, value) = line.split_once(" = ").unwrap_or_else(|| panic!("line {}: {line}", n + 1));
        let entry = all.get_mut(&id).unwrap_or_else(|| panic!("line {}", n + 1));
        entry.insert(key.to_string(), value.trim_matches('"').to_string());
    }
    all
}

/// What `design+SWITCH=1+memory=tso` asks of `scenario.variant`.
fn question(design: &str, scenario: &str) -> Question {
    let (scenario, variant) = scenario.split_once('.').unwrap_or((scenario, ""));
    let mut parts = design.split('+');
    let mut q = Question {
        design: parts.next().unwrap_or_default().to_string(),
        scenario: scenario.to_string(),
        variant: variant.to_string(),
        ..Question::default()
    };
    for (name, value) in parts.filter_map(|p| p.split_once('=')) {
        match value.parse() {
            Ok(value) => q.switches.push((name.to_string(), value)),
            Err(_) => q.machine.push((name.to_string(), value.to_string())),
        }
    }
    q
}

/// Whether the search finds this kind of break.
fn found(q: &Question, what: &str) -> bool {
    let mut system = load(q).unwrap_or_else(|e| panic!("{q:?}: {e}")).system;
    loop {
        let budget = Budget { states: STATES, ..Budget::NONE };
        let mut all: Exhaustive<System> = Exhaustive::new(system.clone(), Options::default(), budget);
        let end = drive(&mut all, u64::MAX, |_| Progress::Continue);
        assert_eq!(end, End::Complete, "{q:?} is not decided");
        let mut muted = system.muted.clone();
        for f in all.findings().list() {
            let name = match f.what {
                Break::Deadlock => "deadlock".to_string(),
                Break::Violation(v) => {
                    muted.push(v.invariant);
                    system.invariant_name(v.invariant).trim_start_matches("promise ").replace(' ', "-")
                }
            };
            if name == what {
                return true;
            }
        }
        // what is known is let pass, to see what it hides
        if muted.len() == system.muted.len() {
            return false;
        }
        system.muted = muted;
    }
}

#[test]
fn every_entry_is_there() {
    let all = catalogue();
    for n in (1..=58).filter(|n| *n != 53) {
        let id = format!("B{n:02}");
        assert!(all.contains_key(&id), "{id} is missing");
    }
    for (id, e) in &all {
        let keys = ["name", "scenario", "what", "holds"];
        assert!(keys.iter().all(|k| e.get(*k).is_some_and(|v| !v.is_empty())), "{id}: {e:?}");
        assert!(e.contains_key("breaks") != e.contains_key("harmless"), "{id}: it breaks somewhere, or says why not");
    }
}

#[test]
fn every_bug_is_where_it_was_and_not_where_it_was_mended() {
    for (id, e) in catalogue() {
        let what = &e["what"];
        if let Some(breaks) = e.get("breaks") {
            let q = question(breaks, &e["scenario"]);
            assert!(found(&q, what), "{id}: {breaks} does not break ({what})");
        }
        let scenario = e.get("holds_scenario").unwrap_or(&e["scenario"]);
        let q = question(&e["holds"], scenario);
        assert!(!found(&q, what), "{id}: {} breaks ({what})", e["holds"]);
    }
}
