//! Cycles without end: every lasso is one of real edges, is fair, and is found exactly where brute force finds one.

use crate::brute;
use crate::models::program::Program;
use crate::models::protocol::{Protocol, Variant};
use cowscope_core::explore::{Budget, Choice, End, Lasso, Lassos, Model, Outcome, Search, Status};

fn lasso<M: Model>(model: &M) -> Option<Lasso> {
    let mut search = Lassos::new(model.clone(), Budget::NONE);
    let Status::Ended(end) = search.run(u64::MAX) else { panic!("no slice") };
    assert_eq!(end, if search.lasso().is_some() { End::Broke } else { End::Complete });
    search.lasso().cloned()
}

/// Agents that can act where the model stands.
fn enabled<M: Model>(model: &M) -> u64 {
    (0..model.agents())
        .filter(|agent| {
            (0..12).any(|pick| {
                let outcome = model.clone().step(Choice { agent: *agent, pick });
                matches!(outcome, Outcome::Stepped { .. } | Outcome::Broke { .. })
            })
        })
        .fold(0, |mask, agent| mask | 1 << agent)
}

fn play<M: Model>(model: &mut M, choices: &[Choice], mut met: impl FnMut(&M, Choice)) {
    for choice in choices {
        met(model, *choice);
        assert!(matches!(model.step(*choice), Outcome::Stepped { .. }), "{choice:?} is a step");
    }
}

#[test]
fn lassos_of_random_programs_are_real_and_fair_and_none_is_missed() {
    let (mut found, mut none) = (0, 0);
    for seed in 0..400 {
        let model = Program::random(seed);
        if brute::everything(&model).states.len() > 150 {
            continue;
        }
        let truth = brute::has_fair_cycle(&model);
        let Some(lasso) = lasso(&model) else {
            assert!(!truth, "seed {seed}: a fair cycle was missed in {model:?}");
            none += 1;
            continue;
        };
        assert!(truth, "seed {seed}: no fair cycle is there in {model:?}");
        let mut at = model.clone();
        play(&mut at, &lasso.stem, |_, _| {});
        let begin = brute::words(&at);
        let (mut acted, mut always) = (0, u64::MAX);
        play(&mut at, &lasso.cycle, |model, choice| {
            acted |= 1 << choice.agent;
            always &= enabled(model);
            assert!(!model.finished());
        });
        assert_eq!(brute::words(&at), begin, "seed {seed}: the cycle closes");
        assert!(!lasso.cycle.is_empty());
        assert_eq!(always & !acted, 0, "seed {seed}: an agent that could always act never did");
        found += 1;
    }
    assert!(found > 20 && none > 100, "{found} with a lasso, {none} without");
}

#[test]
fn the_protocol_always_ends() {
    for v in [Variant::sf(1), Variant::f(1).unchecked(), Variant::s(1).unchecked()] {
        assert_eq!(lasso(&Protocol::new(v)), None);
    }
}
