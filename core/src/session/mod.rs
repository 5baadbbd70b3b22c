//! A replay: a system that is stepped forward and back, and tells what each step did.

mod digest;
mod names;
mod ops;
mod races;
mod record;
mod texts;
mod turns;

pub use names::entry_text;
pub(crate) use ops::{main_op, op_loads, touches_many};
pub use races::{Race, Side, races};
pub use record::{broken_of, call_stack, place};
pub use texts::Met;
pub use turns::{agent_of, choice_of, turn_of};

use cowscope_mmu::Mark;

use crate::explore::{Break, Choice, Model, Outcome, Violation};
use crate::library::Loaded;
use crate::link::{Digest, Trail, Turn};
use crate::system::System;
use crate::trace::{Broken, Step};

/// A step that was taken, with what is needed to take it back.
#[derive(Clone, Debug)]
struct Taken {
    choice: Choice,
    mark: Mark,
    turn: Turn,
    /// Number of calls that had begun before it.
    calls_before: u32,
    record: Step,
    broke: Vec<Violation>,
}

/// What an agent could do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CanDo {
    /// It can act, in this many ways.
    Act { picks: u32 },
    /// It is blocked.
    Blocked,
    /// Its program has ended, or has not begun.
    Idle,
}

/// A run on its way: everything before [`Session::position`] has happened, and may be taken back.
#[derive(Clone)]
pub struct Session {
    pub loaded: Loaded,
    taken: Vec<Taken>,
    /// Steps that were taken back, next one last; a different step forgets them.
    ahead: Vec<Choice>,
    /// For each CPU and device: the call it is in (0: none), and how many there were in all.
    calls: Vec<u32>,
    call_count: u32,
}

impl Session {
    /// Stands at the end of set-up.
    pub fn new(mut loaded: Loaded) -> Session {
        loaded.system.watch = true;
        loaded.system.state_mut().trace(true);
        let columns = loaded.system.tasks.iter().map(|t| t.cpu + 1).max().unwrap_or(1);
        Session { loaded, taken: Vec::new(), ahead: Vec::new(), calls: vec![0; columns as usize], call_count: 0 }
    }

    /// The system as it stands.
    pub fn system(&self) -> &System {
        &self.loaded.system
    }

    /// Steps taken.
    pub fn position(&self) -> u32 {
        self.taken.len() as u32
    }

    /// Steps taken and steps taken back.
    pub fn length(&self) -> u32 {
        (self.taken.len() + self.ahead.len()) as u32
    }

    /// What every step did, up to here.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.taken.iter().map(|t| &t.record)
    }

    /// The step that led here.
    pub fn last(&self) -> Option<&Step> {
        self.taken.last().map(|t| &t.record)
    }

    /// What the last step broke.
    pub fn broken(&self) -> &[Violation] {
        self.taken.last().map_or(&[], |t| &t.broke)
    }

    /// The schedule: steps taken, then those taken back.
    pub fn schedule(&self) -> Vec<Choice> {
        self.taken.iter().map(|t| t.choice).chain(self.ahead.iter().rev().copied()).collect()
    }

    /// The schedule of the steps taken, in the letters of links.
    pub fn turns(&self) -> Vec<Turn> {
        self.taken.iter().map(|t| t.turn).collect()
    }

    /// The next step of the schedule, if there is one ahead.
    pub fn next_choice(&self) -> Option<Choice> {
        self.ahead.last().copied()
    }

    /// Takes one step. False, and nothing changes, if it can't be taken here.
    pub fn step(&mut self, choice: Choice) -> bool {
        let follows = self.ahead.last() == Some(&choice);
        if !self.take(choice) {
            return false;
        }
        if follows {
            self.ahead.pop();
        } else {
            self.ahead.clear();
        }
        true
    }

    fn take(&mut self, choice: Choice) -> bool {
        let sys = &mut self.loaded.system;
        if choice.agent >= sys.agents() {
            return false;
        }
        let before = record::Before::of(sys, choice);
        let turn = turn_of(sys, choice);
        let mark = sys.state().mark();
        sys.state_mut().clear_trace();
        let picks = match sys.step(choice) {
            Outcome::Stepped { alternatives } | Outcome::Broke { alternatives } => alternatives,
            Outcome::Blocked | Outcome::Dropped { .. } => {
                sys.state_mut().undo(mark);
                return false;
            }
        };
        let broke = sys.violations().to_vec();
        let index = self.taken.len() as u32 + 1;
        let calls_before = self.call_count;
        let mut record = record::record(&mut self.loaded, &before, turn, mark, index, picks, &broke);
        let column = usize::from(record.column);
        let (was, is) = (
            self.calls.get(column).copied().unwrap_or(0),
            before.in_call || record::in_call(&self.loaded.system, choice),
        );
        let call = match (is, was) {
            (false, _) => 0,
            (true, 0) => {
                self.call_count += 1;
                self.call_count
            }
            (true, n) => n,
        };
        record.call = call;
        record.returns = call != 0 && !record::in_call(&self.loaded.system, choice);
        if let Some(c) = self.calls.get_mut(column) {
            *c = if record::in_call(&self.loaded.system, choice) { call } else { 0 };
        }
        self.taken.push(Taken { choice, mark, turn, calls_before, record, broke });
        true
    }

    /// Takes the last step back; false at the start.
    pub fn back(&mut self) -> bool {
        let Some(t) = self.taken.pop() else { return false };
        self.loaded.system.state_mut().undo(t.mark);
        self.ahead.push(t.choice);
        self.call_count = t.calls_before;
        let column = usize::from(t.record.column);
        let before =
            self.taken.iter().rev().find(|s| usize::from(s.record.column) == column).map_or(0, |s| s.record.call);
        if let Some(c) = self.calls.get_mut(column) {
            *c = before;
        }
        true
    }

    /// Takes the next step of the schedule; false at its end.
    pub fn forward(&mut self) -> bool {
        let Some(c) = self.ahead.last().copied() else { return false };
        if !self.take(c) {
            return false;
        }
        self.ahead.pop();
        true
    }

    /// Goes to a position of the schedule, or as near as it gets.
    pub fn go_to(&mut self, position: u32) {
        while self.position() > position && self.back() {}
        while self.position() < position && self.forward() {}
    }

    /// Replaces the schedule; stands at its start.
    pub fn set_schedule(&mut self, schedule: &[Choice]) {
        while self.back() {}
        self.ahead = schedule.iter().rev().copied().collect();
    }

    /// Plays turns of a link from the start. On a turn that can't be taken: its index.
    ///
    /// # Errors
    /// The index of the first turn that is not possible.
    pub fn play(&mut self, turns: &[Turn]) -> Result<(), u32> {
        while self.back() {}
        self.ahead.clear();
        for (i, t) in turns.iter().enumerate() {
            let choice = choice_of(&mut self.loaded.system, *t);
            if !choice.is_some_and(|c| self.take(c)) {
                return Err(i as u32);
            }
        }
        Ok(())
    }

    /// What an agent could do now.
    pub fn can_do(&mut self, agent: u8) -> CanDo {
        let sys = &mut self.loaded.system;
        let mark = sys.state().mark();
        let outcome = sys.step(Choice { agent, pick: 0 });
        sys.state_mut().undo(mark);
        match outcome {
            Outcome::Stepped { alternatives } | Outcome::Broke { alternatives } | Outcome::Dropped { alternatives } => {
                CanDo::Act { picks: alternatives }
            }
            Outcome::Blocked => match sys.agents[agent as usize] {
                crate::system::Agent::Task(t) if sys.status(t) == crate::system::Status::Running => CanDo::Blocked,
                _ => CanDo::Idle,
            },
        }
    }

    /// True when nobody can act; then what is broken in such an end.
    pub fn at_end(&mut self) -> Option<Vec<Break>> {
        let agents = self.loaded.system.agents();
        if (0..agents).any(|a| matches!(self.can_do(a), CanDo::Act { .. })) {
            return None;
        }
        if !self.loaded.system.finished() {
            return Some(vec![Break::Deadlock]);
        }
        Some(self.loaded.system.check_end().into_iter().map(Break::Violation).collect())
    }

    /// What is broken in this state itself, where nobody can act any more.
    pub fn broken_at_end(&mut self) -> Vec<Broken> {
        let broken = self.at_end().unwrap_or_default();
        let (sys, design) = (&self.loaded.system, &self.loaded.question.design);
        let told = |what: Break| match what {
            Break::Violation(v) => broken_of(sys, &v, design),
            Break::Deadlock => record::deadlock(),
        };
        broken.into_iter().map(told).collect()
    }

    /// The ids of what the last step broke, and of what is broken where nobody can act any more.
    pub fn broken_here(&mut self) -> Vec<String> {
        let at_end = self.broken_at_end();
        let by_step = self.last().into_iter().flat_map(|step| &step.broken);
        let mut ids: Vec<String> = by_step.chain(&at_end).map(|b| b.id.clone()).collect();
        ids.dedup();
        ids
    }

    /// Marks along the steps taken, as links carry them.
    pub fn trail(&self) -> Trail {
        Trail::of(&self.steps().map(record::event).collect::<Vec<_>>())
    }

    /// Digest of the state as it stands: the same wherever and whenever the same link is replayed.
    pub fn digest(&self) -> Digest {
        digest::digest(&self.loaded.system)
    }
}
