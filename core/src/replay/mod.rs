//! Links played on the engine at hand, and runs as traces.

mod again;
mod open;
mod play;
mod question;
mod told;

pub use again::{Again, again};
pub use open::{OpenError, Opened, SEEDED_STEPS, open, seeded};
pub use play::{Difference, changed_since};
pub use question::{link_of, link_to, question_of};
pub use told::{mark, trace_of, trace_of_break};
