//! The first knowledge, from random walks.

use super::knowledge::Knowledge;
use super::walk::{NONE, Walk};
use crate::explore::{Findings, Model};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Random walks that the first knowledge is taken from, at most; and how many in a row may teach nothing.
const WALKS: u64 = 200;
const DULL_WALKS: u32 = 12;
/// Steps of a walk that teach nothing, in a row, after which it ends.
const DULL_STEPS: u32 = 200;

/// Learns from random walks where agents go and what they touch.
pub(super) fn learn<M: Model>(walk: &mut Walk<M>) -> Knowledge {
    let mut knowledge = Knowledge::new(walk.agents());
    // how often walks came to each location
    let mut been = Vec::new();
    walk.model.state_mut().trace(true);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut dull_walks = 0;
    for number in 0..WALKS {
        let mut more = knowledge_of_one(walk, &mut knowledge, &mut been, number, &mut rng);
        more |= std::mem::take(&mut knowledge.changed);
        dull_walks = if more { 0 } else { dull_walks + 1 };
        if dull_walks == DULL_WALKS {
            break;
        }
    }
    walk.model.state_mut().trace(false);
    knowledge.settle();
    knowledge
}

/// One walk; answers whether it taught anything.
fn knowledge_of_one<M: Model>(
    walk: &mut Walk<M>,
    knowledge: &mut Knowledge,
    been: &mut Vec<u32>,
    number: u64,
    rng: &mut ChaCha8Rng,
) -> bool {
    let agents = walk.agents();
    let (mut dull_steps, mut taught) = (0, false);
    // Some walks leave agents alone for a while, so that the others meet what they would not meet otherwise.
    let mut favourite = None;
    let mut ways: Vec<(usize, u32)> = Vec::new();
    let mut findings = Findings::new();
    walk.go(knowledge, 0, NONE);
    while dull_steps < DULL_STEPS {
        dull_steps += 1;
        if std::mem::take(&mut knowledge.changed) {
            (dull_steps, taught) = (0, true);
        }
        if rng.next_u32().is_multiple_of(16) {
            favourite = (number % 2 == 1).then(|| (rng.next_u32() as usize) % agents);
        }
        ways.clear();
        for agent in 0..agents {
            let attempt = walk.attempt(knowledge, agent, &mut findings);
            ways.extend((attempt.from..attempt.to).map(|way| (agent, way)));
        }
        if favourite.is_some_and(|f| ways.iter().any(|(agent, _)| *agent == f)) {
            ways.retain(|(agent, _)| Some(*agent) == favourite);
        }
        if ways.is_empty() {
            break;
        }
        // Most steps lead where walks have been least.
        if !rng.next_u32().is_multiple_of(4) {
            let times = |way: u32, been: &[u32]| been.get(walk.comes_to(way) as usize).copied().unwrap_or(0);
            let least = ways.iter().map(|(_, way)| times(*way, been)).min().unwrap_or(0);
            ways.retain(|(_, way)| times(*way, been) == least);
        }
        let (_, way) = ways[rng.next_u32() as usize % ways.len()];
        let to = walk.comes_to(way) as usize;
        been.resize(been.len().max(to + 1), 0);
        been[to] += 1;
        walk.go(knowledge, walk.levels(), way);
    }
    taught
}
