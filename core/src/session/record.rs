//! What one step did, as data for reports and the page.

use cowscope_mmu::Mark;

use super::turns::agent_of;
use crate::explore::{Choice, Model, Phase, Violation};
use crate::invariants::invariant;
use crate::lang::compile::SCENARIO;
use crate::lang::ir::{LocId, Op};
use crate::library::{Loaded, library};
use crate::link::{AgentKind, DigestBuilder, Turn};
use crate::system::{Agent, Note, System, broken};
use crate::trace::{Access, AccessKind, Broken, Place, Step, StepKind};

/// What must be seen before a step is taken.
pub(super) struct Before {
    agent: u8,
    column: u32,
    task: u32,
    loc: Option<LocId>,
    stack: Vec<String>,
    pub(super) in_call: bool,
    walking: bool,
    user: bool,
    /// Stores in the CPU's buffer.
    buffered: usize,
}

/// The functions a task stands in, outermost first, and the place of its next step.
pub fn call_stack(sys: &System, task: u32) -> (Vec<String>, Option<LocId>) {
    let mut stack = Vec::new();
    let mut loc = None;
    let frames: Vec<_> = sys.frames_of(task).collect();
    for frame in frames.iter().rev() {
        let r = &sys.program.records[sys.record_of(*frame) as usize];
        stack.extend(sys.names_around(r.loc).into_iter().map(str::to_string));
        loc = Some(r.loc);
    }
    (stack, loc)
}

/// Is this agent inside a call of its program?
pub(super) fn in_call(sys: &System, choice: Choice) -> bool {
    sys.phase(choice.agent) == Phase::InCall
}

impl Before {
    pub(super) fn of(sys: &System, choice: Choice) -> Before {
        let (task, column) = match sys.agents[choice.agent as usize] {
            Agent::Task(t) => (t, sys.tasks[t as usize].cpu),
            Agent::Interrupt(c) | Agent::Drain(c) => (sys.current_task(c), c),
        };
        let (stack, loc) = call_stack(sys, task);
        let walking = !sys.tasks[task as usize].device && sys.machine.walking(sys.state(), column).is_some();
        let user = stack.len() <= 1;
        let buffered =
            if sys.tasks[task as usize].device { 0 } else { sys.machine.buffered(sys.state(), column).len() };
        Before { agent: choice.agent, column, task, loc, stack, in_call: in_call(sys, choice), walking, user, buffered }
    }
}

/// Builds the record of a step that has just been taken.
pub(super) fn record(
    loaded: &mut Loaded,
    before: &Before,
    turn: Turn,
    mark: Mark,
    index: u32,
    picks: u32,
    broke: &[Violation],
) -> Step {
    let letter = agent_of(&loaded.system, before.agent);
    let kind = match letter.kind() {
        AgentKind::Interrupt => StepKind::Interrupt,
        AgentKind::Drain => StepKind::Drain,
        AgentKind::Device => StepKind::Device,
        AgentKind::Cpu if before.walking => StepKind::Walk,
        AgentKind::Cpu if before.user => StepKind::User,
        AgentKind::Cpu => StepKind::Kernel,
    };
    let hardware = matches!(kind, StepKind::Interrupt | StepKind::Drain);
    let sys = &mut loaded.system;
    let mut accesses = accesses(sys, mark);
    accesses.extend(buffered(sys, before));
    let place = before.loc.filter(|_| !hardware).and_then(|l| place(sys, &loaded.sources, l));
    let mut notes: Vec<String> = sys.notes.iter().filter_map(|n| note(sys, n)).collect();
    if before.user && kind == StepKind::User && accesses.is_empty() && place.is_none() {
        notes.push("nothing shared".into());
    }
    Step {
        index,
        agent: letter,
        column: before.column as u8,
        pick: turn.pick,
        picks,
        kind,
        task: sys.tasks[before.task as usize].title.clone(),
        call: 0,
        returns: false,
        stack: if hardware { Vec::new() } else { shown_stack(sys, &before.stack) },
        place,
        accesses,
        broken: broke.iter().map(|v| broken_at(sys, v, &loaded.question.design, before.task)).collect(),
        notes,
        cycles: None,
    }
}

/// The functions of the stack; inside a call without those of the user program around it.
fn shown_stack(sys: &System, stack: &[String]) -> Vec<String> {
    let own = |name: &String| {
        sys.program.func(name).is_some_and(|f| {
            let f = &sys.program.funcs[f as usize];
            f.layer == SCENARIO && !f.syscall
        })
    };
    let kernel = stack.iter().position(|name| !own(name)).unwrap_or(0);
    stack[kernel..].to_vec()
}

/// The store that the step put into its CPU's store buffer, if it did.
fn buffered(sys: &System, before: &Before) -> Option<Access> {
    if sys.tasks[before.task as usize].device {
        return None;
    }
    let now = sys.machine.buffered(sys.state(), before.column);
    let (slot, new) = *now.last().filter(|_| now.len() > before.buffered)?;
    let (word, old) = (sys.word_name(slot)?, sys.state().get(slot));
    let (old_text, new_text) = (sys.word_text(slot, old), sys.word_text(slot, new));
    let lock = is_lock(&word);
    Some(Access { word, kind: AccessKind::Buffered, old, new, old_text, new_text, lock })
}

/// A word that is a lock, by its name.
fn is_lock(word: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    // a sequence counter is watched, not held
    (last.contains("lock") && !last.ends_with("_seq")) || last.ends_with("_sem")
}

/// Of a page's flags only the lock bit changed.
fn only_the_lock(old: &str, new: &str) -> bool {
    let without = |text: &str| {
        text.split(' ')
            .filter(|flag| !matches!(*flag, "locked" | "no" | "flags"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let locked = |text: &str| text.split(' ').any(|flag| flag == "locked");
    locked(old) != locked(new) && without(old) == without(new)
}

/// What a step did, in 64 bits, for the trail of a link.
pub(super) fn event(step: &Step) -> u64 {
    let mut event = DigestBuilder::new();
    event.add(step.function(), 1);
    event.add("agent", u64::from(step.agent.index()) + 1);
    for (i, access) in step.accesses.iter().enumerate() {
        event.add(&format!("{i} {}", access.word), access.new.wrapping_add(1));
    }
    event.finish_wide()
}

/// Nobody can act, and somebody has not finished.
pub(super) fn deadlock() -> Broken {
    let statement = "as long as somebody has something to do, somebody can act".into();
    Broken { id: "deadlock".into(), statement, detail: String::new() }
}

fn note(sys: &System, n: &Note) -> Option<String> {
    let name = |i: u32| sys.program.strings.get(i as usize).cloned();
    Some(match n {
        Note::Observe(i, v) => format!("{} = {v}", name(*i)?),
        Note::Reached(i) => format!("reached: {}", name(*i)?),
        Note::Warn(_) => "WARN_ON".into(),
    })
}

/// Where in the C a place is.
pub fn place(sys: &System, sources: &crate::lang::source::Sources, loc: LocId) -> Option<Place> {
    let span = sys.program.stack_of(loc).last()?.span;
    let source = sources.get(span.file)?;
    let line = source.position(span.lo).line;
    Some(Place { file: source.name().to_string(), line, text: source.line(line).trim().to_string() })
}

/// What the step read and wrote of variables and memory, reads first where a word was only read.
fn accesses(sys: &mut System, mark: Mark) -> Vec<Access> {
    let ops = std::mem::take(&mut sys.steps_trace);
    // the fence of an smp_mb() that follows an access does not lock it
    let first = ops.iter().map(|op| sys.program.ops[*op as usize]).find(|op| matches!(op, Op::Lock) || op.accesses());
    let locked = first == Some(Op::Lock);
    let trace = sys.state_mut().traced().clone();
    let old: Vec<(u32, u64)> = sys.state().changes(mark).to_vec();
    sys.steps_trace = ops;
    let mut slots: Vec<u32> = Vec::new();
    for s in trace.reads.iter().chain(&trace.writes) {
        if !slots.contains(s) {
            slots.push(*s);
        }
    }
    let mut out = Vec::new();
    let mut reads = super::ops::reads_of_program(sys);
    for slot in slots {
        let ghost = sys.program.global_at(slot).is_some_and(|g| g.name.starts_with("ghost_"));
        if ghost {
            continue;
        }
        let Some(word) = sys.word_name(slot) else { continue };
        let new = sys.state().get(slot);
        let before = old.iter().find(|(s, _)| *s == slot).map_or(new, |(_, v)| *v);
        let written = trace.writes.contains(&slot);
        let kind = match (written, locked) {
            (false, _) => AccessKind::Read,
            (true, true) => AccessKind::Locked,
            (true, false) => AccessKind::Write,
        };
        if kind == AccessKind::Read {
            if reads == 0 {
                continue;
            }
            reads -= 1;
        }
        let (old_text, new_text) = (sys.word_text(slot, before), sys.word_text(slot, new));
        let lock = is_lock(&word) || only_the_lock(&old_text, &new_text);
        out.push(Access { old_text, new_text, word, kind, old: before, new, lock });
    }
    out
}

/// As [`broken_of`], in the state where it broke: a trap tells by which calls the task came there.
fn broken_at(sys: &System, v: &Violation, design: &str, task: u32) -> Broken {
    let b = broken_of(sys, v, design);
    if !(broken::TRAP..broken::PROMISE).contains(&v.invariant) {
        return b;
    }
    Broken { detail: format!("{}, called by {}", b.detail, sys.call_path(task, Some(v.place))), ..b }
}

/// The id (as links have it: no spaces) and the one-line statement of what broke.
pub fn broken_of(sys: &System, v: &Violation, design: &str) -> Broken {
    let name = sys.invariant_name(v.invariant);
    let id = name.trim_start_matches("promise ").replace(' ', "-");
    let statement = match v.invariant {
        n if n >= broken::PROMISE => {
            let p = library().promises.iter().find(|p| p.id == id && p.design == design);
            p.map(|p| format!("{design} promises: {}", p.statement)).unwrap_or_default()
        }
        n => invariant(n).map_or("the program stays inside the language", |i| i.statement).into(),
    };
    // of the others the step says where
    let trap = (broken::TRAP..broken::PROMISE).contains(&v.invariant) || v.invariant == broken::BUG_ON;
    let detail = sys.names_around(v.place).last().filter(|_| trap).map(|f| format!("in {f}()"));
    Broken { id, statement, detail: detail.unwrap_or_default() }
}
