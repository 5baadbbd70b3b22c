//! One CPU: what runs on it, what it caches, what it waits for.

use super::{Span, Value};
use serde::{Deserialize, Serialize};

/// One CPU.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub cpu: u8,
    /// The agents (indices into [`super::Trace::actors`]) that count as this CPU's: its tasks, its store buffer, its interrupt lines.
    pub agents: Vec<u8>,
    /// The agent that its Step button steps.
    pub agent: u8,
    /// The task on it, e.g. `parent, thread A`; empty: idle.
    pub task: String,
    /// The process whose address space is loaded.
    pub process: Option<u8>,
    /// The call stack, outermost first; an interrupt or a fault pushes its handler.
    pub stack: Vec<CallFrame>,
    pub interrupts_on: bool,
    /// Interrupt lines that are raised.
    pub pending: Vec<IrqLine>,
    /// Locks this CPU's task holds, in words.
    pub holds: Vec<String>,
    /// The walk in flight, if there is one.
    pub walk: Option<Walk>,
    pub tlb: Vec<TlbRow>,
    /// Paging-structure caches.
    pub paging: Vec<CachedWalk>,
    /// Oldest first; empty under sequential consistency.
    pub stores: Vec<StoreSlot>,
    /// Its clock, in cycles.
    pub cycles: u64,
}

/// One function on a call stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFrame {
    pub function: String,
    /// The whole function's text.
    pub body: Span,
    /// Where it stands: the next access (innermost frame) or the call it waits for.
    pub next: Span,
    /// Lines of this activation that have run.
    pub done: Vec<u32>,
    /// Variables in scope.
    pub locals: Vec<Local>,
    /// An interrupt handler or page fault: what pushed it; otherwise empty.
    pub entered_by: String,
}

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    pub name: String,
    /// As C writes it.
    pub ctype: String,
    /// [`Value::text`] is `–` before it has a value.
    pub value: Value,
}

/// A raised interrupt line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IrqLine {
    /// E.g. `flush TLB`.
    pub name: String,
    /// Who raised it.
    pub from: String,
}

/// A page walk in flight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// The address, and the access it serves, e.g. `store to 0x7000`.
    pub serves: String,
    /// The steps from the root on; those still to come have no value.
    pub steps: Vec<WalkStep>,
}

/// One level of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkStep {
    /// `PML4E`, `PDPTE`, `PDE`, `PTE`.
    pub level: String,
    pub index: u16,
    /// The entry it read.
    pub entry: Option<Value>,
    /// True for the one that is read next.
    pub next: bool,
}

/// A TLB entry, or a member of a may-set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlbRow {
    pub page: u64,
    pub frame: u64,
    /// `rwxu`-style, a dash for what is not permitted, e.g. `r-u`.
    pub rights: String,
    pub global: bool,
    pub pcid: u16,
    /// `4 KiB`, `2 MiB`, `1 GiB`.
    pub size: String,
    /// The step after which it was (or may be) there.
    pub since: u32,
    /// A may-set's member: it may or may not be there.
    pub may: bool,
    /// Carries rights that the page tables no longer give.
    pub stale: bool,
    pub touched: bool,
}

/// A paging-structure cache entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedWalk {
    /// `PML4E`, `PDPTE`, `PDE`.
    pub level: String,
    /// First address it translates.
    pub prefix: u64,
    /// The table it names.
    pub frame: u64,
    pub since: u32,
    pub may: bool,
}

/// One store that memory has not seen yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSlot {
    /// The word's name.
    pub name: String,
    pub place: u64,
    pub value: String,
}
