//! The hardware: an x86-64 MMU with several CPUs. Knows nothing of Linux, C or browsers.
//!
//! State is plain data behind one door ([`State`]); stepping stands beside it.

mod access;
mod cache;
mod chooser;
mod config;
mod control;
mod cost;
mod counters;
mod cpu;
mod entry;
pub mod enumerate;
mod interrupt;
mod invalidate;
pub mod litmus;
mod machine;
mod mayset;
mod memory;
mod mutant;
#[cfg(feature = "query")]
pub mod query;
mod spoil;
mod stale;
mod state;
mod store_buffer;
mod tlb;
mod view;
mod walk;

pub use access::{Access, AccessKind, PageFault, Source, Translate};
pub use chooser::Chooser;
pub use config::{
    Config, ConfigError, MemoryOrder, PscGeometry, RemoteFlush, Replacement, Shape, TlbGeometry, TlbMode,
};
pub use control::Control;
pub use cost::{Cost, CostTable, DESKTOP, FLAT, TABLES};
pub use counters::Counters;
pub use cpu::Cpu;
pub use entry::{Entry, PageSize};
pub use interrupt::VECTORS;
pub use invalidate::Invpcid;
pub use machine::Machine;
pub use memory::FrameSpec;
pub use mutant::Mutant;
pub use state::{Mark, Slot, State, Touched, Trace};
pub use view::{Held, PscEntry, TlbEntry, WalkLevel, WalkView};
