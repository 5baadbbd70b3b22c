//! The exhaustive search with fewer orders: steps that nobody can interfere with are merged with the step before them, and of steps
//! that commute only one order is walked. `docs/explorer.md` says why the answers stay the same.

mod access;
mod knowledge;
mod learn;
mod search;
mod sleep;
mod values;
mod walk;

pub use search::{Reduced, Reduction};
