//! Cheapest first: searches in layers of context switches (or preemptions), inside a layer by steps. What they find is minimal.

use super::expand::for_each_step;
use super::tree::{ROOT, Tree};
use super::{
    Break, Budget, Choice, Counts, End, Findings, Fingerprints, Limit, Model, Outcome, Phase, Search, Status, Target,
};
use std::collections::BTreeMap;

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
    /// What the step broke; `None` for a step that goes on.
    broke: Option<Vec<Break>>,
}

/// A state reached by a switch, to be looked at in the next layer.
struct Later {
    key: u64,
    node: u32,
    steps: u32,
}

/// A search by (switches, steps), smallest first. No reduction, no symmetry; states are told apart by fingerprint and last actor.
///
/// Because a schedule is only extended after every cheaper one, the first break met is a cheapest one, and when layer `k` begins
/// every schedule of fewer than `k` switches has been covered.
pub struct Layered<M: Model> {
    tree: Tree<M>,
    measure: Measure,
    goal: Goal,
    budget: Budget,
    /// States whose cheapest cost is settled, with their last actor.
    settled: Fingerprints,
    /// States waiting for the next layer, with their last actor.
    awaited: Fingerprints,
    cost: Cost,
    current: Vec<u32>,
    /// How many of `current` have been looked at.
    looked: usize,
    next: Vec<u32>,
    incoming: Vec<Later>,
    /// How many of `incoming` have been taken.
    taken: usize,
    later: Vec<Later>,
    successors: Vec<Successor>,
    best: BTreeMap<Break, Cost>,
    findings: Findings,
    /// States settled in each layer that is finished.
    layers: Vec<u64>,
    counts: Counts,
    ended: Option<End>,
}

/// Nobody has acted yet.
const NOBODY: u8 = u8::MAX;

impl<M: Model> Layered<M> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, measure: Measure, goal: Goal, budget: Budget) -> Self {
        let mut search = Layered {
            tree: Tree::new(model),
            measure,
            goal,
            budget,
            settled: Fingerprints::new(),
            awaited: Fingerprints::new(),
            cost: Cost { switches: 0, steps: 0 },
            current: vec![ROOT],
            looked: 0,
            next: Vec::new(),
            incoming: Vec::new(),
            taken: 0,
            later: Vec::new(),
            successors: Vec::new(),
            best: BTreeMap::new(),
            findings: Findings::new(),
            layers: Vec::new(),
            counts: Counts { states: 1, transitions: 1, ..Counts::default() },
            ended: None,
        };
        let first = key(search.tree.model().state().fingerprint(), NOBODY);
        search.settled.insert(first);
        search
    }

    /// What the cheapest schedule of a break costs, if it was found.
    pub fn cost_of(&self, what: Break) -> Option<Cost> {
        self.best.get(&what).copied()
    }

    /// How many states (told apart with their last actor) each finished layer settled: every schedule of fewer than
    /// `layers().len()` switches has been covered.
    pub fn layers(&self) -> &[u64] {
        &self.layers
    }

    /// The cost that is being looked at: everything cheaper is done.
    pub fn reached(&self) -> Cost {
        self.cost
    }

    /// The cheapest of the breaks looked for.
    fn cheapest(&self) -> Option<Cost> {
        let target = self.goal.first?;
        self.best.iter().filter(|(what, _)| target.wants(**what)).map(|(_, cost)| *cost).min()
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
            Some(best) if *best <= cost => self.findings.note(what, Vec::new),
            Some(_) => self.findings.replace(what, schedule()),
            None => self.findings.note(what, schedule),
        }
        self.best.entry(what).and_modify(|best| *best = cost.min(*best)).or_insert(cost);
    }

    /// Finds what follows from `node`, whose cheapest cost is `self.cost`.
    fn look(&mut self, node: u32) {
        self.tree.go_to(node, self.cost.steps);
        self.counts.depth = self.counts.depth.max(self.cost.steps as u64);
        let last = self.tree.choice(node).map(|c| c.agent);
        let mut successors = std::mem::take(&mut self.successors);
        let mut dropped = false;
        for_each_step(self.tree.model_mut(), |model, _, choice, outcome| match outcome {
            Outcome::Stepped { .. } => {
                successors.push(Successor { choice, hash: model.state().fingerprint(), broke: None });
            }
            Outcome::Broke { .. } => {
                let broke = model.violations().iter().map(|v| Break::Violation(*v)).collect();
                successors.push(Successor { choice, hash: 0, broke: Some(broke) });
            }
            Outcome::Dropped { .. } | Outcome::Blocked => dropped = true,
        });
        self.counts.transitions += successors.len() as u64;
        if successors.is_empty() && !dropped {
            self.stuck(node);
        }
        let preempts = last.is_some_and(|last| self.leaving_preempts(last, &successors));
        for s in successors.drain(..) {
            let switch = match (self.measure, last) {
                (Measure::Steps, _) | (_, None) => false,
                (_, Some(last)) if self.tree.model().cpu_of(last) == self.tree.model().cpu_of(s.choice.agent) => false,
                (Measure::Switches, _) => true,
                (Measure::Preemptions, _) => preempts,
            };
            self.follow(node, s, switch);
        }
        self.successors = successors;
    }

    fn leaving_preempts(&self, last: u8, successors: &[Successor]) -> bool {
        let model = self.tree.model();
        let cpu = model.cpu_of(last);
        successors
            .iter()
            .map(|s| s.choice.agent)
            .any(|agent| agent == last || (model.cpu_of(agent) == cpu && model.phase(agent) != Phase::Serving))
    }

    fn follow(&mut self, node: u32, s: Successor, switch: bool) {
        let cost = Cost { switches: self.cost.switches + switch as u32, steps: self.cost.steps + 1 };
        if self.goal.bound.is_some_and(|bound| cost.switches > bound) {
            return;
        }
        if let Some(broke) = s.broke {
            for what in broke {
                self.note(what, cost, node, Some(s.choice));
            }
            return;
        }
        let key = key(s.hash, self.actor(s.choice.agent));
        if !switch {
            if self.settled.insert(key) {
                let child = self.tree.add(node, s.choice);
                self.next.push(child);
            }
        } else if !self.settled.contains(key) && self.awaited.insert(key) {
            let child = self.tree.add(node, s.choice);
            self.later.push(Later { key, node: child, steps: cost.steps });
        }
    }

    #[cold]
    fn stuck(&mut self, node: u32) {
        self.counts.terminals += 1;
        let model = self.tree.model_mut();
        let mark = model.state().mark();
        let broke = match model.finished() {
            false => vec![Break::Deadlock],
            true => model.check_end().into_iter().map(Break::Violation).collect(),
        };
        model.state_mut().undo(mark);
        for what in broke {
            self.note(what, self.cost, node, None);
        }
    }

    /// Goes to the next cost at which states wait. Returns how the search ends when there is none.
    fn advance(&mut self) -> Option<End> {
        self.cost.steps += 1;
        if self.next.is_empty() {
            match self.incoming.get(self.taken) {
                Some(l) => self.cost.steps = self.cost.steps.max(l.steps),
                None => {
                    let before: u64 = self.layers.iter().sum();
                    self.layers.push(self.settled.len() - before);
                    if self.later.is_empty() {
                        return Some(self.covered());
                    }
                    std::mem::swap(&mut self.incoming, &mut self.later);
                    self.later.clear();
                    self.taken = 0;
                    self.awaited = Fingerprints::new();
                    self.cost = Cost { switches: self.cost.switches + 1, steps: self.incoming[0].steps };
                }
            }
        }
        if self.cheapest().is_some_and(|best| self.cost >= best) {
            return Some(End::Broke);
        }
        std::mem::swap(&mut self.current, &mut self.next);
        self.next.clear();
        self.looked = 0;
        while let Some(l) = self.incoming.get(self.taken).filter(|l| l.steps == self.cost.steps) {
            self.taken += 1;
            if self.settled.insert(l.key) {
                self.current.push(l.node);
            }
        }
        None
    }

    /// Nothing is left within the bound.
    fn covered(&self) -> End {
        match self.goal.bound {
            _ if self.cheapest().is_some() => End::Broke,
            Some(bound) if self.measure != Measure::Steps => End::Bounded(bound),
            _ => End::Complete,
        }
    }

    fn bytes(&self) -> u64 {
        let queues = (self.current.capacity() + self.next.capacity()) * size_of::<u32>()
            + (self.incoming.capacity() + self.later.capacity()) * size_of::<Later>();
        self.settled.bytes() + self.awaited.bytes() + self.tree.bytes() + queues as u64
    }

    fn limit(&mut self) -> Option<Limit> {
        if let Some(limit) =
            self.budget.reached(&Counts { bytes: self.bytes(), states: self.settled.len(), ..self.counts })
        {
            return Some(limit);
        }
        if self.tree.is_full() {
            return Some(Limit::States);
        }
        for set in [&mut self.settled, &mut self.awaited] {
            if set.is_full() {
                set.grow();
            }
        }
        None
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
            if let Some(node) = self.current.get(self.looked) {
                self.looked += 1;
                self.look(*node);
            } else if let Some(end) = self.advance() {
                self.ended = Some(end);
                return Status::Ended(end);
            }
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        let frontier =
            self.current.len() - self.looked + self.next.len() + self.incoming.len() - self.taken + self.later.len();
        Counts { states: self.settled.len(), frontier: frontier as u64, bytes: self.bytes(), ..self.counts }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
