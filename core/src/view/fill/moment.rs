//! Fills the moment and the trace.

use std::collections::BTreeMap;

use super::names::{Names, process};
use super::place;
use super::tour::{Stop, Touched, Tour, machine_deed, main_access, try_step};
use super::{hardware, lanes, memory};
use crate::explore::{Break, Model, Outcome};
use crate::session::{Session, agent_of, main_op, op_loads, touches_many};
use crate::system::{Agent, Status, System};
use crate::view::{
    Access, Actor, ActorKind, AgentState, Bar, BarKind, Broken, Can, Moment, Phrase, Span, Step, Tone, Trace,
};

impl Tour {
    /// The machine where the session stands; `link` opens it. The tour must have followed the session.
    pub fn moment(&self, session: &mut Session, link: String) -> Moment {
        let agents = (0..session.system().agents()).map(|agent| agent_state(session, agent)).collect();
        let stuck = session.at_end().is_some_and(|breaks| breaks.contains(&Break::Deadlock));
        let here = session.position();
        let last = self.last(here);
        let broken = last.and_then(|last| self.broken(session, last)).or_else(|| stuck.then(deadlock));
        let names = Names::new(session.system());
        let touched: &[Touched] = last.map_or(&[], |last| &last.touched);
        let trouble = broken.as_ref().and_then(|broken| broken.frame);
        Moment {
            step: here,
            digest: session.digest().to_string(),
            link,
            agents,
            lanes: (0..session.system().machine.cpus()).map(|cpu| lanes::lane(session, self, &names, cpu)).collect(),
            processes: memory::processes(&names, touched),
            frames: memory::frames(&names, touched, trouble, &self.hands(here)),
            objects: memory::objects(&names, touched),
            accesses: touched.iter().map(access).collect(),
            told: last.map_or_else(Vec::new, told),
            finished: session.system().finished(),
            broken,
        }
    }

    fn broken(&self, session: &Session, last: &Stop) -> Option<Broken> {
        let broken = last.record.broken.first()?;
        let place = session.broken().first().map(|violation| violation.place)?;
        let at =
            session.system().program.stack_of(place).last().map(|loc| place::span(&session.loaded.sources, loc.span));
        let told = vec![
            Phrase { text: "Broken: ".to_owned(), tone: Tone::Strong },
            Phrase::plain(format!("{}. The step that broke it: ", broken.statement)),
            Phrase::cpu(last.cpu),
            Phrase::plain(format!(", {}.", spoken(last))),
        ];
        let frame = self.collision().and_then(|collision| frame_in(&collision.name));
        Some(Broken { promise: broken.id.clone(), statement: broken.statement.clone(), told, at, frame })
    }

    /// The whole run.
    pub fn trace(&self, session: &Session) -> Trace {
        let system = session.system();
        Trace {
            actors: (0..system.agents()).map(|agent| actor(system, agent)).collect(),
            steps: self.stops().iter().map(|stop| step(session, stop)).collect(),
            bars: self.bars(),
            collision: self.collision().cloned(),
            broken_at: self.broken_at().map(|at| at as u32),
        }
    }

    /// Locks held, interrupts off, references alive.
    fn bars(&self) -> Vec<Bar> {
        let mut bars: Vec<Bar> = Vec::new();
        let end = self.stops().len() as u32;
        for (at, stop) in self.stops().iter().enumerate() {
            let at = at as u32;
            for word in stop.touched.iter().filter(|word| word.lock && word.changed) {
                lock_bar(&mut bars, stop.cpu, word, at, end);
            }
            hardware::interrupt_bars(&mut bars, stop, at, end);
            let before = at.checked_sub(1).map_or(&[][..], |last| &self.stops()[last as usize].references);
            let label = |frame: u64| format!("reference to frame {frame}");
            for held in stop.references.iter().filter(|held| !before.contains(held)) {
                bars.push(Bar { cpu: stop.cpu, kind: BarKind::Pin, label: label(held.2), from: at, to: end });
            }
            for gone in before.iter().filter(|held| !stop.references.contains(held)) {
                let alive = bars.iter_mut().rev().find(|bar| bar.kind == BarKind::Pin && bar.label == label(gone.2));
                if let Some(bar) = alive {
                    bar.to = at + 1;
                }
            }
        }
        bars
    }

    /// References that each CPU has taken and not yet put into a page table, by frame: who a count under way belongs to.
    fn hands(&self, here: u32) -> BTreeMap<(u32, u8), i64> {
        let mut hands = BTreeMap::new();
        for stop in self.stops().iter().take(here as usize) {
            for word in stop.touched.iter().filter(|word| word.changed) {
                if let Some(frame) = count_of(&word.raw) {
                    *hands.entry((frame, stop.cpu)).or_insert(0) +=
                        i64::from(word.new as i32) - i64::from(word.old as i32);
                } else if word.raw.starts_with("pte[") {
                    for (entry, by) in [(word.old, 1), (word.new, -1)] {
                        if entry & 1 == 1 {
                            *hands.entry(((entry >> 12) as u32 & 0xff_ffff, stop.cpu)).or_insert(0) += by;
                        }
                    }
                }
            }
        }
        hands
    }

    /// Locks that a CPU holds after `here` steps, as far as it took them in this run.
    pub(super) fn held_by(&self, cpu: u8, here: u32) -> Vec<String> {
        let end = self.stops().len() as u32;
        let held = |bar: &&Bar| {
            let open = bar.from < here && (bar.to > here || bar.to == end && !self.released(bar, end));
            bar.kind == BarKind::Lock && bar.cpu == cpu && open
        };
        self.bars().iter().filter(held).map(|bar| bar.label.clone()).collect()
    }

    /// True when the last step of the run gives the lock of a bar back.
    fn released(&self, bar: &Bar, end: u32) -> bool {
        let gives = |word: &Touched| word.name == bar.label && word.lock && word.changed && word.new == 0;
        self.last(end).is_some_and(|last| last.touched.iter().any(gives))
    }
}

/// The frame whose reference count a word is.
fn count_of(raw: &str) -> Option<u32> {
    raw.strip_prefix("mem_map[")?.strip_suffix("].refcount")?.parse().ok()
}

/// Readers count a lock up, a writer sets it to -1; whoever goes towards 0 gives it back.
fn lock_bar(bars: &mut Vec<Bar>, cpu: u8, word: &Touched, at: u32, end: u32) {
    let (old, new) = (word.old as i32, word.new as i32);
    if new != 0 && new.unsigned_abs() > old.unsigned_abs() {
        return bars.push(Bar { cpu, kind: BarKind::Lock, label: word.name.clone(), from: at, to: end });
    }
    let open = |bar: &&mut Bar| bar.kind == BarKind::Lock && bar.cpu == cpu && bar.label == word.name && bar.to == end;
    if let Some(bar) = bars.iter_mut().rev().find(open) {
        bar.to = at + 1;
    }
}

/// Nobody can act, and somebody has not finished.
fn deadlock() -> Broken {
    let statement = "somebody can always go on until all have finished".to_owned();
    let told = vec![
        Phrase { text: "Deadlock".to_owned(), tone: Tone::Strong },
        Phrase::plain(": everybody waits, and nobody can go on."),
    ];
    Broken { promise: "deadlock".to_owned(), statement, told, at: None, frame: None }
}

/// The frame that a name is about.
pub(super) fn frame_in(name: &str) -> Option<u64> {
    name.strip_prefix("frame ")?.split(' ').next()?.parse().ok()
}

/// What an agent could do now, found by trying.
fn agent_state(session: &mut Session, agent: u8) -> AgentState {
    let system = &mut session.loaded.system;
    if system.state().is_empty() {
        return AgentState::default();
    }
    let ended = session.last().is_some_and(|last| !last.broken.is_empty());
    let (outcome, (next, places)) = try_step(&mut session.loaded.system, agent, next_access);
    let blocked = |can, why: &str| AgentState { can, why: why.to_owned(), ..AgentState::default() };
    match outcome {
        Outcome::Stepped { alternatives } | Outcome::Broke { alternatives } if !ended => AgentState {
            can: Can::Step,
            next,
            places,
            picks: if alternatives > 1 {
                (0..alternatives.min(16)).map(|pick| format!("choice {pick}")).collect()
            } else {
                Vec::new()
            },
            ..AgentState::default()
        },
        Outcome::Dropped { .. } => blocked(Can::Blocked, "the scenario leaves out runs that go on like this"),
        _ if ended => blocked(Can::Blocked, "something has broken: the run ends here"),
        _ => why_not(session, agent),
    }
}

/// What the step just tried touched first: without the values, which it would see only then.
fn next_access(system: &mut System) -> (String, Vec<u64>) {
    let trace = system.state_mut().traced().clone();
    let name = |slot: &u32| {
        let name = system.word_name(*slot)?;
        (!name.starts_with("ghost_") && !name.starts_with("note_"))
            .then(|| (super::names::spoken(system, &name), u64::from(*slot)))
    };
    let reads = main_op(system).is_some_and(|(_, op)| op_loads(&op)) || touches_many(system);
    let read = trace.reads.iter().find_map(name).filter(|_| reads);
    match (trace.writes.iter().find_map(name), read) {
        (Some((word, slot)), _) => (format!("writes {word}"), vec![slot]),
        (None, Some((word, slot))) => (format!("reads {word}"), vec![slot]),
        (None, None) => (machine_deed(system).unwrap_or("goes on").to_owned(), Vec::new()),
    }
}

fn why_not(session: &Session, agent: u8) -> AgentState {
    let system = session.system();
    let (can, why) = match system.agents.get(usize::from(agent)) {
        Some(Agent::Task(task)) => match system.status(*task) {
            Status::Waiting => (Can::Idle, "not started yet".to_owned()),
            Status::Done => (Can::Finished, "has run to its end".to_owned()),
            Status::Running => (Can::Blocked, waits_for(session, *task)),
        },
        Some(Agent::Interrupt(_)) => (Can::Idle, "no interrupt waits".to_owned()),
        _ => (Can::Idle, "nothing to do".to_owned()),
    };
    AgentState { can, why, ..AgentState::default() }
}

/// What a blocked task waits for: the text of its next access.
fn waits_for(session: &Session, task: u32) -> String {
    let system = session.system();
    let cpu = system.tasks[task as usize].cpu;
    if cpu < system.machine.cpus() && system.current_task(cpu) != task {
        return "another task has its CPU".to_owned();
    }
    let stack = place::stack(system, task);
    let Some(at) = stack.last() else { return "waits".to_owned() };
    let text = session.loaded.sources.get(at.span.file).map_or("", |source| source.slice(at.span));
    format!("waits at {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn step(session: &Session, stop: &Stop) -> Step {
    let last = stop.stack.last();
    let functions = &session.system().program.funcs;
    Step {
        agent: stop.choice.agent,
        pick: stop.choice.pick,
        picks: stop.record.picks,
        kind: stop.kind,
        label: stop.label.clone(),
        function: last.map_or_else(|| "hardware".to_owned(), |(func, _)| functions[*func as usize].name.clone()),
        at: last.map_or_else(Span::default, |(_, span)| place::span(&session.loaded.sources, *span)),
        cycles: stop.cycles,
        others: stop.others,
    }
}

fn access(word: &Touched) -> Access {
    Access {
        name: word.name.clone(),
        place: word.place,
        written: word.written,
        before: word.before.clone(),
        after: word.after.clone(),
    }
}

/// Who did what.
fn told(stop: &Stop) -> Vec<Phrase> {
    vec![Phrase::cpu(stop.cpu), Phrase::plain(format!(" {}", spoken(stop)))]
}

/// A step as the end of a sentence.
pub(super) fn spoken(stop: &Stop) -> String {
    match main_access(&stop.touched) {
        Some(word) if word.changed && !word.lock => {
            format!("changes {} from {} to {}", word.name, word.before, word.after)
        }
        _ => stop.label.clone(),
    }
}

fn actor(system: &System, agent: u8) -> Actor {
    let cpu = system.cpu_of(agent);
    let (name, kind) = match system.agents[usize::from(agent)] {
        Agent::Task(task) if system.tasks[task as usize].device => {
            (system.tasks[task as usize].title.clone(), ActorKind::Device)
        }
        Agent::Task(task) => (task_name(system, task), ActorKind::Task),
        Agent::Interrupt(cpu) => (format!("CPU {cpu}: interrupt"), ActorKind::Interrupt),
        Agent::Drain(cpu) => (format!("CPU {cpu}: store buffer"), ActorKind::StoreBuffer),
    };
    Actor { name, letter: agent_of(system, agent).letter(), cpu, kind }
}

/// A task is its CPU where it has one to itself.
fn task_name(system: &System, task: u32) -> String {
    let (cpu, title) = (system.tasks[task as usize].cpu, &system.tasks[task as usize].title);
    let alone = system.tasks.iter().filter(|other| other.cpu == cpu && !other.title.starts_with("idle")).count() < 2;
    if alone {
        format!("CPU {cpu}")
    } else {
        format!("CPU {cpu}: {title} ({})", process(system, system.tasks[task as usize].process))
    }
}
