//! From a compiled program to a system that stands at its first searched state.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cowscope_mmu::{Chooser, Config, CostTable, FrameSpec, Machine, MemoryOrder, RemoteFlush, State, TlbMode};

use super::end::End;
use super::{Agent, Ghost, Layout, Status, System, Task, broken, word};
use crate::explore::{Choice, Model, Outcome};
use crate::lang::compile::SCENARIO;
use crate::lang::program::{Program, Role};
use crate::lang::types::Ty;

/// What the machine is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub order: MemoryOrder,
    /// "Any TLB": may-sets instead of a concrete one.
    pub any_tlb: bool,
    pub remote_flush: RemoteFlush,
    /// What steps cost in timed runs.
    pub costs: &'static CostTable,
    /// Words of each task's stack.
    pub stack_words: u32,
    /// Watch from the start: the ops of the set-up are in [`System::steps_trace`] when it is over.
    pub watch: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            order: MemoryOrder::Sc,
            any_tlb: false,
            remote_flush: RemoteFlush::Ipi,
            costs: Config::default().costs,
            stack_words: 160,
            watch: false,
        }
    }
}

/// Why a program can't be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The sizes that the text asks for are impossible here: what, and the range.
    Size(String),
    /// Set-up did not come to its end: why, and the names of the functions it stood in.
    Setup { why: String, stack: Vec<String> },
    /// There is nothing to run.
    NoTask,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Size(s) => write!(f, "{s}"),
            BuildError::Setup { why, stack } => write!(f, "set-up: {why} (in {})", stack.join(" > ")),
            BuildError::NoTask => {
                write!(f, "no program to run: write one as `PROCESS(0) CPU(0) void name(void) {{ ... }}`")
            }
        }
    }
}

/// Most frames, and most words of memory.
const MAX_FRAMES: i64 = 1 << 16;
const MAX_WORDS: u64 = 1 << 23;

/// Steps that all set-up functions together may take.
const SETUP_STEPS: u32 = 1 << 17;

impl System {
    /// Lays out memory, machine, tasks and ghosts, and runs the set-up.
    ///
    /// # Errors
    /// Sizes out of range, or a set-up that blocks, breaks something or does not end.
    pub fn new(program: Arc<Program>, options: &Options) -> Result<System, BuildError> {
        let size = |name: &str, default: u32, range: std::ops::RangeInclusive<i64>| -> Result<u32, BuildError> {
            let v = program.constants.get(name).copied().unwrap_or(default as i64);
            if !range.contains(&v) {
                return Err(BuildError::Size(format!("{name} is {v}; it can be {} to {}", range.start(), range.end())));
            }
            Ok(v as u32)
        };
        let mut cpus = size("CFG_CPUS", 1, 1..=8)?;
        let frames = size("CFG_FRAMES", 2, 1..=MAX_FRAMES)?;
        let frame_words = size("CFG_FRAME_WORDS", 8, 2..=512)?;
        if frames as u64 * frame_words as u64 > MAX_WORDS {
            let most = MAX_WORDS / frame_words as u64;
            return Err(BuildError::Size(format!(
                "CFG_FRAMES is {frames}; with CFG_FRAME_WORDS = {frame_words} it can be 1 to {most}"
            )));
        }
        let huge = size("CFG_HUGE", 0, 0..=64)?;
        let subpages = size("CFG_SUBPAGES", 1, 1..=512)?;
        if (frames + huge * subpages) as u64 * frame_words as u64 > MAX_WORDS {
            return Err(BuildError::Size(format!(
                "CFG_HUGE is {huge}; with CFG_SUBPAGES = {subpages} and CFG_FRAME_WORDS = {frame_words} that is too much memory"
            )));
        }
        let mut processes = 1;
        for e in &program.entries {
            if let Role::Setup { process, cpu } | Role::Task { process, cpu, .. } = e.role {
                if cpu > 7 {
                    return Err(BuildError::Size(format!("CPU({cpu}): CPUs are numbered 0 to 7")));
                }
                if process > 15 {
                    return Err(BuildError::Size(format!("PROCESS({process}): processes are numbered 0 to 15")));
                }
                // a kernel that says how many CPUs it has keeps something for each
                if program.constants.contains_key("CFG_CPUS") && cpu >= cpus {
                    let need = cpu + 1;
                    return Err(BuildError::Size(format!(
                        "CPU({cpu}): the kernel is built for {cpus} CPUs; `SIZE(NR_CPUS, {need})` in the scenario gives it {need}"
                    )));
                }
                (cpus, processes) = (cpus.max(cpu + 1), processes.max(process + 1));
            }
        }
        // a process may be forked that no program runs in: there are as many as the kernel has address spaces
        if let Some(g) = program.global("mms")
            && let Ty::Array(_, n) = *program.types.get(g.ty)
        {
            processes = processes.max(n.min(16));
        }
        let mut state = State::new();
        state.alloc(program.end_slot);
        for (slot, v) in &program.inits {
            state.set(*slot, *v);
        }
        let mut layout = Layout { frame_words, frames, huge, subpages, processes, ..Layout::default() };
        let all = layout.all_frames();
        let specs: Vec<FrameSpec> =
            (1..all).map(|index| FrameSpec::data(layout.number_of(index) as u64, frame_words)).collect();
        layout.memory = state.len();
        let config = Config {
            cpus,
            order: options.order,
            remote_flush: options.remote_flush,
            costs: options.costs,
            // where every step costs the same there is nothing that a cache could change
            caches: *options.costs != cowscope_mmu::FLAT,
            tlb: if options.any_tlb { TlbMode::MaySet { translations: 8, prefixes: 8 } } else { Config::default().tlb },
            ..Config::default()
        };
        let machine = Machine::new(&config, &mut state, &specs).map_err(|e| BuildError::Size(e.to_string()))?;
        let memory_words = all.saturating_sub(1) * frame_words;
        layout.end_of_memory = layout.memory + memory_words;
        layout.pool_words = frames.div_ceil(64);
        layout.free = state.alloc(cpus * layout.pool_words);
        for pfn in 1..frames {
            let pool = layout.free + pfn % cpus * layout.pool_words + pfn / 64;
            state.set(pool, state.get(pool) | 1 << (pfn % 64));
        }
        layout.huge_free = state.alloc((huge * subpages).div_ceil(64));
        for n in 0..huge * subpages {
            let word = layout.huge_free + n / 64;
            state.set(word, state.get(word) | 1 << (n % 64));
        }
        layout.generation = state.alloc(all.max(1));
        layout.roots = state.alloc(processes);
        // tasks: programs, an idle one for each CPU, one of the set-up
        let ghost = Ghost::alloc(&mut state, memory_words, processes, program.entries.len() as u32 + cpus + 1, cpus);
        let mut sys = System {
            regs: Box::new([0; super::vm::REGS]),
            saved_regs: Box::new([0; super::vm::REGS]),
            program: super::Shared::new(program),
            machine,
            tasks: Vec::new(),
            agents: Vec::new(),
            ghost,
            state,
            layout,
            tso: options.order == MemoryOrder::Tso,
            violations: Vec::new(),
            notes: Vec::new(),
            steps_trace: Vec::new(),
            watch: options.watch,
            promises: Vec::new(),
            muted: Vec::new(),
            checks: Vec::new(),
            task_of_cpu: Vec::new(),
            answer: 0,
        };
        sys.ghost.foll_pin = sys.program.constants.get("FOLL_PIN").map_or(0x40000, |v| *v as u64);
        sys.ghost.foll_write = sys.program.constants.get("FOLL_WRITE").map_or(1, |v| *v as u64);
        sys.ghost.counted = super::counts::Counted::find(&sys.program);
        sys.ghost.locks = super::quiet::Locks::find(&sys.program);
        sys.ghost.areas = super::quiet::Areas::find(&sys.program);
        if sys.tso {
            sys.find_ghost_words();
        }
        sys.add_tasks(options);
        if sys.tasks.is_empty() {
            return Err(BuildError::NoTask);
        }
        sys.set_up(options)?;
        sys.try_canon().map_err(|why| BuildError::Setup { why, stack: vec!["canon".into()] })?;
        Ok(sys)
    }

    fn add_tasks(&mut self, options: &Options) {
        let mut devices = 0;
        for e in self.program.entries.clone() {
            let (process, cpu, daemon, device, title) = match e.role {
                Role::Task { process, cpu, daemon } => (process, cpu, daemon, false, String::new()),
                Role::Device { title, daemon } => {
                    devices += 1;
                    (0, self.machine.cpus() + devices - 1, daemon, true, title)
                }
                Role::Check => {
                    self.checks.push(e.func);
                    continue;
                }
                Role::Setup { .. } => continue,
            };
            let title = if title.is_empty() { self.program.funcs[e.func as usize].name.clone() } else { title };
            let t = self.new_task(title, e.func, cpu, process, options);
            self.tasks.push(Task { daemon, device, ..t });
        }
    }

    fn new_task(&mut self, title: String, func: u32, cpu: u32, process: u32, options: &Options) -> Task {
        let base = self.state.alloc(word::COUNT);
        let stack = self.state.alloc(options.stack_words);
        Task { title, func, cpu, process, daemon: false, device: false, base, stack, stack_words: options.stack_words }
    }

    fn set_up(&mut self, options: &Options) -> Result<(), BuildError> {
        // every CPU needs a stack for its interrupt handlers, whether or not a task runs there
        let cpus = self.machine.cpus();
        for cpu in 0..cpus {
            if !self.tasks.iter().any(|t| t.cpu == cpu && !t.device) {
                let t = self.new_task(format!("idle on CPU {cpu}"), 0, cpu, 0, options);
                self.tasks.push(Task { daemon: true, ..t });
                let last = self.tasks.len() - 1;
                self.state.set(self.tasks[last].base + word::STATUS, Status::Done as u64);
            }
        }
        self.task_of_cpu =
            (0..cpus).map(|c| self.tasks.iter().position(|t| t.cpu == c && !t.device).unwrap_or(0) as u32).collect();
        let count = |c: u32| self.tasks.iter().filter(|t| t.cpu == c && !t.device).count();
        let shared: Vec<bool> = (0..cpus).map(|c| count(c) > 1).collect();
        self.layout.current = shared
            .into_iter()
            .zip(&self.task_of_cpu)
            .map(|(several, first)| {
                several.then(|| {
                    let slot = self.state.alloc(1);
                    self.state.set(slot, *first as u64);
                    slot
                })
            })
            .collect();
        let searched = self.tasks.len();
        // while set-up runs, its function is the only task there is
        let shared = std::mem::take(&mut self.layout.current);
        let mut fuel = SETUP_STEPS;
        for e in self.program.entries.clone() {
            let Role::Setup { process, cpu } = e.role else { continue };
            let t = self.new_task(self.program.funcs[e.func as usize].name.clone(), e.func, cpu, process, options);
            self.tasks.truncate(searched);
            self.tasks.push(t);
            self.run_setup(searched as u32, &mut fuel)?;
        }
        self.tasks.truncate(searched);
        self.layout.current = shared;
        for t in 0..searched as u32 {
            if self.status(t) == Status::Done {
                continue;
            }
            // forked in set-up
            let started = self.status(t) == Status::Running;
            self.begin(t)?;
            // one without a step is over by now
            let over = self.status(t) == Status::Done;
            if !over && (self.tasks[t as usize].process == 0 || started) {
                let status = self.tasks[t as usize].base + word::STATUS;
                self.state.set(status, Status::Running as u64);
                let task = &self.tasks[t as usize];
                if !task.device && self.current_task(task.cpu) == t {
                    let stand = self.frame_of(t);
                    self.load_mm(t);
                    self.drive(t, Some(stand), &mut fuel)?;
                }
            }
        }
        // what set-up stored is in memory when the search begins
        for cpu in 0..cpus {
            while !self.machine.buffer_empty(&self.state, cpu) {
                self.drain(cpu);
            }
        }
        // on the stack of a program that is over, too, a CPU runs its interrupt handlers
        let handles = |t: u32| self.program.interrupt.is_some() && self.current_task(self.tasks[t as usize].cpu) == t;
        let acts = |t: &u32| self.status(*t) != Status::Done || handles(*t);
        self.agents = (0..searched as u32).filter(acts).map(Agent::Task).collect();
        if self.program.interrupt.is_some() {
            self.agents.extend((0..cpus).map(Agent::Interrupt));
        }
        if self.tso {
            self.agents.extend((0..cpus).map(Agent::Drain));
        }
        self.state.commit();
        self.machine.reset_counters();
        Ok(())
    }

    /// Pushes a task's program and runs its private beginning.
    fn begin(&mut self, task: u32) -> Result<(), BuildError> {
        let func = self.tasks[task as usize].func;
        let t = &self.tasks[task as usize];
        let (base, stack) = (t.base, t.stack);
        let words = self.program.funcs[func as usize].frame_words;
        if words > t.stack_words {
            return Err(self.stuck(task, "its locals do not fit the stack"));
        }
        self.state.set(base + word::FRAME, stack as u64);
        // a task of a process that was started in set-up stood in `switch_mm` here
        self.state.set(stack + 1, 0);
        let p = self.program.lend();
        let end = self.enter(&p, task, func, &mut Chooser::new(0));
        self.program.give_back(p);
        match end {
            End::Stopped if self.violations.is_empty() => Ok(()),
            End::Stopped => {
                self.place_violations();
                let names: Vec<String> = self.violations.iter().map(|v| self.invariant_name(v.invariant)).collect();
                Err(self.stuck(task, &format!("{} before the first step", names.join(", "))))
            }
            _ => Err(self.stuck(task, "it is blocked before its first step")),
        }
    }

    fn run_setup(&mut self, task: u32, fuel: &mut u32) -> Result<(), BuildError> {
        self.begin(task)?;
        let status = self.tasks[task as usize].base + word::STATUS;
        if self.status(task) != Status::Done {
            self.state.set(status, Status::Running as u64);
            // the kernel's own set-up makes the address spaces: there is none to switch to before
            let func = self.tasks[task as usize].func;
            if self.program.funcs[func as usize].layer == SCENARIO {
                self.load_mm(task);
            }
            self.drive(task, None, fuel)?;
        }
        Ok(())
    }

    /// Runs one task (and the interrupts and buffers of all CPUs first) to its end, or until
    /// its innermost frame is `until` again.
    fn drive(&mut self, task: u32, until: Option<u32>, fuel: &mut u32) -> Result<(), BuildError> {
        let cpus = self.machine.cpus();
        self.agents = vec![Agent::Task(task)];
        self.agents.extend((0..cpus).map(Agent::Interrupt));
        self.agents.extend((0..cpus).map(Agent::Drain));
        self.agents.extend((0..self.tasks.len() as u32).filter(|t| *t != task).map(Agent::Task));
        loop {
            let frame = self.frame_of(task);
            if self.status(task) == Status::Done || until == Some(frame) {
                break;
            }
            *fuel = fuel.saturating_sub(1);
            if *fuel == 0 {
                return Err(self.stuck(task, "it does not end"));
            }
            // interrupts first, then buffers, then whoever is in a handler, then the task itself
            let n = self.agents.len();
            let mut order: Vec<usize> = (1..=2 * cpus as usize).collect();
            order.extend((2 * cpus as usize + 1..n).filter(|a| self.in_handler(*a)));
            order.push(0);
            let mut acted = false;
            for a in order {
                let mark = self.state.mark();
                let mut trace = std::mem::take(&mut self.steps_trace);
                let outcome = Model::step(self, Choice { agent: a as u8, pick: 0 });
                trace.append(&mut self.steps_trace);
                self.steps_trace = trace;
                match outcome {
                    Outcome::Stepped { .. } => {
                        acted = true;
                        break;
                    }
                    Outcome::Broke { .. } => {
                        let names: Vec<String> =
                            self.violations.iter().map(|v| self.invariant_name(v.invariant)).collect();
                        return Err(self.stuck(task, &names.join(", ")));
                    }
                    _ => self.state.undo(mark),
                }
            }
            if !acted {
                return Err(self.stuck(task, "it is blocked"));
            }
            self.state.commit();
        }
        Ok(())
    }

    /// Pushes `switch_mm` on a task.
    fn load_mm(&mut self, task: u32) {
        let p = self.program.lend();
        self.switch_mm(&p, task);
        self.program.give_back(p);
    }

    fn in_handler(&self, agent: usize) -> bool {
        match self.agents[agent] {
            Agent::Task(t) => {
                let f = self.frame_of(t);
                f != 0 && self.state.get(f + 1) & super::frame::PUSHED == super::frame::BY_INTERRUPT
            }
            _ => false,
        }
    }

    fn stuck(&self, task: u32, why: &str) -> BuildError {
        let place = self.violations.first().map(|v| v.place);
        let path = self.call_path(task, place);
        let title = self.tasks[task as usize].title.clone();
        let stack = if path.is_empty() { vec![title] } else { path.split(" > ").map(str::to_string).collect() };
        BuildError::Setup { why: why.to_string(), stack }
    }

    /// The name of what a number in [`crate::explore::Violation::invariant`] stands for.
    pub fn invariant_name(&self, invariant: u16) -> String {
        if let Some(known) = crate::invariants::invariant(invariant) {
            return known.id.replace('-', " ");
        }
        match invariant {
            n if n >= broken::PROMISE => {
                let name = self.program.strings.get((n - broken::PROMISE) as usize);
                format!("promise {}", name.map_or("?", |s| s))
            }
            n => TRAPS.get((n - broken::TRAP.min(n)) as usize).copied().unwrap_or("?").to_string(),
        }
    }

    /// Constants of the texts by name, for display.
    pub fn constants(&self) -> &BTreeMap<String, i64> {
        &self.program.constants
    }
}

/// Names of [`super::Trap`]s, in order.
const TRAPS: [&str; 12] = [
    "wild pointer",
    "division by zero",
    "index out of range",
    "stack overflow",
    "endless step",
    "general protection fault",
    "page fault without a handler",
    "bad frame",
    "bad reference",
    "function without a body",
    "store buffer stuck",
    "too many stale translations",
];
