//! The explorer: exhaustive, bounded and random searches over any [`Model`].

mod model;

pub use model::{Choice, Model, Outcome, Phase, Violation};
