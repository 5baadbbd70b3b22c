//! Fills the views from a session: the machine at a moment, and the run as a whole.

mod collision;
mod compare;
mod hardware;
mod lanes;
mod memory;
mod moment;
mod names;
mod place;
mod program;
mod tour;
mod verdict;

pub use compare::compare;
pub use place::next_place;
pub use program::{library_view, notes, program};
pub use tour::Tour;
pub use verdict::verdict;
