//! What a person is shown: plain data, filled from the system and drawn by the page.
//!
//! Nothing here decides anything. A page (or a report) needs no rule of the machine to draw these types, and the
//! engine needs no knowledge of pages to fill them. All of it is serialisable, because page and engine live in
//! different workers. One [`Program`] and one [`Trace`] describe a run as a whole; one [`Moment`] is the machine
//! between two steps.

mod compare;
pub mod fill;
mod lane;
mod library;
mod memory;
mod moment;
mod program;
mod trace;
mod verdict;

pub use compare::{Change, ComparedRun, ComparedStep, Comparison, DiffKind, DiffLine};
pub use lane::{CachedWalk, CallFrame, IrqLine, Lane, Local, StoreSlot, TlbRow, Walk, WalkStep};
pub use library::{Design, Flag, Flow, Library, Measured, Promise, Scenario, Variant};
pub use memory::{Bit, FrameCard, FrameKind, Holder, Object, Process, Reach, TableEntry, WordCell};
pub use moment::{Access, AgentState, Broken, Can, Moment, Touch, Value};
pub use program::{Layer, MachineOption, Note, NoteSeverity, Program, Question, SourceFile, Span};
pub use trace::{Actor, ActorKind, Bar, BarKind, Collision, Step, StepKind, Trace};
pub use verdict::{Break, Effort, End, Phrase, Race, Repair, Tone, Verdict};
