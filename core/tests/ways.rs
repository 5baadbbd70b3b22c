//! One invariant, several races: each pair of accesses that collide is told once, with a schedule of its own.

use cowscope_core::check::{Answer, check};
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{Loaded, load};
use cowscope_core::session::Session;
use cowscope_core::view::Question;
use cowscope_core::ways::{Way, other_ways};
use std::collections::BTreeSet;

fn ask(design: &str, variant: &str, switches: &[(&str, i64)]) -> (Loaded, Answer, Vec<Way>) {
    let q = Question {
        design: design.into(),
        scenario: "fork-vs-gup-fast".into(),
        variant: variant.into(),
        switches: switches.iter().map(|(n, v)| (n.to_string(), *v)).collect(),
        ..Question::default()
    };
    let loaded = load(&q).unwrap_or_else(|e| panic!("{e}"));
    let answer = check(&loaded, Budget::NONE, &mut |_| Progress::Continue);
    let others = other_ways(&loaded, &answer, Budget::NONE, &mut |_| Progress::Continue);
    (loaded, answer, others)
}

#[test]
fn other_pairs_of_accesses_break_the_same() {
    let (loaded, answer, others) = ask("2021-unshare-v1", "pin", &[("SEQCOUNT", 0)]);
    assert!(others.len() >= 2, "{others:?}");
    let mut pairs = BTreeSet::new();
    for other in &others {
        assert!(pairs.insert((&other.id, &other.pair)), "twice: {other:?}");
        let shortest = answer.found.iter().find(|f| f.id == other.id).expect("a break that the search has found");
        assert!(other.cost >= shortest.cost, "shorter than the shortest: {other:?}");
        let mut session = Session::new(loaded.clone());
        session.set_schedule(&other.schedule);
        session.go_to(u32::MAX);
        assert!(session.broken_here().contains(&other.id), "{other:?} ends in {:?}", session.broken_here());
    }
}

#[test]
fn what_holds_breaks_in_no_other_way() {
    let (_, answer, others) = ask("6.1-anon-exclusive", "pin", &[]);
    assert!(answer.found.is_empty() && others.is_empty(), "{others:?}");
}
