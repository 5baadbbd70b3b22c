//! Cheapest first: searches in layers of context switches (or preemptions), inside a layer by steps. What they find is minimal.

use super::expand::for_each_step;
use super::labels::Labels;
use super::tree::{ROOT, Tree};
use super::{Break, Budget, Choice, Counts, End, Findings, Limit, Model, Outcome, Phase, Search, Status, Target};
use cowscope_mmu::Slot;
use std::collections::{BTreeMap, VecDeque};

/// What a schedule costs before its steps are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing: only steps count.
    Steps,
    /// A step of another CPU than the one before. Interrupt handlers and store buffers count as their CPU's.
    Switches,
    /// A switch away from an agent that could still act, or whose CPU's program could.
    Preemptions,
}

/// Where a layered search stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Stop at the cheapest of these breaks; `None` collects the cheapest schedule of every distinct break.
    pub first: Option<Target>,
    /// Leave out schedules that cost more switches (or preemptions) than this.
    pub bound: Option<u32>,
}

/// What a schedule costs: switches (or preemptions), then steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Context switches or preemptions, by [`Measure`]; 0 when only steps count.
    pub switches: u32,
    /// Steps, the breaking one included.
    pub steps: u32,
}

/// A successor of the state that is being looked at.
struct Successor {
    choice: Choice,
    hash: u64,
    /// Where its changed words begin and end.
    changes: (u32, u32),
    /// What the step broke; `None` for a step that goes on.
    broke: Option<Vec<Break>>,
}

/// A state that waits to be looked at.
#[derive(Clone, Copy)]
struct Waiting {
    key: u64,
    node: u32,
    steps: u32,
}

/// A search by (switches, steps), smallest first. No reduction, no symmetry; states are told apart by fingerprint and last actor.
///
/// Layer `k` begins when every schedule of fewer than `k` switches has been covered. Inside a layer one CPU runs on from each state
/// that waits; a state that is reached again at a lower cost is looked at again, so that at the end of its layer its cost is the least.
pub struct Layered<M: Model> {
    tree: Tree<M>,
    measure: Measure,
    goal: Goal,
    budget: Budget,
    labels: Labels,
    /// The layer that is being walked.
    layer: u32,
    /// States of this layer that a step of the same CPU reached.
    inner: VecDeque<Waiting>,
    /// States of this layer that a switch reached, and how many of them have been taken.
    entries: Vec<Waiting>,
    taken: usize,
    /// States of the next layer.
    later: Vec<Waiting>,
    successors: Vec<Successor>,
    /// Their changed words.
    changes: Vec<(Slot, u64)>,
    best: BTreeMap<Break, Cost>,
    /// The cost of the cheapest of the breaks looked for.
    cheapest: Option<Cost>,
    findings: Findings,
    /// States whose least cost lies in each layer.
    layers: Vec<u64>,
    counts: Counts,
    ended: Option<End>,
    /// Number of the part that is searched, and of how many.
    part: (u64, u64),
}

/// Nobody has acted yet.
const NOBODY: u8 = u8::MAX;

impl<M: Model> Layered<M> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, measure: Measure, goal: Goal, budget: Budget) -> Self {
        let tree = Tree::new(model);
        let first = key(tree.model().state().fingerprint(), NOBODY);
        let mut labels = Labels::new();
        labels.improve(first, Cost { switches: 0, steps: 0 });
        Layered {
            tree,
            measure,
            goal,
            budget,
            labels,
            layer: 0,
            inner: VecDeque::new(),
            entries: vec![Waiting { key: first, node: ROOT, steps: 0 }],
            taken: 0,
            later: Vec::new(),
            successors: Vec::new(),
            changes: Vec::new(),
            best: BTreeMap::new(),
            cheapest: None,
            findings: Findings::new(),
            layers: vec![1],
            counts: Counts { states: 1, transitions: 1, ..Counts::default() },
            ended: None,
            part: (0, 1),
        }
    }

    /// Only a part of the schedules: those without a switch, and of the others those whose first switch leads to a state of this part.
    /// Together the `of` parts cover all. (By [`Measure::Steps`] alone there is nothing to divide: every part is the whole.)
    #[must_use]
    pub fn part(mut self, index: u32, of: u32) -> Self {
        self.part = (index as u64, of.max(1) as u64);
        self
    }

    /// What the cheapest schedule of a break costs, if it was found.
    pub fn cost_of(&self, what: Break) -> Option<Cost> {
        self.best.get(&what).copied()
    }

    /// How many states (told apart with their last actor) each finished layer has: every schedule of fewer than `layers().len()`
    /// switches has been covered.
    pub fn layers(&self) -> &[u64] {
        let finished = self.cheapest.map_or(self.layer, |best| best.switches.min(self.layer)) as usize;
        &self.layers[..finished.min(self.layers.len())]
    }

    /// Who acted last, as far as this measure tells states apart by it.
    fn actor(&self, agent: u8) -> u8 {
        match self.measure {
            Measure::Steps => NOBODY,
            Measure::Switches => self.tree.model().cpu_of(agent),
            Measure::Preemptions => agent,
        }
    }

    fn note(&mut self, what: Break, cost: Cost, at: u32, choice: Option<Choice>) {
        let tree = &self.tree;
        let schedule = || tree.schedule(at).into_iter().chain(choice).collect::<Vec<_>>();
        match self.best.get(&what) {
            Some(best) if *best <= cost => return self.findings.note(what, Vec::new),
            Some(_) => self.findings.replace(what, schedule()),
            None => self.findings.note(what, schedule),
        }
        self.best.insert(what, cost);
        if self.goal.first.is_some_and(|target| target.wants(what)) {
            self.cheapest = Some(self.cheapest.map_or(cost, |known| known.min(cost)));
        }
    }

    /// Finds what follows from a state of this layer.
    fn look(&mut self, here: Waiting) {
        self.tree.go_to(here.node, here.steps);
        self.counts.depth = self.counts.depth.max(here.steps as u64);
        let last = self.tree.choice(here.node).map(|c| c.agent);
        let mut successors = std::mem::take(&mut self.successors);
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        let mut dropped = false;
        for_each_step(self.tree.model_mut(), |model, mark, choice, outcome| match outcome {
            Outcome::Stepped { .. } => {
                let (state, from) = (model.state(), changes.len() as u32);
                changes.extend(state.changes(mark).iter().map(|&(slot, _)| (slot, state.get(slot))));
                let changes = (from, changes.len() as u32);
                successors.push(Successor { choice, hash: state.fingerprint(), changes, broke: None });
            }
            Outcome::Broke { .. } => {
                let broke = model.violations().iter().map(|v| Break::Violation(*v)).collect();
                successors.push(Successor { choice, hash: 0, changes: (0, 0), broke: Some(broke) });
            }
            Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
        });
        self.counts.transitions += successors.len() as u64;
        if successors.is_empty() && !dropped {
            self.stuck(here);
        }
        let preempts = last.is_some_and(|last| self.leaving_preempts(last, &successors));
        for s in successors.drain(..) {
            let switch = match (self.measure, last) {
                (Measure::Steps, _) | (_, None) => false,
                (_, Some(last)) if self.tree.model().cpu_of(last) == self.tree.model().cpu_of(s.choice.agent) => false,
                (Measure::Switches, _) => true,
                (Measure::Preemptions, _) => preempts,
            };
            self.follow(here, s, switch, &changes);
        }
        self.successors = successors;
        self.changes = changes;
    }

    fn leaving_preempts(&self, last: u8, successors: &[Successor]) -> bool {
        let model = self.tree.model();
        let cpu = model.cpu_of(last);
        successors
            .iter()
            .map(|s| s.choice.agent)
            .any(|agent| agent == last || (model.cpu_of(agent) == cpu && model.phase(agent) != Phase::Serving))
    }

    fn follow(&mut self, here: Waiting, s: Successor, switch: bool, changes: &[(Slot, u64)]) {
        let cost = Cost { switches: self.layer + switch as u32, steps: here.steps + 1 };
        if self.goal.bound.is_some_and(|bound| cost.switches > bound) {
            return;
        }
        if let Some(broke) = s.broke {
            for what in broke {
                self.note(what, cost, here.node, Some(s.choice));
            }
            return;
        }
        let key = key(s.hash, self.actor(s.choice.agent));
        let first_switch = switch && self.layer == 0;
        if first_switch && (key >> 32) % self.part.1 != self.part.0 {
            return;
        }
        let Some(before) = self.labels.improve(key, cost) else { return };
        if let Some(before) = before {
            self.layers[before.switches as usize] -= 1;
        }
        self.layers.resize(self.layers.len().max(cost.switches as usize + 1), 0);
        self.layers[cost.switches as usize] += 1;
        let changes = &changes[s.changes.0 as usize..s.changes.1 as usize];
        let node = self.tree.add(here.node, s.choice, s.hash, changes);
        let waiting = Waiting { key, node, steps: cost.steps };
        if switch {
            self.later.push(waiting);
        } else {
            self.inner.push_back(waiting);
        }
    }

    #[cold]
    fn stuck(&mut self, here: Waiting) {
        self.counts.terminals += 1;
        let model = self.tree.model_mut();
        let mark = model.state().mark();
        let broke = match model.finished() {
            false => vec![Break::Deadlock],
            true => model.check_end().into_iter().map(Break::Violation).collect(),
        };
        model.state_mut().undo(mark);
        for what in broke {
            self.note(what, Cost { switches: self.layer, steps: here.steps }, here.node, None);
        }
    }

    /// The next state of this layer. By steps alone they come in the order in which they were reached, that is, of their steps;
    /// otherwise the one reached last comes first, because the model stands beside it.
    fn next(&mut self) -> Option<Waiting> {
        let inner = match self.measure {
            Measure::Steps => self.inner.pop_front(),
            Measure::Switches | Measure::Preemptions => self.inner.pop_back(),
        };
        inner.or_else(|| {
            let entry = self.entries.get(self.taken).copied();
            self.taken += entry.is_some() as usize;
            entry
        })
    }

    /// Goes to the next layer. Returns how the search ends when there is none.
    fn advance(&mut self) -> Option<End> {
        self.layer += 1;
        if self.cheapest.is_some_and(|best| best.switches < self.layer) {
            return Some(End::Broke);
        }
        if self.later.is_empty() {
            return Some(self.covered());
        }
        std::mem::swap(&mut self.entries, &mut self.later);
        self.later.clear();
        self.taken = 0;
        None
    }

    /// Nothing is left within the bound.
    fn covered(&self) -> End {
        match self.goal.bound {
            _ if self.cheapest.is_some() => End::Broke,
            Some(bound) if self.measure != Measure::Steps => End::Bounded(bound),
            _ => End::Complete,
        }
    }

    fn bytes(&self) -> u64 {
        let queues = self.inner.capacity() + self.entries.capacity() + self.later.capacity();
        self.labels.bytes() + self.tree.bytes() + (queues * size_of::<Waiting>()) as u64
    }

    fn limit(&self) -> Option<Limit> {
        self.budget.reached(&self.counts()).or(self.tree.is_full().then_some(Limit::States))
    }
}

/// Tells states apart by their fingerprint and who acted last.
fn key(fingerprint: u64, actor: u8) -> u64 {
    fingerprint ^ (actor.wrapping_add(1) as u64).wrapping_mul(0x9e6c_63d0_876a_9a47)
}

impl<M: Model> Search for Layered<M> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let until = self.counts.transitions.saturating_add(transitions);
        while self.counts.transitions < until {
            if let Some(limit) = self.limit() {
                return Status::Ended(End::BudgetReached(limit));
            }
            match self.next() {
                Some(here) => {
                    let cost = Cost { switches: self.layer, steps: here.steps };
                    let stale = self.labels.cost(here.key) < cost;
                    // Nothing that costs as much as the cheapest break leads to a cheaper one.
                    if !stale && self.cheapest.is_none_or(|best| cost < best) {
                        self.look(here);
                    }
                }
                None => {
                    if let Some(end) = self.advance() {
                        self.ended = Some(end);
                        return Status::Ended(end);
                    }
                }
            }
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        let frontier = self.inner.len() + self.entries.len() - self.taken + self.later.len();
        Counts { states: self.labels.len(), frontier: frontier as u64, bytes: self.bytes(), ..self.counts }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
