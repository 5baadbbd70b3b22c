//! Fills one CPU's lane.

use super::hardware;
use super::names::{Names, process};
use super::place::{self, Standing};
use super::tour::{Touched, Tour};
use crate::explore::Model;
use crate::session::Session;
use crate::system::{Agent, Pushed, System};
use crate::view::{CallFrame, IrqLine, Lane, Local, Value};

/// The lane of a CPU.
pub fn lane(session: &Session, tour: &Tour, names: &Names, cpu: u32) -> Lane {
    let touched = tour.last(session.position()).map_or(&[][..], |stop| &stop.touched);
    let system = session.system();
    let agents: Vec<u8> = (0..system.agents()).filter(|agent| u32::from(system.cpu_of(*agent)) == cpu).collect();
    let task = system.current_task(cpu);
    let agent = agents.iter().copied().find(|agent| system.agents[usize::from(*agent)] == Agent::Task(task));
    let stack = if agent.is_some() { place::stack(system, task) } else { Vec::new() };
    let frames =
        stack.iter().enumerate().map(|(at, standing)| frame(session, tour, names, agent, &stack[..=at], standing));
    Lane {
        cpu: cpu as u8,
        agent: agent.or_else(|| agents.first().copied()).unwrap_or(u8::MAX),
        task: if agent.is_some() { title(system, task) } else { "idle".to_owned() },
        process: system.process_on(cpu).map(|process| process as u8),
        stack: frames.collect(),
        interrupts_on: system.machine.interrupts_on(system.state(), cpu),
        pending: pending(system, cpu),
        holds: tour.held_by(cpu as u8, session.position()),
        walk: hardware::walk(names, cpu),
        tlb: hardware::tlb(names, cpu),
        paging: hardware::paging(system, cpu),
        stores: hardware::stores(names, cpu),
        cycles: system.machine.clock(cpu),
        agents,
    }
    .with_touched(touched)
}

impl Lane {
    /// Marks the TLB entries of the frames that the last step touched.
    fn with_touched(mut self, touched: &[Touched]) -> Self {
        for row in &mut self.tlb {
            row.touched =
                touched.iter().any(|word| word.written && word.name.contains(&format!("PTE {:#x}", row.page)));
        }
        self
    }
}

fn pending(system: &System, cpu: u32) -> Vec<IrqLine> {
    let lines = system.machine.pending_lines(system.state(), cpu);
    let line = |vector: u32| IrqLine { name: format!("interrupt {vector}"), from: "another CPU".to_owned() };
    (0..64).filter(|vector| lines >> vector & 1 == 1).map(line).collect()
}

/// A task by its process and its program.
fn title(system: &System, task: u32) -> String {
    let task = &system.tasks[task as usize];
    let owner = process(system, task.process);
    if task.title.starts_with(&owner) { task.title.clone() } else { format!("{owner}: {}", task.title) }
}

fn frame(
    session: &Session,
    tour: &Tour,
    names: &Names,
    agent: Option<u8>,
    above: &[Standing],
    standing: &Standing,
) -> CallFrame {
    let system = session.system();
    let func = &system.program.funcs[standing.func as usize];
    CallFrame {
        function: func.name.clone(),
        body: place::body(&session.loaded.sources, func.span),
        next: place::span(&session.loaded.sources, standing.span),
        done: agent.map_or_else(Vec::new, |agent| done(session, tour, agent, above)),
        locals: locals(names, standing),
        entered_by: match standing.pushed {
            Some(Pushed::Fault) => "a page fault".to_owned(),
            Some(Pushed::Interrupt) => "an interrupt".to_owned(),
            _ => String::new(),
        },
    }
}

/// The lines of this activation that have run: going back, as long as the same functions were below it.
fn done(session: &Session, tour: &Tour, agent: u8, above: &[Standing]) -> Vec<u32> {
    let mut lines = Vec::new();
    let before = &tour.stops()[..(session.position() as usize).min(tour.stops().len())];
    for stop in before.iter().rev().filter(|stop| stop.choice.agent == agent) {
        let same = stop.stack.len() >= above.len()
            && stop.stack.iter().zip(above).all(|((func, _), known)| *func == known.func);
        if !same {
            break;
        }
        let line = place::span(&session.loaded.sources, stop.stack[above.len() - 1].1).line;
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Variables of the function that stands there: those that are alive have a value.
fn locals(names: &Names, standing: &Standing) -> Vec<Local> {
    let system = names.system;
    let program = &system.program;
    let Some(record) = program.records.get(standing.record as usize) else { return Vec::new() };
    let owner = &program.funcs[record.func as usize];
    let mut out: Vec<Local> = Vec::new();
    for local in owner.locals.iter().filter(|local| local.func == standing.func) {
        let saved = record.saves.iter().find(|(reg, _)| *reg == local.reg);
        let Some((_, word)) = saved else { continue };
        let text = names.typed(&local.name, local.ty, system.state().get(standing.frame + word));
        let shown = Local { name: local.name.clone(), ctype: program.types.show(local.ty), value: Value::plain(text) };
        if !out.iter().any(|known| known.name == shown.name) {
            out.push(shown);
        }
    }
    for local in owner.mems.iter().filter(|local| local.func == standing.func) {
        let slot = standing.frame + owner.mem_base + local.off;
        let scalar = program.types.is_scalar(local.ty);
        let text = if scalar { names.typed(&local.name, local.ty, system.state().get(slot)) } else { "…".to_owned() };
        out.push(Local { name: local.name.clone(), ctype: program.types.show(local.ty), value: Value::plain(text) });
    }
    out
}
