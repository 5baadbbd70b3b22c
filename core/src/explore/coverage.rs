//! How much is left of a search that has not ended: asked of random walks.

use super::random::{Plan, Strategy, walk};
use super::{Counts, Model};

/// Of the states that random walks met, how many the search knew.
///
/// A sample, not a measurement: walks meet some states more often than others, and what they never meet is not in it. For states that
/// a walk is as likely to meet as any other the number of all states is `states * met / known`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// States met, counted as often as they were met.
    pub met: u64,
    /// Those of them that the search knew.
    pub known: u64,
}

impl Coverage {
    /// The states a search that counts `counts` still has to find, if this sample is fair. `None` when it knew none of the sample.
    pub fn states_left(&self, counts: &Counts) -> Option<u64> {
        let unknown = self.met - self.known;
        let left = counts.states as u128 * unknown as u128;
        left.checked_div(self.known as u128).map(|left| left.min(u64::MAX as u128) as u64)
    }
}

/// Walks at random from where `start` stands and asks of every state whether it is known.
pub fn coverage<M: Model>(start: &M, walks: u64, seed: u64, known: impl Fn(&mut M) -> bool) -> Coverage {
    let mut coverage = Coverage { met: 0, known: 0 };
    let plan = Plan {
        strategy: Strategy::Uniform,
        seed,
        first: 0,
        stride: 1,
        runs: walks,
        max_steps: 10_000,
        first_break: false,
    };
    walk(start.clone(), plan, |model| {
        coverage.met += 1;
        coverage.known += known(model) as u64;
    });
    coverage
}
