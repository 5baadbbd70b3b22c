//! The running system: tasks, frames, faults and interrupts on the machine; one step at a time.

mod authority;
mod build;
mod canon;
mod counts;
mod end;
mod frame;
mod ghost;
mod model;
mod path;
mod quiet;
mod sys;
mod timed;
mod vm;
mod written;

pub use build::{BuildError, Options};
pub use ghost::Ghost;
pub use timed::{Ended, Timed, Timing};

use std::sync::Arc;

use cowscope_mmu::{Machine, Slot, State};

use crate::explore::Violation;
use crate::lang::program::Program;

/// Who can act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// A task on its CPU (index into [`System::tasks`]).
    Task(u32),
    /// CPU `n` takes a pending interrupt.
    Interrupt(u32),
    /// The oldest store in the buffer of CPU `n` reaches memory.
    Drain(u32),
}

/// A program that runs: a task on a CPU, or a device.
#[derive(Clone, Debug)]
pub struct Task {
    pub title: String,
    pub func: u32,
    /// The CPU it runs on; devices have a number behind the last real CPU.
    pub cpu: u32,
    pub process: u32,
    pub daemon: bool,
    pub device: bool,
    /// First of its own words: see [`word`].
    pub base: Slot,
    /// Its stack.
    pub stack: Slot,
    pub stack_words: u32,
}

/// A task's words, counted from its base.
pub mod word {
    /// Slot of the innermost frame; 0 when it has none.
    pub const FRAME: u32 = 0;
    /// See [`super::Status`].
    pub const STATUS: u32 = 1;
    /// 0 outside a system call, 1 in one that has made no access yet, 2 in one that has.
    pub const IN_CALL: u32 = 2;
    /// 1: the fault handler refused the access that is about to start over; 2: the last access was refused.
    pub const REFUSED: u32 = 3;
    /// Number of words.
    pub const COUNT: u32 = 4;
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Waiting = 0,
    Running = 1,
    Done = 2,
}

/// Why a program can't go on: reported as a break of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Trap {
    WildPointer = 0,
    DivisionByZero,
    IndexOutOfRange,
    StackOverflow,
    EndlessStep,
    GeneralProtection,
    NoFaultHandler,
    BadFrame,
    BadReference,
    MissingBody,
    StoreBufferStuck,
    /// "Any TLB" has no room for all that may be cached: nothing is decided behind this point.
    TooManyStale,
}

pub use crate::invariants::broken;

/// Something that a step made known without changing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// `observe(name, value)`: number of the name, value.
    Observe(u32, u64),
    /// `reached(name)`.
    Reached(u32),
    /// `WARN_ON` was true, at this place.
    Warn(u32),
}

/// The program, shared by the copies of a system. A step lends it to itself, so that running costs no count of references.
#[derive(Clone)]
pub struct Shared(Option<Arc<Program>>);

impl Shared {
    pub(crate) fn new(program: Arc<Program>) -> Self {
        Shared(Some(program))
    }

    /// The program itself, for another system of it.
    pub(crate) fn share(&self) -> Arc<Program> {
        self.0.clone().unwrap_or_default()
    }

    fn lend(&mut self) -> Arc<Program> {
        self.0.take().unwrap_or_default()
    }

    fn give_back(&mut self, program: Arc<Program>) {
        self.0 = Some(program);
    }
}

impl std::ops::Deref for Shared {
    type Target = Program;

    fn deref(&self) -> &Program {
        match &self.0 {
            Some(p) => p,
            None => unreachable!("a step that runs has the program itself"),
        }
    }
}

/// A scenario on a design on a machine, ready to step.
#[derive(Clone)]
pub struct System {
    pub program: Shared,
    pub machine: Machine,
    pub tasks: Vec<Task>,
    pub agents: Vec<Agent>,
    pub ghost: Ghost,
    pub(crate) state: State,
    pub(crate) layout: Layout,
    pub(crate) tso: bool,
    regs: Box<[u64; vm::REGS]>,
    /// Registers for a function that the system runs in the middle of another's step.
    saved_regs: Box<[u64; vm::REGS]>,
    violations: Vec<Violation>,
    /// Notes of the last step; kept only while [`System::watch`] is on.
    pub notes: Vec<Note>,
    /// Ops of the last step in order; kept only while watching.
    pub steps_trace: Vec<u32>,
    pub watch: bool,
    /// Promises that the design makes: numbers of their names in the program's strings.
    pub(crate) promises: Vec<u16>,
    /// Breaks that are let pass, to see what else breaks: values of [`Violation::invariant`].
    pub muted: Vec<u16>,
    /// Functions that run in every final state.
    checks: Vec<u32>,
    /// Interrupt `do_interrupt` frames and the like run on the task that a CPU has; devices have none.
    task_of_cpu: Vec<u32>,
    /// What the last function returned that the system itself pushed.
    answer: u64,
}

/// Where the system keeps its own words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// First word of physical memory, and how many words each frame has; frame 1 comes first.
    pub memory: Slot,
    pub frame_words: u32,
    /// One more than the highest number of an ordinary frame.
    pub frames: u32,
    /// Huge frames: how many, and of how many frames each consists. They follow the ordinary ones in memory, and their
    /// numbers are aligned to 2 MiB, as an entry that maps 2 MiB wants them.
    pub huge: u32,
    pub subpages: u32,
    /// Whether the frames of huge ones are free: bit n of word w = frame 64 w + n of them.
    pub huge_free: Slot,
    /// The pools: for each CPU, [`Layout::pool_words`] words of its free frames, bit n of word w = frame 64 w + n.
    pub free: Slot,
    pub pool_words: u32,
    /// One word per frame: how often it was freed.
    pub generation: Slot,
    /// One word per process: physical address of its page-table root (0: none).
    pub roots: Slot,
    pub processes: u32,
    /// For a CPU with several tasks: the word that says which one it has.
    pub current: Vec<Option<Slot>>,
    /// First slot behind variables and memory: kernel pointers end here.
    pub end_of_memory: Slot,
}

/// Frames of 2 MiB.
const HUGE: u32 = 512;

impl Layout {
    /// One more than the highest place of a frame.
    fn all_frames(&self) -> u32 {
        self.frames + self.huge * self.subpages
    }

    /// Number of the first frame of the first huge one.
    pub fn first_huge(&self) -> u32 {
        self.frames.next_multiple_of(HUGE)
    }

    /// Which of the frames of huge ones this is.
    fn in_huge(&self, pfn: u32) -> Option<u32> {
        let n = pfn.checked_sub(self.first_huge())?;
        (n / HUGE < self.huge && n % HUGE < self.subpages).then(|| n / HUGE * self.subpages + n % HUGE)
    }

    /// The place of a frame in memory and in `mem_map`.
    fn index_of(&self, pfn: u64) -> Option<u32> {
        let pfn = u32::try_from(pfn).ok()?;
        if (1..self.frames).contains(&pfn) { Some(pfn) } else { self.in_huge(pfn).map(|n| self.frames + n) }
    }

    /// The number of the frame at a place.
    pub fn number_of(&self, index: u32) -> u32 {
        match index.checked_sub(self.frames) {
            Some(n) => self.first_huge() + n / self.subpages.max(1) * HUGE + n % self.subpages.max(1),
            None => index,
        }
    }
}

/// What pushed a frame that no call pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// A page fault.
    Fault,
    /// An interrupt.
    Interrupt,
    /// The system, to run a check.
    System,
}

impl System {
    /// What pushed a frame; `None` for a call, or a program's own first frame.
    pub fn pushed_by(&self, frame: Slot) -> Option<Pushed> {
        match self.state.get(frame + 1) & frame::PUSHED {
            frame::BY_FAULT => Some(Pushed::Fault),
            frame::BY_INTERRUPT => Some(Pushed::Interrupt),
            frame::BY_SYSTEM => Some(Pushed::System),
            _ => None,
        }
    }

    /// Says which promises are judged, by name; others are nobody's.
    pub fn judge_promises<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let strings = &self.program.strings;
        let number = |n: &str| strings.iter().position(|s| s == n).map(|i| i as u16);
        self.promises = names.into_iter().filter_map(number).filter(|n| *n < 0xe00).collect();
    }

    /// The innermost frame of a task; 0 if it has none.
    pub fn frame_of(&self, task: u32) -> Slot {
        self.state.get(self.tasks[task as usize].base + word::FRAME) as Slot
    }

    /// What a task is doing.
    pub fn status(&self, task: u32) -> Status {
        match self.state.get(self.tasks[task as usize].base + word::STATUS) {
            0 => Status::Waiting,
            1 => Status::Running,
            _ => Status::Done,
        }
    }

    /// The resume record that a frame stands at.
    pub fn record_of(&self, frame: Slot) -> u32 {
        self.state.get(frame) as u32
    }

    /// The frames of a task, innermost first.
    pub fn frames_of(&self, task: u32) -> impl Iterator<Item = Slot> {
        let real = |f: Slot| (f != 0).then_some(f);
        // no stack has room for more frames
        std::iter::successors(real(self.frame_of(task)), move |f| real(self.state.get(f + 1) as Slot)).take(256)
    }

    /// The frame of physical memory that a slot belongs to, and the word in it.
    pub fn frame_at(&self, slot: Slot) -> Option<(u32, u32)> {
        let l = &self.layout;
        (slot >= l.memory && slot < l.memory + (l.all_frames() - 1) * l.frame_words)
            .then(|| (l.number_of(1 + (slot - l.memory) / l.frame_words), (slot - l.memory) % l.frame_words))
    }

    /// First slot of a frame; `None` for a number that is no frame.
    pub fn slot_of_frame(&self, pfn: u64) -> Option<Slot> {
        let l = &self.layout;
        l.index_of(pfn).map(|index| l.memory + (index - 1) * l.frame_words)
    }

    /// The numbers of all frames.
    pub fn frame_numbers(&self) -> impl Iterator<Item = u32> {
        let l = &self.layout;
        (1..l.all_frames()).map(|index| l.number_of(index))
    }

    /// Where a frame stands in the kernel's `mem_map`; `None` for a number that is no frame.
    pub fn frame_index(&self, pfn: u64) -> Option<u32> {
        self.layout.index_of(pfn)
    }

    /// The number of the frame that stands at a place in the kernel's `mem_map`.
    pub fn frame_number(&self, index: u32) -> u32 {
        self.layout.number_of(index)
    }

    /// Is this frame free?
    pub fn is_free(&self, pfn: u32) -> bool {
        if let Some(n) = self.layout.in_huge(pfn) {
            return self.state.get(self.layout.huge_free + n / 64) >> (n % 64) & 1 == 1;
        }
        pfn < self.layout.frames && self.state.get(self.pool_word(pfn)) >> (pfn % 64) & 1 == 1
    }

    /// The word of the pools that says whether a frame is free: frame n belongs to CPU (n mod CPUs).
    fn pool_word(&self, pfn: u32) -> Slot {
        self.layout.free + pfn % self.machine.cpus() * self.layout.pool_words + pfn / 64
    }

    /// Physical address of a process's page-table root; 0 if it has none.
    pub fn root_of(&self, process: u32) -> u64 {
        if process < self.layout.processes { self.state.get(self.layout.roots + process) } else { 0 }
    }

    /// Words of each frame.
    pub fn frame_words(&self) -> u32 {
        self.layout.frame_words
    }

    /// Most processes there can be.
    pub fn processes(&self) -> u32 {
        self.layout.processes
    }

    /// The process whose translations a CPU uses now, by its CR3.
    pub fn process_on(&self, cpu: u32) -> Option<u32> {
        let root = self.machine.cr3(&self.state, cpu) & 0x000f_ffff_ffff_f000;
        (root != 0).then(|| (0..self.layout.processes).find(|p| self.root_of(*p) == root)).flatten()
    }
}
