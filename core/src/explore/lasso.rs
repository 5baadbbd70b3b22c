//! Livelock: a cycle that a fair scheduler can run for ever while somebody never finishes.

use super::expand::for_each_step;
use super::tree::{ROOT, Tree};
use super::{Budget, Choice, Counts, End, Findings, Limit, Model, Outcome, Search, Status};
use std::collections::{BTreeMap, VecDeque};

/// A run without end: the way to a cycle, and the cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasso {
    /// Choices that lead to the cycle; no way there is shorter.
    pub stem: Vec<Choice>,
    /// Choices that lead from there back to the same state. Every agent acts in it or can't act in one of its states.
    pub cycle: Vec<Choice>,
}

#[derive(Clone, Copy)]
struct Edge {
    to: u32,
    choice: Choice,
}

/// What is known of a state.
#[derive(Clone, Copy)]
struct State {
    depth: u32,
    /// Where its edges begin; they end where the next state's begin.
    edges: u32,
    /// Agents that can act.
    enabled: u64,
    finished: bool,
}

/// Builds the graph of all states, breadth first, then looks for a cycle that is fair: an agent that can act in all of its states does.
/// (Weak fairness. A free choice is not asked to be fair.) Unreduced; keeps every edge, so it is for small spaces.
///
/// A cycle is no livelock when all that must finish has finished: agents that serve may go round for ever.
pub struct Lassos<M: Model> {
    tree: Tree<M>,
    budget: Budget,
    index: BTreeMap<u64, u32>,
    states: Vec<State>,
    edges: Vec<Edge>,
    counts: Counts,
    findings: Findings,
    lasso: Option<Lasso>,
    ended: Option<End>,
}

impl<M: Model> Lassos<M> {
    /// A search from the state in which `model` stands.
    pub fn new(model: M, budget: Budget) -> Self {
        let index = BTreeMap::from([(model.state().fingerprint(), ROOT)]);
        Lassos {
            tree: Tree::new(model),
            budget,
            index,
            states: Vec::new(),
            edges: Vec::new(),
            counts: Counts { states: 1, transitions: 1, ..Counts::default() },
            findings: Findings::new(),
            lasso: None,
            ended: None,
        }
    }

    /// The lasso, if the search has ended and found one.
    pub fn lasso(&self) -> Option<&Lasso> {
        self.lasso.as_ref()
    }

    /// Looks at the next state in order.
    fn look(&mut self, node: u32, depth: u32) {
        self.tree.go_to(node, depth);
        let (mut enabled, mut found) = (0u64, Vec::new());
        for_each_step(self.tree.model_mut(), |model, mark, choice, outcome| match outcome {
            Outcome::Stepped { .. } => {
                enabled |= 1 << choice.agent;
                let state = model.state();
                let changes: Vec<_> = state.changes(mark).iter().map(|&(slot, _)| (slot, state.get(slot))).collect();
                found.push((choice, state.fingerprint(), changes));
            }
            Outcome::Broke { .. } => enabled |= 1 << choice.agent,
            Outcome::Dropped { .. } | Outcome::Blocked => {}
        });
        let finished = self.tree.model().finished();
        self.states.push(State { depth, edges: self.edges.len() as u32, enabled, finished });
        self.counts.transitions += found.len() as u64;
        self.counts.depth = self.counts.depth.max(depth as u64);
        self.counts.terminals += (enabled == 0) as u64;
        for (choice, hash, changes) in found {
            let to = match self.index.get(&hash) {
                Some(to) => *to,
                None => {
                    let to = self.tree.add(node, choice, hash, &changes);
                    self.index.insert(hash, to);
                    to
                }
            };
            self.edges.push(Edge { to, choice });
        }
        self.counts.states = self.index.len() as u64;
    }

    fn out(&self, node: u32) -> &[Edge] {
        let from = self.states[node as usize].edges as usize;
        let to = self.states.get(node as usize + 1).map_or(self.edges.len(), |next| next.edges as usize);
        &self.edges[from..to]
    }

    /// The number of each state's strongly connected component (Tarjan, without recursion).
    fn components(&self) -> Vec<u32> {
        const NEW: u32 = u32::MAX;
        let n = self.states.len();
        let (mut order, mut low, mut component) = (vec![NEW; n], vec![0u32; n], vec![NEW; n]);
        let (mut time, mut number) = (0, 0);
        let (mut open, mut calls) = (Vec::new(), Vec::new());
        for root in 0..n as u32 {
            if order[root as usize] != NEW {
                continue;
            }
            calls.push((root, 0usize));
            while let Some((v, i)) = calls.pop() {
                let at = v as usize;
                if i == 0 {
                    order[at] = time;
                    low[at] = time;
                    time += 1;
                    open.push(v);
                }
                if let Some(edge) = self.out(v).get(i) {
                    calls.push((v, i + 1));
                    let to = edge.to as usize;
                    if order[to] == NEW {
                        calls.push((edge.to, 0));
                    } else if component[to] == NEW {
                        low[at] = low[at].min(order[to]);
                    }
                    continue;
                }
                if low[at] == order[at] {
                    while let Some(w) = open.pop() {
                        component[w as usize] = number;
                        if w == v {
                            break;
                        }
                    }
                    number += 1;
                }
                if let Some((caller, _)) = calls.last() {
                    let caller = *caller as usize;
                    low[caller] = low[caller].min(low[at]);
                }
            }
        }
        component
    }

    /// A fair cycle nearest to the start.
    fn find(&self) -> Option<Lasso> {
        let component = self.components();
        let count = component.iter().max().map_or(0, |max| *max as usize + 1);
        // Of each component: agents that act inside, agents that can act everywhere, whether it has an edge at all.
        let mut acts = vec![0u64; count];
        let mut always = vec![u64::MAX; count];
        for (node, state) in self.states.iter().enumerate() {
            let c = component[node] as usize;
            always[c] &= state.enabled;
            for edge in self.out(node as u32).iter().filter(|e| component[e.to as usize] as usize == c) {
                acts[c] |= 1 << edge.choice.agent;
            }
        }
        let fair = |c: usize| acts[c] != 0 && always[c] & !acts[c] == 0;
        let start = (0..self.states.len()).find(|n| !self.states[*n].finished && fair(component[*n] as usize))?;
        let start = start as u32;
        let cycle = self.cycle(start, &component, acts[component[start as usize] as usize]);
        Some(Lasso { stem: self.tree.schedule(start), cycle })
    }

    /// A closed walk from `start` inside its component in which every agent of `acts` that can always act does, and every other meets a
    /// state in which it can't.
    fn cycle(&self, start: u32, component: &[u32], acts: u64) -> Vec<Choice> {
        let mut walk = Vec::new();
        let mut here = start;
        let mut acted = 0u64;
        let mut unable = !self.states[start as usize].enabled;
        loop {
            let unmet = acts & !acted & !unable;
            let first = walk.is_empty();
            let goal = |edge: &Edge| match unmet {
                0 => edge.to == start,
                _ => unmet >> edge.choice.agent & 1 == 1 || unmet & !self.states[edge.to as usize].enabled != 0,
            };
            if unmet == 0 && here == start && !first {
                return walk.into_iter().map(|e: Edge| e.choice).collect();
            }
            for edge in self.walk_to(here, component, goal) {
                acted |= 1 << edge.choice.agent;
                unable |= !self.states[edge.to as usize].enabled;
                here = edge.to;
                walk.push(edge);
            }
        }
    }

    /// The shortest walk from `from` inside its component whose last edge is a goal. In a component every edge can be reached.
    fn walk_to(&self, from: u32, component: &[u32], goal: impl Fn(&Edge) -> bool) -> Vec<Edge> {
        let inside = component[from as usize];
        let mut came: BTreeMap<u32, (u32, Edge)> = BTreeMap::new();
        let mut todo = VecDeque::from([from]);
        while let Some(node) = todo.pop_front() {
            for edge in self.out(node).iter().filter(|e| component[e.to as usize] == inside) {
                if goal(edge) {
                    let (mut walk, mut at) = (vec![*edge], node);
                    while at != from {
                        let (before, edge) = came[&at];
                        walk.push(edge);
                        at = before;
                    }
                    walk.reverse();
                    return walk;
                }
                if edge.to != from && !came.contains_key(&edge.to) {
                    came.insert(edge.to, (node, *edge));
                    todo.push_back(edge.to);
                }
            }
        }
        Vec::new()
    }
}

impl<M: Model> Search for Lassos<M> {
    fn run(&mut self, transitions: u64) -> Status {
        if let Some(end) = self.ended {
            return Status::Ended(end);
        }
        let until = self.counts.transitions.saturating_add(transitions);
        while self.counts.transitions < until {
            if let Some(limit) = self.budget.reached(&self.counts()).or(self.tree.is_full().then_some(Limit::States)) {
                return Status::Ended(End::BudgetReached(limit));
            }
            let node = self.states.len() as u32;
            if (node as usize) < self.index.len() {
                let depth = self.tree.parent(node).map_or(0, |parent| self.states[parent as usize].depth + 1);
                self.look(node, depth);
                continue;
            }
            self.lasso = self.find();
            let end = if self.lasso.is_some() { End::Broke } else { End::Complete };
            self.ended = Some(end);
            return Status::Ended(end);
        }
        Status::Running
    }

    fn counts(&self) -> Counts {
        let graph = self.states.capacity() * size_of::<State>() + self.edges.capacity() * size_of::<Edge>();
        let index = self.index.len() * 24;
        Counts {
            frontier: (self.index.len() - self.states.len()) as u64,
            bytes: (graph + index) as u64 + self.tree.bytes(),
            ..self.counts
        }
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }
}
