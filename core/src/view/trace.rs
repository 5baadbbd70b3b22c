//! A run as a whole: who acted, step by step.

use super::{Phrase, Span};
use serde::{Deserialize, Serialize};

/// Every step of a run, those behind the present moment included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Everyone who can act; [`Step::agent`] counts in this list.
    pub actors: Vec<Actor>,
    pub steps: Vec<Step>,
    /// Stretches of time: locks held, interrupts off, pins alive.
    pub bars: Vec<Bar>,
    /// The pair of accesses that collide, if the run breaks.
    pub collision: Option<Collision>,
    /// Number of the step (counted from 0) that broke something.
    pub broken_at: Option<u32>,
}

/// Someone who can act.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// E.g. `CPU 0`, `CPU 0's store buffer`.
    pub name: String,
    /// The letter it has in links.
    pub letter: char,
    /// The CPU it counts as; devices have the numbers behind the last CPU.
    pub cpu: u8,
    pub kind: ActorKind,
}

/// What an actor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    #[default]
    Task,
    StoreBuffer,
    Interrupt,
    Device,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub agent: u8,
    /// Its free choice.
    pub pick: u32,
    /// How many picks there were.
    pub picks: u32,
    pub kind: StepKind,
    /// A few words, e.g. `mapcount 1 → 2`.
    pub label: String,
    /// The function it ran in.
    pub function: String,
    /// The access.
    pub at: Span,
    /// When it began and how long it took, in cycles.
    pub cycles: (u64, u64),
    /// Agents other than this one that could have acted instead, one bit each (the first 64).
    pub others: u64,
}

/// What a step did, as far as drawings tell steps apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    Read,
    Write,
    /// A locked read-modify-write.
    Locked,
    Lock,
    Unlock,
    /// One reference of the page walker.
    Walk,
    Fault,
    Interrupt,
    Flush,
    #[default]
    Other,
}

/// A stretch of time on an agent's lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub cpu: u8,
    pub kind: BarKind,
    /// E.g. `mmap_lock (write)`.
    pub label: String,
    /// First step of it.
    pub from: u32,
    /// First step behind it; the length of the trace where it is still open.
    pub to: u32,
}

/// What a bar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarKind {
    #[default]
    Lock,
    InterruptsOff,
    Pin,
    Call,
}

/// Two accesses to one word whose order made the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collision {
    /// The earlier step.
    pub first: u32,
    /// The later step.
    pub second: u32,
    /// The word's name.
    pub name: String,
    /// See [`super::Value::place`].
    pub place: u64,
    /// One sentence.
    pub told: Vec<Phrase>,
    /// The same calls with these two accesses the other way round, where that ends without a break: the link to that run
    /// (without `#`), at the moment before the second access. Empty: not shown to matter, only likely.
    pub other_way: String,
}
