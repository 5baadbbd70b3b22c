//! A depth-first walk over what reductions leave of a state space. A search has several, so that while one waits for memory the
//! others do not.

use super::access::Access;
use super::knowledge::Knowledge;
use crate::explore::expand::for_each_pick;
use crate::explore::{Break, Choice, Findings, Model, Outcome};
use cowscope_mmu::{Mark, Slot, Touched};

/// No way, or no attempt.
pub(super) const NONE: u32 = u32::MAX;

/// One way on from a state.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub choice: Choice,
    /// What it does to the fingerprint: to be XORed.
    hash: u64,
    /// The words it changes.
    from: u32,
    to: u32,
    /// The location that its agent comes to.
    comes_to: u32,
    /// Others stand elsewhere after it, too.
    moves_others: bool,
}

/// What one agent can do in a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Attempt {
    pub access: Access,
    /// All that it touched, shared or not, and what its steps change.
    touched: Touched,
    changed: Touched,
    /// Its ways on.
    pub from: u32,
    pub to: u32,
    /// Conditions without which its steps were never taken.
    guards: u64,
    /// It can do one thing, which breaks nothing and drops nothing.
    pub sole: bool,
    /// It can act, or an `assume` keeps it from acting.
    pub able: bool,
    /// Nothing of it breaks something or is dropped: as long as no word it touched changes, it stays as it is.
    plain: bool,
}

/// A state that was reached and not yet looked at.
#[derive(Clone, Copy)]
pub(super) struct Pending {
    /// How many states of the path lead to its parent, the parent included.
    pub level: u32,
    /// The way that led here.
    pub way: u32,
    pub asleep: u8,
}

/// A state on the path, and where what is known of it ends on the stacks.
#[derive(Clone, Copy)]
struct Level {
    mark: Mark,
    hash: u64,
    /// The way that led here.
    way: u32,
    attempts: u32,
    ways: u32,
    changes: u32,
    /// The conditions that hold.
    open: u64,
}

/// See the module's text.
pub(super) struct Walk<M: Model> {
    pub model: M,
    pub pending: Vec<Pending>,
    path: Vec<Level>,
    /// For each state of the path, where each agent stands, and the number of its attempt.
    at: Vec<u32>,
    tried: Vec<u32>,
    attempts: Vec<Attempt>,
    ways: Vec<Way>,
    changes: Vec<(Slot, u64)>,
    /// The choices that lead to the first state.
    before: Vec<Choice>,
    start: Mark,
}

impl<M: Model> Walk<M> {
    /// A walk that begins in the state in which the model stands.
    pub fn new(mut model: M) -> Self {
        model.state_mut().commit();
        let start = model.state().mark();
        Walk {
            model,
            pending: Vec::new(),
            path: Vec::new(),
            at: Vec::new(),
            tried: Vec::new(),
            attempts: Vec::new(),
            ways: Vec::new(),
            changes: Vec::new(),
            before: Vec::new(),
            start,
        }
    }

    /// Makes the first state the only one that waits.
    pub fn begin(&mut self) {
        self.pending = vec![Pending { level: 0, way: NONE, asleep: 0 }];
    }

    pub fn agents(&self) -> usize {
        self.model.agents() as usize
    }

    /// The location that the agent of a way comes to.
    pub fn comes_to(&self, way: u32) -> u32 {
        self.ways[way as usize].comes_to
    }

    /// States on the path.
    pub fn levels(&self) -> u32 {
        self.path.len() as u32
    }

    /// Steps from the search's first state to where the model stands.
    pub fn depth(&self) -> u64 {
        (self.before.len() + self.path.len()).saturating_sub(1) as u64
    }

    /// The choices that lead to the first `levels` states of the path and no further.
    pub fn schedule(&self, levels: u32) -> Vec<Choice> {
        let ways = self.path[..levels as usize].iter().filter_map(|level| self.ways.get(level.way as usize));
        self.before.iter().copied().chain(ways.map(|way| way.choice)).collect()
    }

    /// Moves the oldest waiting state of this walk to `other`, which has nothing to do.
    pub fn give(&mut self, other: &mut Self) {
        let Some(first) = self.pending.first().copied() else { return };
        other.before = self.schedule(first.level);
        let (way, parent) = (self.ways.get(first.way as usize), self.path.get((first.level as usize).wrapping_sub(1)));
        let (mark, changes, hash) = match (way, parent) {
            (Some(way), Some(parent)) => {
                other.before.push(way.choice);
                (parent.mark, &self.changes[way.from as usize..way.to as usize], parent.hash ^ way.hash)
            }
            _ => (self.start, &[][..], self.model.state().fingerprint()),
        };
        other.model.state_mut().become_branch(self.model.state(), mark, changes, hash);
        other.start = other.model.state().mark();
        other.path.clear();
        other.pending = vec![Pending { level: 0, way: NONE, ..first }];
        self.pending.remove(0);
    }

    /// Makes the model stand behind a way from the state on the path that is the last of `levels`, and forgets what came after that.
    /// Answers the agent that moved (0 for the first state).
    #[inline(always)]
    pub fn go(&mut self, knowledge: &mut Knowledge, levels: u32, way: u32) -> usize {
        self.path.truncate(levels as usize);
        self.at.truncate(levels as usize * self.agents());
        self.tried.truncate(levels as usize * self.agents());
        match (self.path.last(), self.ways.get(way as usize)) {
            (Some(parent), Some(led)) => {
                let mover = led.choice.agent as usize;
                let changes = &self.changes[led.from as usize..led.to as usize];
                self.model.state_mut().redo(parent.mark, changes, parent.hash ^ led.hash);
                self.attempts.truncate(parent.attempts as usize);
                self.ways.truncate(parent.ways as usize);
                self.changes.truncate(parent.changes as usize);
                self.stand(knowledge, way);
                mover
            }
            _ => {
                self.model.state_mut().undo(self.start);
                self.attempts.clear();
                self.ways.clear();
                self.changes.clear();
                self.stand_first(knowledge);
                0
            }
        }
    }

    /// The first state of the path.
    fn stand_first(&mut self, knowledge: &mut Knowledge) {
        for agent in 0..self.agents() {
            self.at.push(knowledge.location(agent, self.model.location(agent as u8)));
            self.tried.push(NONE);
        }
        let open = knowledge.open(self.model.state());
        self.push_level(NONE, open);
    }

    /// The state that `way` led to from the last one of the path. What agents can do is what they could do there, if the step changed
    /// no word that they touched when they were tried, and if what they were seen to wait for still holds.
    #[inline(always)]
    fn stand(&mut self, knowledge: &mut Knowledge, way: u32) {
        let (agents, led) = (self.agents(), self.ways[way as usize]);
        let (from, mover) = (self.at.len() - agents, led.choice.agent as usize);
        let by = self.attempts[self.tried[from + mover] as usize].changed;
        let before = self.path.last().map_or(0, |parent| parent.open);
        let open = knowledge.open_now(self.model.state(), before, &by);
        for agent in 0..agents {
            let stood = self.at[from + agent];
            let stands = match () {
                _ if agent == mover => led.comes_to,
                _ if led.moves_others => knowledge.location(agent, self.model.location(agent as u8)),
                _ => stood,
            };
            self.at.push(stands);
            let number = self.tried[from + agent];
            let as_before = agent != mover && number != NONE && {
                let attempt = &self.attempts[number as usize];
                attempt.plain && stands == stood && attempt.guards & !open == 0 && !attempt.touched.meets(&by)
            };
            self.tried.push(if as_before { number } else { NONE });
        }
        self.push_level(way, open);
    }

    #[inline(always)]
    fn push_level(&mut self, way: u32, open: u64) {
        let state = self.model.state();
        let (mark, hash) = (state.mark(), state.fingerprint());
        self.path.push(Level { mark, hash, way, attempts: 0, ways: 0, changes: 0, open });
        self.close();
    }

    /// What is on the stacks now belongs to the last state of the path.
    #[inline(always)]
    fn close(&mut self) {
        let ends = (self.attempts.len() as u32, self.ways.len() as u32, self.changes.len() as u32);
        if let Some(level) = self.path.last_mut() {
            (level.attempts, level.ways, level.changes) = ends;
        }
    }

    /// What an agent can do where the model stands. Breaks go to `findings`.
    #[inline(always)]
    pub fn attempt(&mut self, knowledge: &mut Knowledge, agent: usize, findings: &mut Findings) -> &Attempt {
        let place = self.tried.len() - self.agents() + agent;
        if self.tried[place] == NONE {
            self.tried[place] = self.attempts.len() as u32;
            self.try_agent(knowledge, agent, findings);
            self.close();
        }
        &self.attempts[self.tried[place] as usize]
    }

    /// The attempt of an agent that has been tried where the model stands.
    #[inline(always)]
    pub fn tried(&self, agent: usize) -> &Attempt {
        &self.attempts[self.tried[self.tried.len() - self.agents() + agent] as usize]
    }

    /// True when nothing that others can do before `agent`, which has been tried, moves conflicts with what it touches.
    #[inline(always)]
    pub fn undisturbed(&self, knowledge: &mut Knowledge, agent: usize) -> bool {
        let open = self.path.last().map_or(0, |level| level.open);
        knowledge.undisturbed(agent, &self.tried(agent).access, &self.at[self.at.len() - self.agents()..], open)
    }

    #[inline(never)]
    fn try_agent(&mut self, knowledge: &mut Knowledge, agent: usize, findings: &mut Findings) {
        let agents = self.agents();
        let Walk { model, ways, changes, path, before, at, attempts, .. } = self;
        let at = &at[at.len() - agents..];
        let (mark, open) = path.last().map_or((self.start, 0), |level| (level.mark, level.open));
        let start = ways.len() as u32;
        let mut attempt = Attempt { from: start, to: start, plain: true, ..Attempt::default() };
        let mut alone = true;
        model.state_mut().forget_touched();
        model.state_mut().clear_trace();
        for_each_pick(model, mark, agent as u8, &mut |model: &mut M, mark, choice, outcome| {
            attempt.able = true;
            let (reads, writes) = model.state().touched();
            let access = knowledge.access(agent, &reads, &writes);
            let Outcome::Stepped { alternatives } = outcome else {
                attempt.plain = false;
                if let Outcome::Broke { .. } = outcome {
                    let on_the_way = path.iter().filter_map(|level| ways.get(level.way as usize)).map(|way| way.choice);
                    for v in model.violations() {
                        findings.note(Break::Violation(*v), || {
                            before.iter().copied().chain(on_the_way.clone()).chain([choice]).collect()
                        });
                    }
                }
                knowledge.refused(at[agent], &access);
                return;
            };
            alone &= alternatives == 1;
            let (comes_to, guards) = knowledge.stepped(agent, at[agent], model.location(agent as u8), &access, open);
            attempt.guards |= guards;
            if knowledge.learns() {
                let values = shared_reads(model, knowledge, |state, slot| {
                    let changed = state.changes(mark).iter().find(|(s, _)| *s == slot);
                    changed.map_or_else(|| state.peek(slot), |(_, old)| *old)
                });
                knowledge.values_of_step(at[agent], comes_to, &values);
            }
            let (state, from) = (model.state(), changes.len() as u32);
            let mut changed = Touched::NOTHING;
            for &(slot, _) in state.changes(mark) {
                changes.push((slot, state.peek(slot)));
                changed.add(slot);
            }
            attempt.changed = attempt.changed.and(&changed);
            let mut moves_others = false;
            for other in (0..agents).filter(|other| *other != agent) {
                if !knowledge.touches(other, &changed) {
                    continue;
                }
                let name = model.location(other as u8);
                if name != knowledge.name(at[other]) {
                    moves_others = true;
                    knowledge.stepped(other, at[other], name, &Access::default(), open);
                }
            }
            let (hash, to) = (model.state().fingerprint_change(mark), changes.len() as u32);
            ways.push(Way { choice, hash, from, to, comes_to, moves_others });
        });
        let (reads, writes) = model.state().touched();
        attempt.access = knowledge.access(agent, &reads, &writes);
        attempt.touched = reads.and(&writes);
        attempt.to = ways.len() as u32;
        attempt.sole = alone && attempt.plain && attempt.to - attempt.from == 1;
        if !attempt.able {
            knowledge.refused(at[agent], &attempt.access);
            if knowledge.learns() {
                // the refused attempt has been taken back, its trace stands
                let values = shared_reads(model, knowledge, |state, slot| state.peek(slot));
                knowledge.values_of_refusal(at[agent], &values);
            }
        }
        attempts.push(attempt);
    }

    /// Bytes of the stacks.
    pub fn bytes(&self) -> u64 {
        let sizes = self.pending.capacity() * size_of::<Pending>()
            + self.path.capacity() * size_of::<Level>()
            + (self.at.capacity() + self.tried.capacity()) * size_of::<u32>()
            + self.attempts.capacity() * size_of::<Attempt>()
            + self.ways.capacity() * size_of::<Way>()
            + self.changes.capacity() * size_of::<(Slot, u64)>();
        sizes as u64
    }
}

/// The shared words that the trace says were read, each with the value that `value` tells.
fn shared_reads<M: Model>(
    model: &mut M,
    knowledge: &Knowledge,
    value: impl Fn(&cowscope_mmu::State, Slot) -> u64,
) -> Vec<(Slot, u64)> {
    let reads = model.state_mut().traced().reads.clone();
    let shared = reads.into_iter().filter(|slot| knowledge.is_shared(*slot));
    shared.map(|slot| (slot, value(model.state(), slot))).collect()
}
