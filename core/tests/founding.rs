//! The founding mail's race, found by search, and the verdicts that belong to it.

use cowscope_core::check::{Answer, check};
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{Loaded, load};
use cowscope_core::repair::{Repair, repairs};
use cowscope_core::session::Session;
use cowscope_core::trace::Verdict;
use cowscope_core::view::Question;

fn loaded(design: &str, scenario: &str, variant: &str, switches: &[(&str, i64)]) -> Loaded {
    let q = Question {
        design: design.into(),
        scenario: scenario.into(),
        variant: variant.into(),
        switches: switches.iter().map(|(n, v)| (n.to_string(), *v)).collect(),
        ..Question::default()
    };
    load(&q).unwrap_or_else(|e| panic!("{e}"))
}

fn ask(design: &str, scenario: &str, variant: &str, switches: &[(&str, i64)]) -> (Answer, Session) {
    let loaded = loaded(design, scenario, variant, switches);
    let answer = check(&loaded, Budget::NONE, &mut |_| Progress::Continue);
    (answer, Session::new(loaded))
}

fn broken(a: &Answer) -> Vec<&str> {
    let mut ids: Vec<&str> = a.found.iter().map(|f| f.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_reference_taken_without_the_counter_breaks_the_promise_and_needs_a_race() {
    let (a, mut session) = ask("2021-unshare-v1", "fork-vs-gup-fast", "get", &[]);
    assert_eq!(a.verdict, Verdict::Breaks);
    let f = a.found.iter().find(|f| f.id == "during_fork").expect("the promise of the mail");
    assert_eq!(f.needs_race, Some(true));
    assert!(f.proven);
    // its schedule replays step by step, forward and back
    let start = session.digest();
    session.set_schedule(&f.schedule);
    session.go_to(u32::MAX);
    assert_eq!(session.position(), f.cost.steps);
    assert!(session.last().is_some_and(|s| s.broken.iter().any(|b| b.id == f.id)), "{:?}", session.last());
    let end = session.digest();
    let turns = session.turns();
    session.go_to(0);
    assert_eq!(session.digest(), start);
    session.play(&turns).expect("the same turns are possible");
    assert_eq!(session.digest(), end);
}

#[test]
fn a_pin_is_caught_by_the_counter_and_only_by_it() {
    let (with, _) = ask("2021-unshare-v1", "fork-vs-gup-fast", "pin", &[]);
    assert_eq!(with.verdict, Verdict::Holds);
    let (without, _) = ask("2021-unshare-v1", "fork-vs-gup-fast", "pin", &[("SEQCOUNT", 0)]);
    assert_eq!(without.verdict, Verdict::Breaks, "{:?}", without.counts);
}

#[test]
fn anon_exclusive_holds_in_every_variant() {
    for v in ["get", "pin", "get_exclusive", "pin_exclusive", "get_writable", "pin_writable"] {
        let (a, _) = ask("6.1-anon-exclusive", "fork-vs-gup-fast", v, &[]);
        assert_eq!((v, a.verdict), (v, Verdict::Holds), "{:?}", broken(&a));
        assert!(a.counts.states > 100, "a search of {} states has searched nothing", a.counts.states);
    }
}

#[test]
fn counting_mappings_leaks_and_the_second_leak_needs_no_race() {
    let (race, _) = ask("2021-unshare-v1", "fork-vs-gup-fast", "get", &[("D5B", 1)]);
    assert!(broken(&race).contains(&"isolation"), "{:?}", broken(&race));
    let (before, _) = ask("2021-unshare-v1", "gup-before-fork", "get", &[("D5B", 1)]);
    let leak = before.found.iter().find(|f| f.id == "isolation").expect("the child's data reaches the parent");
    assert_eq!(leak.needs_race, Some(false));
    // the counter for FOLL_GET repairs the first only
    let (race, _) = ask("2021-unshare-v1", "fork-vs-gup-fast", "get", &[("D5B", 1), ("SEQ_GET", 1)]);
    assert!(!broken(&race).contains(&"isolation"), "{:?}", broken(&race));
    let (before, _) = ask("2021-unshare-v1", "gup-before-fork", "get", &[("D5B", 1), ("SEQ_GET", 1)]);
    assert!(broken(&before).contains(&"isolation"), "{:?}", broken(&before));
}

#[test]
fn the_search_names_the_switch_that_repairs_the_race_and_not_the_other_leak() {
    let mends_isolation = |scenario: &str| {
        let loaded = loaded("2021-unshare-v1", scenario, "get", &[("D5B", 1)]);
        let answer = check(&loaded, Budget::NONE, &mut |_| Progress::Continue);
        let mended = repairs(&loaded, &answer.found.iter().map(|f| f.id.as_str()).collect(), Budget::NONE, &mut |_| {
            Progress::Continue
        });
        assert_eq!(mended.undecided, 0);
        let mends = |r: &&Repair| r.mends.iter().any(|id| id == "isolation");
        mended.found.iter().filter(mends).map(|r| (r.switch.clone(), r.value)).collect::<Vec<_>>()
    };
    assert!(mends_isolation("fork-vs-gup-fast").contains(&("SEQ_GET".to_string(), 1)));
    assert!(!mends_isolation("gup-before-fork").iter().any(|(switch, _)| switch == "SEQ_GET"));
}

#[test]
fn vmsplice_leaks_nothing_in_both_designs() {
    for d in ["2021-unshare-v1", "6.1-anon-exclusive"] {
        let (a, _) = ask(d, "vmsplice-leak", "", &[]);
        assert_eq!(a.verdict, Verdict::Holds, "{d}: {:?}", broken(&a));
    }
}
