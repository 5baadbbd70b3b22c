//! A model that is watched: every attempted step is learned from.

use super::access::Access;
use super::knowledge::Knowledge;
use crate::explore::expand::for_each_pick;
use crate::explore::{Break, Choice, Model, Outcome};
use cowscope_mmu::Slot;

/// One way on from a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub choice: Choice,
    pub hash: u64,
    /// Where its list of changed words begins; it ends where the next one's begins.
    pub redo: u32,
}

/// What one agent can do in a state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempt {
    pub access: Access,
    /// Ways on.
    pub ways: u32,
    /// It can do one thing, which breaks nothing and drops nothing.
    pub sole: bool,
    /// It can act, or an `assume` keeps it from acting.
    pub able: bool,
}

/// A model, where its agents stand, and what is known of them.
pub(super) struct Watched<M: Model> {
    pub model: M,
    pub knowledge: Knowledge,
    /// The location of every agent in the model's state, as the model names it and as it is numbered.
    names: Vec<u64>,
    pub at: Vec<u32>,
    /// The conditions that hold in the model's state.
    pub open: u64,
    /// Ways on from the states being looked at.
    pub ways: Vec<Way>,
    pub redo: Vec<(Slot, u64)>,
    /// While learning: the values of the words just touched.
    values: Vec<(Slot, u64)>,
}

impl<M: Model> Watched<M> {
    pub fn new(mut model: M) -> Self {
        model.state_mut().commit();
        model.state_mut().trace(true);
        let agents = model.agents();
        let mut knowledge = Knowledge::new(model.state().len());
        let names: Vec<u64> = (0..agents).map(|a| model.location(a)).collect();
        let at = names.iter().zip(0..agents).map(|(name, agent)| knowledge.location(agent, *name)).collect();
        Watched { model, knowledge, names, at, open: 0, ways: Vec::new(), redo: Vec::new(), values: Vec::new() }
    }

    /// To be called when the model's state has changed: where do agents stand, which conditions hold?
    #[inline(always)]
    pub fn arrive(&mut self) {
        for agent in 0..self.names.len() {
            let name = self.model.location(agent as u8);
            if name != self.names[agent] {
                self.names[agent] = name;
                self.at[agent] = self.knowledge.location(agent as u8, name);
            }
        }
        let state = self.model.state();
        let conditions = self.knowledge.conditions().iter().enumerate();
        self.open = conditions.fold(0, |open, (i, c)| open | (c.holds(state.get(c.slot)) as u64) << i);
    }

    /// Tries everything that `agent` can do here; its ways on are put on the stack. `broke` hears of breaks.
    #[inline(always)]
    pub fn attempt(&mut self, agent: u8, broke: &mut impl FnMut(Choice, Break)) -> Attempt {
        let Watched { model, knowledge, names, at, open, ways, redo, values } = self;
        let mark = model.state().mark();
        let mut attempt = Attempt { sole: true, ..Attempt::default() };
        let mut tried = false;
        model.state_mut().clear_trace();
        for_each_pick(model, mark, agent, &mut |model: &mut M, mark, choice, outcome| {
            tried = true;
            let access = gather(model, knowledge, agent, values);
            attempt.access.join(&access);
            attempt.able = true;
            let Outcome::Stepped { alternatives } = outcome else {
                attempt.sole = false;
                if let Outcome::Broke { .. } = outcome {
                    model.violations().iter().for_each(|v| broke(choice, Break::Violation(*v)));
                }
                knowledge.refused(at[agent as usize], &access);
                model.state_mut().clear_trace();
                return;
            };
            attempt.sole &= alternatives == 1;
            attempt.ways += 1;
            for other in 0..names.len() {
                let name = model.location(other as u8);
                if other == agent as usize || name != names[other] {
                    let to = knowledge.location(other as u8, name);
                    let touched = if other == agent as usize { access } else { Access::default() };
                    knowledge.stepped(at[other], to, &touched, *open);
                    if knowledge.learns() && other == agent as usize {
                        let before = values_before(model, mark, values);
                        knowledge.values_of_step(at[other], to, &before);
                    }
                }
            }
            let (state, from) = (model.state(), redo.len() as u32);
            redo.extend(state.changes(mark).iter().map(|&(slot, _)| (slot, state.get(slot))));
            ways.push(Way { choice, hash: state.fingerprint(), redo: from });
            model.state_mut().clear_trace();
        });
        if !tried {
            // The refused attempt has been taken back, its trace stands.
            attempt.sole = false;
            let access = gather(model, knowledge, agent, values);
            attempt.access = access;
            knowledge.refused(at[agent as usize], &access);
            if knowledge.learns() {
                let state = model.state();
                let here: Vec<_> = values.iter().map(|(slot, _)| (*slot, state.get(*slot))).collect();
                knowledge.values_of_refusal(at[agent as usize], &here);
            }
        }
        attempt
    }

    /// Takes the way with number `way`: the model's state changes from where the undo log stands.
    #[inline(always)]
    pub fn take(&mut self, way: usize) -> Choice {
        let Way { choice, hash, redo } = self.ways[way];
        let end = self.ways.get(way + 1).map_or(self.redo.len(), |next| next.redo as usize);
        let mark = self.model.state().mark();
        self.model.state_mut().redo(mark, &self.redo[redo as usize..end], hash);
        choice
    }

    /// Forgets the ways from number `ways` on.
    #[inline(always)]
    pub fn forget(&mut self, ways: usize) {
        if let Some(way) = self.ways.get(ways) {
            self.redo.truncate(way.redo as usize);
            self.ways.truncate(ways);
        }
    }
}

/// The shared words that the trace names; their slots go to `values` while values are learned.
#[inline(always)]
fn gather<M: Model>(model: &mut M, knowledge: &mut Knowledge, agent: u8, values: &mut Vec<(Slot, u64)>) -> Access {
    let mut access = Access::default();
    values.clear();
    let learns = knowledge.learns();
    let trace = model.state_mut().traced();
    for slot in &trace.reads {
        if let Some(word) = knowledge.touch(agent, *slot) {
            access.reads.add(word);
            if learns {
                values.push((*slot, 0));
            }
        }
    }
    for slot in &trace.writes {
        if let Some(word) = knowledge.touch(agent, *slot) {
            access.writes.add(word);
        }
    }
    access
}

/// The values that the words named in `values` had at `mark`.
fn values_before<M: Model>(model: &M, mark: cowscope_mmu::Mark, values: &[(Slot, u64)]) -> Vec<(Slot, u64)> {
    let state = model.state();
    let before =
        |slot| state.changes(mark).iter().find(|(s, _)| *s == slot).map_or_else(|| state.get(slot), |(_, old)| *old);
    values.iter().map(|(slot, _)| (*slot, before(*slot))).collect()
}
