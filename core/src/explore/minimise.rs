//! Makes a schedule that breaks something simpler: fewer context switches, then fewer steps, the same break.

use super::replay::{breaks_at_end, switches};
use super::{Break, Choice, Model, Outcome};

/// A simpler schedule from where `model` stands that ends in the same break, by leaving out and merging stretches of one CPU for as
/// long as that helps, or until `max_steps` steps were tried. `None` when `schedule` does not end in `what`.
///
/// The result is a local minimum; [`Layered`](super::Layered) finds the global one where the space is small enough.
pub fn minimise<M: Model>(model: &M, schedule: &[Choice], what: Break, max_steps: u64) -> Option<Vec<Choice>> {
    let mut shrink = Shrink { model: model.clone(), what, left: max_steps };
    shrink.model.state_mut().commit();
    let mut best = shrink.attempt(schedule)?;
    while let Some(better) = shrink.improve(&best) {
        best = better;
    }
    Some(best)
}

struct Shrink<M: Model> {
    model: M,
    what: Break,
    left: u64,
}

impl<M: Model> Shrink<M> {
    /// Plays a candidate, leaving out what can't be done, up to the break. `None` when it does not get there.
    fn attempt(&mut self, candidate: &[Choice]) -> Option<Vec<Choice>> {
        let start = self.model.state().mark();
        let mut taken = Vec::new();
        let mut reached = false;
        for choice in candidate {
            let mark = self.model.state().mark();
            if self.left == 0 || choice.agent >= self.model.agents() {
                break;
            }
            self.left -= 1;
            match self.model.step(*choice) {
                Outcome::Stepped { .. } => taken.push(*choice),
                Outcome::Blocked | Outcome::Dropped { .. } => self.model.state_mut().undo(mark),
                Outcome::Broke { .. } => {
                    taken.push(*choice);
                    let broke = self.model.violations().iter().any(|v| Break::Violation(*v) == self.what);
                    self.model.state_mut().undo(start);
                    return broke.then_some(taken);
                }
            }
        }
        if self.left > 0 {
            reached = breaks_at_end(&mut self.model).contains(&self.what);
        }
        self.model.state_mut().undo(start);
        reached.then_some(taken)
    }

    fn cost(&self, schedule: &[Choice]) -> (u32, usize) {
        (switches(&self.model, schedule), schedule.len())
    }

    /// The first candidate that is cheaper than `best` and breaks the same.
    fn improve(&mut self, best: &[Choice]) -> Option<Vec<Choice>> {
        let cost = self.cost(best);
        let stretches = self.stretches(best);
        let candidates = merged(best, &stretches, |a, b| self.model.cpu_of(a) == self.model.cpu_of(b));
        for candidate in candidates.into_iter().chain(shortened(best, &stretches)) {
            if let Some(taken) = self.attempt(&candidate)
                && self.cost(&taken) < cost
            {
                return Some(taken);
            }
        }
        None
    }

    /// Where the stretches of one CPU begin and end.
    fn stretches(&self, schedule: &[Choice]) -> Vec<(usize, usize)> {
        let mut stretches = Vec::new();
        let mut from = 0;
        for i in 1..=schedule.len() {
            let same =
                i < schedule.len() && self.model.cpu_of(schedule[i].agent) == self.model.cpu_of(schedule[i - 1].agent);
            if !same {
                stretches.push((from, i));
                from = i;
            }
        }
        stretches
    }
}

/// Candidates with a stretch joined to the next or the previous one of the same CPU.
fn merged(best: &[Choice], stretches: &[(usize, usize)], same: impl Fn(u8, u8) -> bool) -> Vec<Vec<Choice>> {
    let mut candidates = Vec::new();
    for (i, &(a0, a1)) in stretches.iter().enumerate() {
        let next = stretches.iter().skip(i + 1).find(|(b0, _)| same(best[a0].agent, best[*b0].agent));
        if let Some(&(b0, b1)) = next {
            // the later one comes early
            candidates.push([&best[..a1], &best[b0..b1], &best[a1..b0], &best[b1..]].concat());
            // the earlier one comes late
            candidates.push([&best[..a0], &best[a1..b0], &best[a0..a1], &best[b0..]].concat());
        }
    }
    candidates
}

/// Candidates with a stretch, or the end or the beginning of one, left out or moved behind the next stretch.
fn shortened(best: &[Choice], stretches: &[(usize, usize)]) -> Vec<Vec<Choice>> {
    let mut candidates = Vec::new();
    for (i, &(from, to)) in stretches.iter().enumerate() {
        let mut length = to - from;
        while length > 0 {
            candidates.push([&best[..to - length], &best[to..]].concat());
            candidates.push([&best[..from], &best[from + length..]].concat());
            if let Some(&(_, end)) = stretches.get(i + 1) {
                candidates.push([&best[..to - length], &best[to..end], &best[to - length..to], &best[end..]].concat());
            }
            length /= 2;
        }
    }
    candidates
}
