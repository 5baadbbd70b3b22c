//! A run walked through once, with what the drawings of the whole of it need.

use crate::explore::{Choice, Model, Outcome};
use crate::lang::ast;
use crate::lang::ir::Op;
use crate::lang::sys::Sys;
use crate::session::{Session, main_op, op_loads};
use crate::system::{Agent, System};
use crate::trace;
use crate::view::{Collision, StepKind};

use super::collision::collision;
use super::names::{number, spoken};
use super::place;

/// One step of the run.
#[derive(Clone, Debug)]
pub struct Stop {
    pub choice: Choice,
    pub cpu: u8,
    pub record: trace::Step,
    /// What it touched, in words.
    pub touched: Vec<Touched>,
    /// Functions on the stack while it acted, outermost first, and where each stood.
    pub stack: Vec<(u32, ast::Span)>,
    pub kind: StepKind,
    /// In words, without who: `frame 3 · mapcount: 1 → 2`.
    pub label: String,
    /// Cycles of its CPU when it began, and how many it took.
    pub cycles: (u64, u64),
    /// Interrupts on, behind it, by CPU.
    pub interrupts: Vec<bool>,
    /// References held behind it: slot, process, frame, flags.
    pub references: Vec<(u32, u32, u64, u64)>,
    /// Other agents that could have acted instead, one bit each.
    pub others: u64,
}

/// One word that a step touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// As in the trace.
    pub raw: String,
    /// As people say it.
    pub name: String,
    /// See [`crate::view::Value::place`].
    pub place: u64,
    pub written: bool,
    pub locked: bool,
    pub changed: bool,
    pub lock: bool,
    pub old: u64,
    pub new: u64,
    pub before: String,
    pub after: String,
}

/// The steps of a session's whole run, also those behind its position.
#[derive(Clone, Debug, Default)]
pub struct Tour {
    stops: Vec<Stop>,
    collision: Option<Collision>,
}

impl Tour {
    /// How many steps of the session's schedule it knows already.
    pub fn known(&self, session: &Session) -> usize {
        self.stops.iter().zip(session.schedule()).take_while(|(stop, choice)| stop.choice == *choice).count()
    }

    /// Walks through what it does not know yet; the session stands where it stood.
    pub fn follow(&mut self, session: &mut Session) {
        let schedule = session.schedule();
        let known = self.known(session);
        if known == self.stops.len() && known == schedule.len() {
            return;
        }
        self.stops.truncate(known);
        let here = session.position();
        session.go_to(known as u32);
        for choice in &schedule[known..] {
            match stop(session, *choice) {
                Some(stop) => self.stops.push(stop),
                None => break,
            }
        }
        self.collision = collision(self, session);
        session.go_to(here);
    }

    /// Of a run that breaks: the two accesses whose order made the difference.
    pub fn collision(&self) -> Option<&Collision> {
        self.collision.as_ref()
    }

    /// Every step.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The step that led to the moment after `here` steps.
    pub fn last(&self, here: u32) -> Option<&Stop> {
        self.stops.get((here as usize).checked_sub(1)?)
    }

    /// The first step that broke something.
    pub fn broken_at(&self) -> Option<usize> {
        self.stops.iter().position(|stop| !stop.record.broken.is_empty())
    }
}

/// Takes the next step of the session and tells it.
fn stop(session: &mut Session, choice: Choice) -> Option<Stop> {
    let system = session.system();
    let cpu = system.cpu_of(choice.agent);
    let clocked = u32::from(cpu) < system.machine.cpus();
    let began = if clocked { system.machine.clock(u32::from(cpu)) } else { 0 };
    let walking = clocked && system.machine.walking(system.state(), u32::from(cpu)).is_some();
    let stack = match system.agents.get(usize::from(choice.agent)) {
        Some(Agent::Task(task)) => place::stack(system, *task).iter().map(|at| (at.func, at.span)).collect(),
        _ => Vec::new(),
    };
    let others = others(session, choice.agent);
    if !session.forward() {
        return None;
    }
    let traced = session.loaded.system.state_mut().traced().clone();
    let system = session.system();
    let record = session.last()?.clone();
    let slots: Vec<(String, u32)> =
        traced.reads.iter().chain(&traced.writes).filter_map(|slot| Some((system.word_name(*slot)?, *slot))).collect();
    let touched: Vec<Touched> = record.accesses.iter().map(|access| touched(system, access, &slots)).collect();
    let walks = walking || (clocked && system.machine.walking(system.state(), u32::from(cpu)).is_some());
    let kind = kind(system, choice.agent, &touched, walks);
    Some(Stop {
        choice,
        cpu,
        kind,
        label: label(system, choice.agent, kind, &touched),
        stack: with_access(system, choice.agent, stack),
        cycles: (began, if clocked { system.machine.clock(u32::from(cpu)).saturating_sub(began) } else { 0 }),
        interrupts: (0..system.machine.cpus()).map(|cpu| system.machine.interrupts_on(system.state(), cpu)).collect(),
        references: system.references().iter().map(|held| (held.slot, held.process, held.pfn, held.flags)).collect(),
        touched,
        record,
        others,
    })
}

/// Who else can act now, one bit for each agent.
fn others(session: &mut Session, agent: u8) -> u64 {
    let agents = session.system().agents().min(64);
    let can = |other: &u8| {
        *other != agent
            && matches!(
                try_step(&mut session.loaded.system, *other, |_| ()).0,
                Outcome::Stepped { .. } | Outcome::Broke { .. }
            )
    };
    (0..agents).filter(can).fold(0, |bits, other| bits | 1 << other)
}

/// What an agent's next step would come to, and what `look` makes of the system behind it; then it is as if nothing had been.
pub(super) fn try_step<T>(system: &mut System, agent: u8, look: impl FnOnce(&mut System) -> T) -> (Outcome, T) {
    let mark = system.state().mark();
    let clocks: Vec<u64> = (0..system.machine.cpus()).map(|cpu| system.machine.clock(cpu)).collect();
    system.state_mut().clear_trace();
    let outcome = system.step(Choice { agent, pick: 0 });
    let seen = look(system);
    system.state_mut().undo(mark);
    for (cpu, cycles) in clocks.into_iter().enumerate() {
        system.machine.set_clock(cpu as u32, cycles);
    }
    (outcome, seen)
}

fn touched(system: &System, access: &trace::Access, slots: &[(String, u32)]) -> Touched {
    let text = |value: u64, text: &str| if text.is_empty() { number(value) } else { text.to_owned() };
    Touched {
        name: spoken(system, &access.word),
        raw: access.word.clone(),
        place: slots.iter().find(|(name, _)| *name == access.word).map_or(0, |(_, slot)| u64::from(*slot)),
        written: access.kind != trace::AccessKind::Read,
        locked: access.kind == trace::AccessKind::Locked,
        changed: access.old != access.new && access.kind != trace::AccessKind::Read,
        // a sequence counter is watched, not held
        lock: access.lock && !access.word.ends_with("_seq"),
        old: access.old,
        new: access.new,
        before: text(access.old, &access.old_text),
        after: text(access.new, &access.new_text),
    }
}

/// The innermost place of a step is that of the access itself.
fn with_access(system: &System, agent: u8, mut stack: Vec<(u32, ast::Span)>) -> Vec<(u32, ast::Span)> {
    if matches!(system.agents.get(usize::from(agent)), Some(Agent::Task(_)))
        && let Some((op, _)) = main_op(system)
        && let Some(place) = system.program.stack_of(system.program.locs_of[op as usize]).last()
        && let Some(last) = stack.last_mut().filter(|last| last.0 == place.func)
    {
        last.1 = place.span;
    }
    stack
}

/// The access that a step is told by: what it changed, else what it wrote, else what it read.
pub fn main_access(touched: &[Touched]) -> Option<&Touched> {
    let changed = touched.iter().find(|word| word.changed);
    changed.or_else(|| touched.iter().find(|word| word.written)).or_else(|| touched.first())
}

fn system_word(system: &System) -> Option<Sys> {
    match main_op(system) {
        Some((_, Op::Sys { sys, .. })) => Some(sys),
        _ => None,
    }
}

/// What the step just made does, where its op is none that touches a variable.
pub(super) fn machine_deed(system: &System) -> Option<&'static str> {
    match main_op(system) {
        Some((_, op @ Op::Sys { sys, .. })) if !op_loads(&op) && !matches!(sys, Sys::ClearWord | Sys::DmaStore) => {
            Some(deed(Some(sys)))
        }
        _ => None,
    }
}

fn kind(system: &System, agent: u8, touched: &[Touched], walks: bool) -> StepKind {
    match system.agents.get(usize::from(agent)) {
        Some(Agent::Interrupt(_)) => return StepKind::Interrupt,
        Some(Agent::Drain(_)) => return StepKind::Write,
        _ => {}
    }
    let flushes = matches!(
        system_word(system),
        Some(Sys::Invlpg | Sys::BroadcastInvlpg | Sys::FlushLocal | Sys::MovCr3 | Sys::SendIpi)
    );
    match main_access(touched) {
        Some(word) if word.lock && word.changed && word.new == 0 => StepKind::Unlock,
        Some(word) if word.lock && word.changed => StepKind::Lock,
        _ if flushes => StepKind::Flush,
        _ if walks => StepKind::Walk,
        Some(word) if word.written && word.locked => StepKind::Locked,
        Some(word) if word.written => StepKind::Write,
        Some(_) => StepKind::Read,
        None => StepKind::Other,
    }
}

fn label(system: &System, agent: u8, kind: StepKind, touched: &[Touched]) -> String {
    match (system.agents.get(usize::from(agent)), kind, main_access(touched)) {
        (Some(Agent::Interrupt(_)), ..) => "takes the interrupt".to_owned(),
        (Some(Agent::Drain(_)), _, Some(word)) => format!("memory sees {} = {}", word.name, word.after),
        (_, StepKind::Lock, Some(word)) => format!("takes {}", word.name),
        (_, StepKind::Unlock, Some(word)) => format!("releases {}", word.name),
        (_, StepKind::Flush, _) | (_, _, None) => deed(system_word(system)).to_owned(),
        (_, _, Some(word)) if word.changed => format!("{}: {} → {}", word.name, word.before, word.after),
        (_, _, Some(word)) if word.written => format!("writes {} = {} again", word.name, word.after),
        (_, StepKind::Walk, Some(word)) => format!("walks: {} is {}", word.name, word.after),
        (_, _, Some(word)) => format!("reads {} = {}", word.name, word.after),
    }
}

/// What a step does that touches no variable.
fn deed(sys: Option<Sys>) -> &'static str {
    match sys {
        Some(Sys::IrqDisable | Sys::IrqSave) => "interrupts off",
        Some(Sys::IrqEnable | Sys::IrqRestore) => "interrupts on",
        Some(Sys::AllocFrame) => "takes a free frame",
        Some(Sys::AllocHugeFrame) => "takes a free huge frame",
        Some(Sys::FreeFrame) => "frees a frame",
        Some(Sys::StartProcess) => "starts the child",
        Some(Sys::GhostRef) => "holds the reference now",
        Some(Sys::GhostUnref) => "gives the reference back",
        Some(Sys::Load) => "loads",
        Some(Sys::Store) => "stores",
        Some(Sys::Mb | Sys::Mfence) => "waits until its stores are seen",
        Some(Sys::SendIpi) => "sends an interrupt to flush another CPU's TLB",
        Some(Sys::MovCr3 | Sys::FlushLocal) => "drops what its TLB holds",
        Some(Sys::Invlpg) => "drops a page from its TLB",
        Some(Sys::BroadcastInvlpg) => "drops a page from every TLB",
        _ => "goes on",
    }
}
