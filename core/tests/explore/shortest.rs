//! Shortest breaks: the lengths that SPIN and stateright find, and minima that brute force confirms.

use crate::brute;
use crate::models::program::Program;
use crate::models::protocol::{Protocol, Variant};
use cowscope_core::explore::{Break, Budget, Cost, End, Goal, Layered, Measure, Model};
use cowscope_core::explore::{Search, Status, Target, replay, switches};
use std::collections::BTreeMap;

const ANY: Goal = Goal { first: Some(Target::Any), bound: None };

fn shortest<M: Model>(model: M, measure: Measure) -> Layered<M> {
    let mut search = Layered::new(model.clone(), measure, ANY, Budget::NONE);
    assert_eq!(search.run(u64::MAX), Status::Ended(End::Broke));
    for finding in search.findings().list() {
        let cost = search.cost_of(finding.what).expect("a finding has a cost");
        assert_eq!(finding.schedule.len() as u32, cost.steps);
        if measure == Measure::Switches {
            assert_eq!(switches(&model, &finding.schedule), cost.switches);
        }
        assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what));
    }
    search
}

fn cheapest<M: Model>(search: &Layered<M>) -> (u32, u32) {
    let costs = search.findings().list().iter().filter_map(|f| search.cost_of(f.what));
    costs.min().map(|c| (c.switches, c.steps)).expect("something broke")
}

#[test]
fn the_fewest_steps_are_those_of_spin_and_stateright() {
    for (n, f, s) in [(1, 31, 30), (2, 39, 38), (3, 47, 46)] {
        assert_eq!(cheapest(&shortest(Protocol::new(Variant::f(n)), Measure::Steps)), (0, f));
        assert_eq!(cheapest(&shortest(Protocol::new(Variant::s(n)), Measure::Steps)), (0, s));
    }
}

#[test]
fn a_search_by_steps_that_finds_nothing_covers_everything_and_knows_the_depth() {
    for (n, states, depth) in [(1, 10_834, 63), (2, 134_220, 109)] {
        let mut search = Layered::new(Protocol::new(Variant::sf(n)), Measure::Steps, ANY, Budget::NONE);
        assert_eq!(search.run(u64::MAX), Status::Ended(End::Complete));
        assert_eq!((search.counts().states, search.counts().depth), (states, depth));
    }
}

#[test]
fn the_fewest_switches_of_the_founding_race_are_five() {
    for (n, steps) in [(1, 31), (2, 39), (3, 47)] {
        let search = shortest(Protocol::new(Variant::f(n)), Measure::Switches);
        assert_eq!(cheapest(&search), (5, steps));
        assert_eq!(search.layers().len(), 5, "schedules of 0 to 4 switches were covered");
        assert_eq!(cheapest(&shortest(Protocol::new(Variant::s(n)), Measure::Switches)), (1, steps - 1));
    }
}

/// What a layered search of everything finds, by break.
fn all_costs<M: Model>(model: &M, measure: Measure, bound: Option<u32>) -> (End, BTreeMap<Break, Cost>) {
    let mut search = Layered::new(model.clone(), measure, Goal { first: None, bound }, Budget::NONE);
    let Status::Ended(end) = search.run(u64::MAX) else { panic!("no budget, no slice") };
    let costs =
        search.findings().list().iter().map(|f| (f.what, search.cost_of(f.what).expect("a finding has a cost")));
    for finding in search.findings().list() {
        assert!(replay(&mut model.clone(), &finding.schedule).breaks().contains(&finding.what));
        assert_eq!(finding.schedule.len() as u32, search.cost_of(finding.what).expect("cost").steps);
    }
    (end, costs.collect())
}

#[test]
fn minima_of_random_programs_are_those_of_brute_force() {
    let mut breaks = 0;
    for seed in 0..250 {
        let model = Program::random(seed);
        for measure in [Measure::Steps, Measure::Switches, Measure::Preemptions] {
            let true_costs = brute::cheapest(&model, measure);
            let (end, costs) = all_costs(&model, measure, None);
            assert_eq!(end, End::Complete);
            assert_eq!(costs, true_costs, "seed {seed}, {measure:?}: {model:?}");
            breaks += costs.len();
            for bound in 0..2 {
                let within = true_costs.iter().filter(|(_, c)| c.switches <= bound).map(|(b, c)| (*b, *c)).collect();
                assert_eq!(
                    all_costs(&model, measure, Some(bound)).1,
                    within,
                    "seed {seed}, {measure:?}, bound {bound}"
                );
            }
            for what in true_costs.keys() {
                let goal = Goal { first: Some(Target::This(*what)), bound: None };
                let mut search = Layered::new(model.clone(), measure, goal, Budget::NONE);
                assert_eq!(search.run(u64::MAX), Status::Ended(End::Broke));
                assert_eq!(search.cost_of(*what), Some(true_costs[what]), "seed {seed}, {measure:?}, {what:?}");
            }
        }
    }
    assert!(breaks > 250, "only {breaks} breaks: the generator makes too few");
}

#[test]
fn the_parts_of_a_bounded_search_find_what_the_whole_finds() {
    for seed in 0..120 {
        let model = Program::random(seed);
        for measure in [Measure::Switches, Measure::Preemptions] {
            let (end, whole) = all_costs(&model, measure, Some(2));
            let mut joined: BTreeMap<Break, Cost> = BTreeMap::new();
            for part in 0..3 {
                let goal = Goal { first: None, bound: Some(2) };
                let mut search = Layered::new(model.clone(), measure, goal, Budget::NONE).part(part, 3);
                assert_eq!(search.run(u64::MAX), Status::Ended(end));
                for what in search.findings().list().iter().map(|f| f.what) {
                    let cost = search.cost_of(what).expect("a finding has a cost");
                    joined.entry(what).and_modify(|known| *known = cost.min(*known)).or_insert(cost);
                }
            }
            assert_eq!(joined, whole, "seed {seed}, {measure:?}");
        }
    }
}
