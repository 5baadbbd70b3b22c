//! Links played on the engine at hand, and runs as traces.

mod play;
mod told;

pub use play::{Difference, changed_since, difference};
pub use told::{trace_of, trace_of_break};
