//! Numbers of states and transitions that other tools agree on.

use crate::brute;
use crate::models::program::Program;
use crate::models::protocol::{self, Protocol, Variant};
use crate::models::two_phase_commit::TwoPhaseCommit;
use cowscope_core::explore::{
    Break, Budget, Counts, End, Exhaustive, Findings, Model, Narrow, Options, Search, Wide, drive,
};
use cowscope_core::explore::{Fingerprint, Limit, Parallel, Progress, Status, replay};
use std::collections::BTreeSet;

fn all<F: Fingerprint>(model: impl Model) -> (End, Counts, Findings) {
    let mut search = Exhaustive::<_, F>::new(model, Options::default(), Budget::NONE);
    let end = drive(&mut search, u64::MAX, |_| Progress::Continue);
    (end, search.counts(), search.findings().clone())
}

fn states_and_transitions(model: impl Model) -> (u64, u64) {
    let (end, counts, findings) = all::<Narrow>(model);
    assert_eq!(end, End::Complete);
    assert!(findings.is_empty(), "{findings:?}");
    (counts.states, counts.transitions)
}

#[test]
fn two_phase_commit_has_its_published_counts() {
    assert_eq!(states_and_transitions(TwoPhaseCommit::new(3, false)).0, 288);
    assert_eq!(states_and_transitions(TwoPhaseCommit::new(5, false)), (8_832, 58_146));
    assert_eq!(states_and_transitions(TwoPhaseCommit::new(7, false)), (296_448, 2_744_706));
}

#[test]
fn two_phase_commit_under_symmetry_counts_one_state_per_orbit() {
    // stateright's example counts 665 for 5 managers: its representative sorts by one field only and so is not unique.
    let plain = TwoPhaseCommit::new(5, false);
    let orbits: BTreeSet<u64> = brute::everything(&plain).states.iter().map(|words| plain.orbit(words)).collect();
    assert_eq!(orbits.len(), 314);
    assert_eq!(states_and_transitions(TwoPhaseCommit::new(5, true)).0, 314);
}

#[test]
fn wide_fingerprints_count_the_same() {
    let (_, narrow, _) = all::<Narrow>(Protocol::new(Variant::sf(1)));
    let (_, wide, _) = all::<Wide>(Protocol::new(Variant::sf(1)));
    assert_eq!((narrow.states, narrow.transitions), (wide.states, wide.transitions));
}

#[test]
fn the_protocol_has_the_counts_of_spin_and_stateright() {
    let p = |v| states_and_transitions(Protocol::new(v));
    assert_eq!(p(Variant::sf(1)), (10_834, 27_441));
    assert_eq!(p(Variant::sf(2)), (134_220, 350_846));
    assert_eq!(p(Variant::sf(3)), (946_826, 2_502_706));
    assert_eq!(p(Variant::f(1).unchecked()), (19_149, 48_984));
    assert_eq!(p(Variant::f(2).unchecked()), (229_296, 602_972));
    assert_eq!(p(Variant::s(1).unchecked()), (12_773, 32_968));
    assert_eq!(p(Variant::s(2).unchecked()), (135_536, 357_274));
}

#[test]
fn both_weak_variants_break_what_they_should() {
    for v in [Variant::f(1), Variant::s(1), Variant::f(2), Variant::s(2)] {
        let (end, _, findings) = all::<Narrow>(Protocol::new(v));
        assert_eq!(end, End::Complete);
        let broken: Vec<u16> = findings
            .list()
            .iter()
            .map(|f| match f.what {
                Break::Violation(v) => v.invariant,
                Break::Deadlock => panic!("no deadlock here"),
            })
            .collect();
        assert!(broken.contains(&protocol::DMA_VISIBLE), "{broken:?}");
    }
}

#[test]
fn a_budget_ends_a_search_honestly_and_a_larger_one_continues_it() {
    let mut search = Exhaustive::<_, Narrow>::new(Protocol::new(Variant::sf(1)), Options::default(), Budget::NONE);
    for (budget, limit) in [
        (Budget { states: 100, ..Budget::NONE }, Limit::States),
        (Budget { transitions: 1_000, ..Budget::NONE }, Limit::Transitions),
        (Budget { bytes: 60_000, ..Budget::NONE }, Limit::Bytes),
    ] {
        search.set_budget(budget);
        assert_eq!(search.run(u64::MAX), Status::Ended(End::BudgetReached(limit)));
        assert!(search.counts().states < 10_834);
    }
    search.set_budget(Budget::NONE);
    assert_eq!(drive(&mut search, 1_000, |_| Progress::Cancel), End::Cancelled);
    assert_eq!(drive(&mut search, 1_000, |_| Progress::Continue), End::Complete);
    assert_eq!((search.counts().states, search.counts().transitions), (10_834, 27_441));
    assert_eq!(search.counts().frontier, 0);
}

#[test]
fn random_programs_have_the_states_breaks_and_ends_of_brute_force() {
    let (mut largest, mut deadlocks) = (0, 0);
    for seed in 0..1_000 {
        let model = Program::random(seed);
        let truth = brute::everything(&model);
        let options = Options { collect_terminals: true, ..Options::default() };
        let mut search = Exhaustive::<_, Narrow>::new(model.clone(), options, Budget::NONE);
        assert_eq!(search.run(u64::MAX), Status::Ended(End::Complete));
        let counts = search.counts();
        assert_eq!((counts.states, counts.transitions), (truth.states.len() as u64, truth.transitions), "seed {seed}");
        assert!(search.terminal_fingerprints().iter().eq(&truth.terminals), "seed {seed}");
        let found: BTreeSet<Break> = search.findings().list().iter().map(|f| f.what).collect();
        assert_eq!(found, truth.breaks, "seed {seed}: {model:?}");
        for finding in search.findings().list() {
            assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what), "seed {seed}");
        }
        largest = largest.max(counts.states);
        deadlocks += found.contains(&Break::Deadlock) as u32;
    }
    assert!(largest > 500 && deadlocks > 50, "largest {largest}, {deadlocks} deadlocks");
}

#[test]
fn several_threads_find_what_one_finds() {
    for threads in [1, 2, 3] {
        let options = Options { collect_terminals: true, ..Options::default() };
        let model = Protocol::new(Variant::f(1).unchecked());
        let mut search = Parallel::new(model.clone(), options, Budget::NONE, threads);
        assert_eq!(drive(&mut search, 5_000, |_| Progress::Continue), End::Complete);
        assert_eq!((search.counts().states, search.counts().transitions), (19_149, 48_984), "{threads} threads");
        let mut alone = Exhaustive::<_, Narrow>::new(model, options, Budget::NONE);
        alone.run(u64::MAX);
        assert_eq!(search.terminal_fingerprints(), alone.terminal_fingerprints());
        assert_eq!(search.counts().terminals, alone.counts().terminals);
    }
    for seed in 0..60 {
        let model = Program::random(seed);
        let truth = brute::everything(&model);
        let mut search = Parallel::new(model.clone(), Options::default(), Budget::NONE, 2);
        assert_eq!(drive(&mut search, 300, |_| Progress::Continue), End::Complete);
        assert_eq!(
            (search.counts().states, search.counts().transitions),
            (truth.states.len() as u64, truth.transitions)
        );
        let found: BTreeSet<Break> = search.findings().list().iter().map(|f| f.what).collect();
        assert_eq!(found, truth.breaks, "seed {seed}");
        for finding in search.findings().list() {
            assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what), "seed {seed}");
        }
    }
}

#[test]
fn threads_stop_at_a_budget_and_go_on_with_a_larger_one() {
    let model = Protocol::new(Variant::sf(2));
    let budget = Budget { states: 5_000, ..Budget::NONE };
    let mut search = Parallel::new(model, Options::default(), budget, 2);
    assert_eq!(drive(&mut search, u64::MAX, |_| Progress::Continue), End::BudgetReached(Limit::States));
    assert!((5_000..134_220).contains(&search.counts().states));
    search.set_budget(Budget { bytes: 600_000, ..Budget::NONE });
    assert_eq!(drive(&mut search, u64::MAX, |_| Progress::Continue), End::BudgetReached(Limit::Bytes));
    search.set_budget(Budget::NONE);
    assert_eq!(drive(&mut search, u64::MAX, |_| Progress::Continue), End::Complete);
    assert_eq!((search.counts().states, search.counts().transitions), (134_220, 350_846));
}
