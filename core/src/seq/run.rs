//! Runs a row on a design.

use std::collections::BTreeMap;

use super::answer::{Answer, Names, Seen};
use super::row::{Argument, Row, Step};
use crate::explore::{Choice, Model, Outcome};
use crate::library::texts::FILES;
use crate::library::{LoadError, load};
use crate::system::{Note, System, broken};
use crate::view::Question;

/// Answers rows for one design.
pub struct Runner {
    question: Question,
    /// Machines that rows of their kind begin on.
    ready: BTreeMap<Kind, System>,
}

/// What a machine must have for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// The swap device is memory.
    swap_in_memory: bool,
    /// Children that no program runs in.
    many: u32,
    /// Pages are merged.
    ksm: bool,
    /// The region is a huge page.
    huge: bool,
}

/// Why a row has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It asks for something that the model has not.
    NotModelled(String),
    /// It is no row, or the design does not get to its end.
    Wrong(String),
}

/// Processes that programs run in; as many as `kernel/seq/run.c` has.
const PROCESSES: u32 = 8;
/// Pages of a huge page: the machine's own number.
const SUBPAGES: u32 = 512;
/// Steps that a row may take.
const STEPS: u64 = 1 << 22;
/// Marks the fast variant of GUP in the second argument.
const FAST: u64 = 1 << 63;

impl Runner {
    /// Compiles what most rows need.
    ///
    /// # Errors
    /// Where the design is unknown or does not compile.
    pub fn new(design: &str, switches: &[(String, i64)], edits: &[(String, String)]) -> Result<Runner, Box<LoadError>> {
        let mut question = Question {
            design: design.into(),
            switches: switches.to_vec(),
            scenario: "run".into(),
            edits: edits.to_vec(),
            ..Question::default()
        };
        if !question.switches.iter().any(|(name, _)| name == "LRU_BATCH") {
            question.switches.push(("LRU_BATCH".into(), 1));
        }
        for name in ["ops", "run"] {
            let path = format!("scenarios/{name}.c");
            if !edits.iter().any(|(edited, _)| *edited == path) {
                question.edits.push((path, text_of(&format!("seq/{name}.c"))));
            }
        }
        let mut runner = Runner { question, ready: BTreeMap::new() };
        runner.machine(Kind { swap_in_memory: false, many: 0, ksm: false, huge: false })?;
        Ok(runner)
    }

    fn machine(&mut self, kind: Kind) -> Result<&System, Box<LoadError>> {
        if !self.ready.contains_key(&kind) {
            let mut question = self.question.clone();
            let frames = 192 + 4 * kind.many + if kind.huge { 8 * SUBPAGES } else { 0 };
            let mut sizes: Vec<(&str, u32)> = vec![
                ("NR_CPUS", 1),
                ("NR_MMS", PROCESSES + kind.many),
                ("NR_FRAMES", frames),
                ("NR_SWAP", 4),
                ("NR_FILES", 2),
                ("LRU_BATCH_PAGES", 14),
                ("SWAP_DISK", !kind.swap_in_memory as u32),
                ("SWAP_RAM", kind.swap_in_memory as u32),
                ("KSM", kind.ksm as u32),
            ];
            if kind.huge {
                let more = [("NR_HUGE", 6), ("SUBPAGES", SUBPAGES), ("FRAME_WORDS", 512), ("NR_VMAS", 3)];
                sizes.retain(|(name, _)| *name != "NR_SWAP");
                sizes.push(("NR_SWAP", 2 * SUBPAGES));
                sizes.extend(more);
            }
            question.sizes = sizes.iter().map(|(name, n)| (name.to_string(), *n as i64)).collect();
            let mut system = load(&question).map_err(Box::new)?.system;
            // the rows show what a kernel did; whether that was right is not the question here
            system.judge_promises([]);
            system.ghost.active = false;
            system.muted = (broken::ISOLATION..=broken::PROGRESS).collect();
            system.watch = true;
            self.ready.insert(kind, system);
        }
        Ok(&self.ready[&kind])
    }

    /// Runs one row.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn run(&mut self, row: &Row) -> Result<Answer, Trouble> {
        self.run_to_end(row).map(|(answer, _)| answer)
    }

    /// Runs one row; also answers the machine as it stands then.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn run_to_end(&mut self, row: &Row) -> Result<(Answer, System), Trouble> {
        let many = row.steps.iter().filter(|s| s.name == "forkmany").map(|s| match s.argument {
            Argument::Number(n) => n,
            _ => 0,
        });
        let many = many.sum();
        if many > 8192 {
            return Err(Trouble::NotModelled(format!("forkmany={many}: at most 8192 children")));
        }
        let ksm = row.steps.iter().any(|s| s.name == "ksm");
        let huge = row.steps.iter().any(|s| s.name == "mapthp");
        let kind = Kind { swap_in_memory: row.id.ends_with('r'), many, ksm, huge };
        let mut system = self.machine(kind).map_err(|e| Trouble::Wrong(e.to_string()))?.clone();
        let program = Words::of(&system)?;
        program.write(&mut system, row)?;
        let answer = program.go(&mut system, row)?;
        Ok((answer, system))
    }
}

/// Where the program of the rows has its variables.
struct Words {
    ops: u32,
    /// Words of one operation.
    stride: u32,
    /// code, process, a, b.
    fields: [u32; 4],
    length: u32,
    at: u32,
    pages: u32,
    many: u32,
}

impl Words {
    fn of(system: &System) -> Result<Words, Trouble> {
        let p = &system.program;
        let missing = |name: &str| Trouble::Wrong(format!("kernel/seq/run.c has no `{name}`"));
        let slot = |name: &str| p.global(name).map(|g| g.slot).ok_or_else(|| missing(name));
        let ops = p.global("seq_ops").ok_or_else(|| missing("seq_ops"))?;
        let crate::lang::types::Ty::Array(op, length) = *p.types.get(ops.ty) else { return Err(missing("seq_ops[]")) };
        let field = |name: &str| p.types.field(op, name).map(|f| f.offset).ok_or_else(|| missing(name));
        Ok(Words {
            ops: ops.slot,
            stride: p.types.words(op),
            fields: [field("code")?, field("process")?, field("a")?, field("b")?],
            length,
            at: slot("seq_at")?,
            pages: slot("seq_pages")?,
            many: slot("seq_many")?,
        })
    }

    /// Puts the row into the machine.
    fn write(&self, system: &mut System, row: &Row) -> Result<(), Trouble> {
        if row.steps.len() as u32 >= self.length {
            return Err(Trouble::NotModelled(format!("at most {} operations", self.length - 1)));
        }
        let mut people = People::new();
        for (i, step) in row.steps.iter().enumerate() {
            let constant = |name: &str| system.constants().get(name).map(|v| *v as u64);
            let code = constant(&format!("OP_{}", step.name.to_uppercase()));
            let Some(code) = code.filter(|_| step.argument != Argument::Unknown) else {
                return Err(Trouble::NotModelled(format!("the operation `{}` is not modelled", step.name)));
            };
            let process = people.process(step.actor)?;
            let (a, b) = arguments(step, &mut people, constant)?;
            let at = self.ops + i as u32 * self.stride;
            for (field, value) in self.fields.iter().zip([code, process as u64, a, b]) {
                system.state_mut().set(at + field, value);
            }
            if step.name == "exit" {
                people.leave(step.actor);
            }
        }
        let huge = row.steps.iter().any(|s| s.name == "mapthp");
        system.state_mut().set(self.pages, if huge { SUBPAGES as u64 } else { 1 });
        system.state_mut().set(self.many, PROCESSES as u64);
        system.state_mut().commit();
        Ok(())
    }

    /// Runs until the row is at its end.
    fn go(&self, system: &mut System, row: &Row) -> Result<Answer, Trouble> {
        let (mut answer, mut names, mut seen) = (Answer::default(), Names::default(), Seen::new());
        let mut last = 0;
        let mut left = STEPS;
        let mut at = 0;
        while at < row.steps.len() {
            let step = &row.steps[at];
            let agents = system.agents();
            let mut acted = false;
            for i in 0..agents {
                let agent = (last + i) % agents;
                let mark = system.state().mark();
                match system.step(Choice { agent, pick: 0 }) {
                    Outcome::Stepped { .. } => {
                        (acted, last) = (true, agent);
                        break;
                    }
                    Outcome::Broke { .. } => return Err(stopped(system, step)),
                    _ => system.state_mut().undo(mark),
                }
            }
            left -= 1;
            if !acted || left == 0 {
                let why = if acted { "does not end" } else { "is blocked" };
                return Err(Trouble::Wrong(format!("{}:{} {why}", step.actor, step.name)));
            }
            for note in &system.notes {
                if let Note::Observe(name, value) = note
                    && let Some(name) = system.program.strings.get(*name as usize)
                {
                    seen.insert(name.to_string(), *value);
                }
            }
            system.state_mut().commit();
            if seen.contains_key("na") {
                return Err(Trouble::NotModelled(format!("`{}` is not modelled for this memory", step.name)));
            }
            if system.state().get(self.at) as usize > at {
                answer.add(step, &seen, &mut names);
                seen.clear();
                at += 1;
            }
        }
        Ok(answer)
    }
}

/// A text of the library.
fn text_of(path: &str) -> String {
    FILES.iter().find(|(name, _)| *name == path).map_or_else(String::new, |(_, text)| text.to_string())
}

fn stopped(system: &System, step: &Step) -> Trouble {
    let what: Vec<String> = system.violations().iter().map(|v| system.invariant_name(v.invariant)).collect();
    Trouble::Wrong(format!("{}:{} runs into {}", step.actor, step.name, what.join(", ")))
}

/// Which process each actor is, and whose child.
struct People {
    now: BTreeMap<char, (u32, u32)>,
    next: u32,
}

impl People {
    fn new() -> Self {
        People { now: BTreeMap::from([('P', (0, 0))]), next: 1 }
    }

    fn process(&self, actor: char) -> Result<u32, Trouble> {
        let gone = || Trouble::Wrong(format!("{actor} does something, but does not exist then"));
        self.now.get(&actor).map(|(process, _)| *process).ok_or_else(gone)
    }

    fn parent(&self, actor: char) -> u32 {
        self.now.get(&actor).map_or(0, |(_, parent)| *parent)
    }

    fn fork(&mut self, parent: u32, child: char) -> Result<u32, Trouble> {
        if self.now.contains_key(&child) {
            return Err(Trouble::Wrong(format!("{child} is forked while it exists")));
        }
        if self.next == PROCESSES {
            return Err(Trouble::NotModelled(format!("at most {} processes", PROCESSES)));
        }
        self.now.insert(child, (self.next, parent));
        self.next += 1;
        Ok(self.next - 1)
    }

    fn leave(&mut self, actor: char) {
        self.now.remove(&actor);
    }
}

/// Slots and pipes that the program has.
const SLOTS: u32 = 15;

fn arguments(step: &Step, people: &mut People, constant: impl Fn(&str) -> Option<u64>) -> Result<(u64, u64), Trouble> {
    let flag = |on: bool, name: &str| if on { constant(name).unwrap_or(0) } else { 0 };
    let few = |n: u32| match n {
        0..SLOTS => Ok(n as u64),
        _ => Err(Trouble::NotModelled(format!("`{}`: slots are numbered 0 to {}", step.name, SLOTS - 1))),
    };
    Ok(match step.argument {
        Argument::None | Argument::Unknown => (0, 0),
        Argument::Byte(byte) if step.name == "poke" => (byte as u64, people.parent(step.actor) as u64),
        Argument::Byte(byte) => (byte as u64, 0),
        Argument::Number(n) if matches!(step.name.as_str(), "forkmany" | "vmsmany" | "sleep") => (n as u64, 0),
        Argument::Number(n) => (few(n)?, 0),
        Argument::Actor(child) => (people.fork(people.process(step.actor)?, child)? as u64, 0),
        Argument::Protection(p) => (flag(p & 1 != 0, "PROT_READ") | flag(p & 2 != 0, "PROT_WRITE"), 0),
        Argument::Slot { slot, write, longterm, fast, force } => {
            let flags = flag(write, "FOLL_WRITE") | flag(longterm, "FOLL_LONGTERM") | flag(force, "FOLL_FORCE");
            (few(slot)?, flags | if fast { FAST } else { 0 })
        }
        Argument::Fill(slot, byte) => (few(slot)?, byte as u64),
    })
}
