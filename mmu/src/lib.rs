//! The hardware: an x86-64 MMU with several CPUs. Knows nothing of Linux, C or browsers.
//!
//! State is plain data behind one door ([`State`]); stepping stands beside it.

mod chooser;
mod state;

pub use chooser::Chooser;
pub use state::{Mark, Slot, State};
