//! Runs that do not cover everything: sequential ones, random ones, and what becomes of a long schedule.

use crate::brute;
use crate::models::program::Program;
use crate::models::protocol::{self, Protocol, Variant};
use cowscope_core::explore::{
    Break, Budget, End, Goal, Layered, Measure, Model, Plan, Random, Search, Sequential, Status,
};
use cowscope_core::explore::{Choice, Phase, Strategy, Violation, minimise, replay, switches};
use std::collections::BTreeSet;

fn sequential<M: Model>(model: &M) -> Sequential<M> {
    let mut search = Sequential::new(model.clone(), Budget::NONE);
    assert_eq!(search.run(u64::MAX), Status::Ended(End::Complete));
    search
}

/// True when no call begins while another is under way, serving agents aside.
fn is_sequential<M: Model>(model: &M, schedule: &[Choice]) -> bool {
    let mut model = model.clone();
    let mut caller = None;
    for choice in schedule {
        if caller.is_some_and(|c| c != choice.agent) && model.phase(choice.agent) != Phase::Serving {
            return false;
        }
        model.step(*choice);
        match model.phase(choice.agent) {
            Phase::InCall => caller = Some(choice.agent),
            Phase::Boundary if caller == Some(choice.agent) => caller = None,
            _ => {}
        }
    }
    true
}

#[test]
fn both_breaks_of_the_protocol_need_a_race() {
    for variant in [Variant::f(1), Variant::s(1), Variant::f(2)] {
        let search = sequential(&Protocol::new(variant));
        assert!(search.findings().is_empty(), "{:?}", search.findings());
        let asked = Violation { invariant: protocol::DMA_VISIBLE, place: 28 };
        assert!(search.without_race(Break::Violation(asked)).is_none());
        assert!(search.counts().terminals > 0, "sequential runs do come to an end");
    }
}

#[test]
fn a_break_elsewhere_of_the_same_invariant_answers_the_question() {
    let model = (0..).map(Program::random).find(|m| matches!(breaks(m).first(), Some(Break::Violation(_))));
    let search = sequential(&model.expect("some program breaks without a race"));
    let Some(Break::Violation(v)) = search.findings().list().first().map(|f| f.what) else { panic!("it breaks") };
    assert!(search.without_race(Break::Violation(Violation { place: v.place + 1_000, ..v })).is_some());
    assert!(search.without_race(Break::Violation(Violation { invariant: 77, ..v })).is_none());
}

fn breaks(model: &Program) -> Vec<Break> {
    sequential(model).findings().list().iter().map(|f| f.what).collect()
}

#[test]
fn sequential_runs_of_random_programs_are_runs_and_are_sequential() {
    let (mut without, mut with) = (0, 0);
    for seed in 0..500 {
        let model = Program::random(seed);
        let search = sequential(&model);
        for finding in search.findings().list() {
            assert!(is_sequential(&model, &finding.schedule), "seed {seed}");
            assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what), "seed {seed}");
        }
        let found: BTreeSet<Break> = search.findings().list().iter().map(|f| f.what).collect();
        assert_eq!(found, brute::sequential_breaks(&model), "seed {seed}: {model:?}");
        let all = brute::everything(&model).breaks.len();
        without += search.findings().list().len();
        with += all - search.findings().list().len();
    }
    assert!(without > 100 && with > 15, "{without} without a race, {with} with one");
}

fn random<M: Model>(model: &M, strategy: Strategy, seed: u64, runs: u64) -> Random<M> {
    let plan = Plan { strategy, seed, first: 0, stride: 1, runs, max_steps: 500, first_break: false };
    let mut search = Random::new(model.clone(), plan, Budget::NONE);
    assert_eq!(search.run(u64::MAX), Status::Ended(End::Sampled));
    search
}

#[test]
fn random_runs_find_true_breaks_and_in_the_end_all_of_them() {
    let (mut all, mut found) = (0, [0; 2]);
    for seed in 0..50 {
        let model = Program::random(seed);
        let truth = brute::everything(&model).breaks;
        all += truth.len();
        for (i, strategy) in [Strategy::Uniform, Strategy::Pct { depth: 3 }].into_iter().enumerate() {
            let search = random(&model, strategy, seed, 2_000);
            let breaks: BTreeSet<Break> = search.findings().list().iter().map(|f| f.what).collect();
            assert!(breaks.is_subset(&truth), "seed {seed}, {strategy:?}");
            for f in search.findings().list() {
                assert!(
                    replay(&mut model.clone(), &f.schedule).breaks().contains(&f.what),
                    "seed {seed}, {strategy:?}"
                );
            }
            found[i] += breaks.len();
        }
    }
    assert_eq!(found[0], all, "uniform walks miss nothing in programs this small");
    assert!(
        found[1] <= all && found[1] * 20 >= all * 19,
        "PCT of depth 3 found {} of {all}: it may miss deeper ones only",
        found[1]
    );
}

#[test]
fn pct_of_depth_3_finds_the_founding_race_at_least_as_often_as_its_bound() {
    let model = Protocol::new(Variant::f(1));
    let search = random(&model, Strategy::Pct { depth: 3 }, 1, 20_000);
    let (n, k, d, bound) = search.pct_bound().expect("PCT has a bound");
    assert_eq!((n, d), (4, 3));
    assert!(k > 60, "a run has about 80 steps, not {k}");
    let met: u64 = search.findings().list().iter().map(|f| f.times).sum();
    assert!(met as f64 >= 20_000.0 * bound, "met {met} times in 20,000 runs with a bound of {bound}");
}

#[test]
fn random_runs_are_the_same_for_the_same_seed_and_can_be_split() {
    let model = Protocol::new(Variant::f(1));
    let whole = random(&model, Strategy::Pct { depth: 3 }, 7, 4_000);
    let met = |s: &Random<Protocol>| s.findings().list().iter().map(|f| (f.what, f.times)).collect::<BTreeSet<_>>();
    assert_eq!(met(&whole), met(&random(&model, Strategy::Pct { depth: 3 }, 7, 4_000)));
    let mut transitions = 0;
    for shard in 0..4 {
        let plan = Plan {
            strategy: Strategy::Pct { depth: 3 },
            seed: 7,
            first: shard,
            stride: 4,
            runs: 1_000,
            max_steps: 500,
            first_break: false,
        };
        let mut search = Random::new(model.clone(), plan, Budget::NONE);
        search.run(u64::MAX);
        transitions += search.counts().transitions;
    }
    assert_eq!(transitions, whole.counts().transitions);
}

#[test]
fn a_minimised_break_is_the_same_break_and_seldom_far_from_the_shortest() {
    let model = Protocol::new(Variant::f(1));
    let search = random(&model, Strategy::Pct { depth: 3 }, 3, 20_000);
    let found = search.findings().list().first().expect("20,000 PCT runs meet the race");
    let small = minimise(&model, &found.schedule, found.what, 1_000_000).expect("the schedule breaks");
    assert!(replay(&mut model.clone(), &small).breaks().contains(&found.what));
    let mut layered =
        Layered::new(model.clone(), Measure::Switches, Goal { first: None, bound: Some(6) }, Budget::NONE);
    layered.run(u64::MAX);
    let least = layered.cost_of(found.what).expect("five switches are enough");
    let (switches, steps) = (switches(&model, &small), small.len() as u32);
    assert!((least.switches..=least.switches + 1).contains(&switches), "{switches} switches of {least:?}");
    assert!((least.steps..=least.steps + 6).contains(&steps), "{steps} steps of {least:?}");
    assert_eq!(minimise(&model, &found.schedule, Break::Deadlock, 1_000_000), None);
}
