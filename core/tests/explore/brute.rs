//! Brute force: every reachable state as a whole copy in an ordered set. Slow and plain; what the explorer is compared with.

use cowscope_core::explore::{Break, Choice, Cost, Measure, Model, Outcome, Phase};
use std::collections::{BTreeMap, BTreeSet};

/// Everything there is to know of a small model.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Everything {
    /// Every reachable state, word for word.
    pub states: BTreeSet<Vec<u64>>,
    /// The fingerprints of the states in which nobody can act.
    pub terminals: BTreeSet<u64>,
    /// Every distinct break.
    pub breaks: BTreeSet<Break>,
    /// Steps executed, and 1 for the first state.
    pub transitions: u64,
}

/// The words of a model's state.
pub fn words(model: &impl Model) -> Vec<u64> {
    (0..model.state().len()).map(|slot| model.state().get(slot)).collect()
}

/// Walks everything, copying the model for each step.
pub fn everything<M: Model>(model: &M) -> Everything {
    let mut all = Everything { transitions: 1, ..Everything::default() };
    all.states.insert(words(model));
    let mut todo = vec![model.clone()];
    while let Some(here) = todo.pop() {
        let (next, moved, dropped) = steps(&here);
        all.transitions += next.len() as u64;
        for (_, there, broke) in next {
            if broke {
                all.breaks.extend(there.violations().iter().map(|v| Break::Violation(*v)));
            } else if all.states.insert(words(&there)) {
                todo.push(there);
            }
        }
        if !moved && !dropped {
            all.terminals.insert(here.state().fingerprint());
            if here.finished() {
                all.breaks.extend(here.clone().check_end().into_iter().map(Break::Violation));
            } else {
                all.breaks.insert(Break::Deadlock);
            }
        }
    }
    all
}

/// The least cost of every break, by settling the cheapest (state, last agent) first.
pub fn cheapest<M: Model>(model: &M, measure: Measure) -> BTreeMap<Break, Cost> {
    let mut best: BTreeMap<Break, Cost> = BTreeMap::new();
    let mut settled = BTreeSet::new();
    let mut todo = BTreeMap::new();
    let start = (words(model), None);
    todo.insert((Cost { switches: 0, steps: 0 }, 0u64), (start, model.clone()));
    let mut number = 0;
    while let Some(((cost, _), (place, here))) = todo.pop_first() {
        let last: Option<u8> = place.1;
        if !settled.insert(place) {
            continue;
        }
        let mut note = |what, cost: Cost| {
            best.entry(what).and_modify(|b| *b = cost.min(*b)).or_insert(cost);
        };
        let (next, moved, dropped) = steps(&here);
        let runnable = |last: u8| {
            next.iter()
                .map(|(choice, _, _)| choice.agent)
                .any(|a| a == last || (here.cpu_of(a) == here.cpu_of(last) && here.phase(a) != Phase::Serving))
        };
        if !moved && !dropped {
            let broke = if here.finished() {
                here.clone().check_end().into_iter().map(Break::Violation).collect()
            } else {
                vec![Break::Deadlock]
            };
            broke.into_iter().for_each(|what| note(what, cost));
        }
        for (choice, there, broke) in &next {
            let other = last.is_some_and(|last| here.cpu_of(last) != here.cpu_of(choice.agent));
            let switch = match measure {
                Measure::Steps => false,
                Measure::Switches => other,
                Measure::Preemptions => other && last.is_some_and(runnable),
            };
            let cost = Cost { switches: cost.switches + switch as u32, steps: cost.steps + 1 };
            if *broke {
                there.violations().iter().for_each(|v| note(Break::Violation(*v), cost));
            } else {
                number += 1;
                todo.insert((cost, number), ((words(there), Some(choice.agent)), there.clone()));
            }
        }
    }
    best
}

/// Every step out of a state: the choice, where it leads, whether it broke something; and if any was taken, if any was dropped.
fn steps<M: Model>(here: &M) -> (Vec<(Choice, M, bool)>, bool, bool) {
    let (mut all, mut dropped) = (Vec::new(), false);
    for agent in 0..here.agents() {
        let (mut pick, mut picks) = (0, 1);
        while pick < picks {
            let (mut there, choice) = (here.clone(), Choice { agent, pick });
            let outcome = there.step(choice);
            pick += 1;
            match outcome {
                Outcome::Blocked => {}
                Outcome::Dropped { alternatives } => {
                    dropped = true;
                    picks = picks.max(alternatives);
                }
                Outcome::Broke { alternatives } | Outcome::Stepped { alternatives } => {
                    picks = picks.max(alternatives);
                    all.push((choice, there, matches!(outcome, Outcome::Broke { .. })));
                }
            }
        }
    }
    let moved = !all.is_empty();
    (all, moved, dropped)
}

/// What breaks when every call ends before another begins.
pub fn sequential_breaks<M: Model>(model: &M) -> BTreeSet<Break> {
    let mut breaks = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut todo = vec![(model.clone(), None)];
    while let Some((here, caller)) = todo.pop() {
        if !known.insert((words(&here), caller)) {
            continue;
        }
        let (next, moved, dropped) = steps(&here);
        if !moved && !dropped {
            if here.finished() {
                breaks.extend(here.clone().check_end().into_iter().map(Break::Violation));
            } else {
                breaks.insert(Break::Deadlock);
            }
        }
        for (choice, there, broke) in next {
            let before = here.phase(choice.agent);
            let goes_on = caller == Some(choice.agent);
            if !(goes_on || before == Phase::Serving || (caller.is_none() && before == Phase::Boundary)) {
                continue;
            }
            if broke {
                breaks.extend(there.violations().iter().map(|v| Break::Violation(*v)));
                continue;
            }
            let caller = match there.phase(choice.agent) {
                Phase::InCall => Some(choice.agent),
                Phase::Boundary if goes_on => None,
                _ => caller,
            };
            todo.push((there, caller));
        }
    }
    breaks
}

/// True when some set of states, each reachable from each by steps inside it, is unfinished and fair: an agent that can act in all of them
/// acts in one. By reachability between all pairs.
pub fn has_fair_cycle<M: Model>(model: &M) -> bool {
    let mut all: Vec<M> = vec![model.clone()];
    let mut index = BTreeMap::from([(words(model), 0)]);
    let mut edges: Vec<Vec<(usize, u8)>> = Vec::new();
    let mut enabled: Vec<u64> = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let (mut out, mut mask) = (Vec::new(), 0);
        for (choice, there, broke) in steps(&all[at].clone()).0 {
            mask |= 1u64 << choice.agent;
            if !broke {
                let next = all.len();
                let to = *index.entry(words(&there)).or_insert(next);
                if to == next {
                    all.push(there);
                }
                out.push((to, choice.agent));
            }
        }
        edges.push(out);
        enabled.push(mask);
        at += 1;
    }
    let reach: Vec<BTreeSet<usize>> = (0..all.len())
        .map(|from| {
            let mut seen = BTreeSet::new();
            let mut todo = vec![from];
            while let Some(here) = todo.pop() {
                todo.extend(edges[here].iter().map(|e| e.0).filter(|to| seen.insert(*to)));
            }
            seen
        })
        .collect();
    (0..all.len()).filter(|i| !all[*i].finished() && reach[*i].contains(i)).any(|i| {
        let set: Vec<usize> = reach[i].iter().copied().filter(|j| reach[*j].contains(&i)).collect();
        let always = set.iter().fold(u64::MAX, |m, j| m & enabled[*j]);
        let inside = |to: &usize| set.contains(to);
        let acts = set.iter().flat_map(|j| &edges[*j]).filter(|e| inside(&e.0)).fold(0, |m, e| m | 1u64 << e.1);
        always & !acts == 0
    })
}
