//! The exhaustive search with fewer orders: steps that nobody can interfere with are merged with the step before them, and of steps
//! that commute only one order is walked. `docs/explorer.md` says why the answers stay the same.

mod access;
mod attempt;
mod knowledge;
mod search;
mod sleep;

pub use search::{Reduced, Reduction};
