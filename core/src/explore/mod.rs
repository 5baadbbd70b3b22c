//! The explorer: exhaustive, bounded and random searches over any [`Model`].

mod exhaustive;
mod expand;
mod finding;
mod model;
mod search;
mod visited;

pub use exhaustive::{Exhaustive, Fingerprint, Narrow, Options, Wide};
pub use finding::{Break, Finding, Findings, Target};
pub use model::{Choice, Model, Outcome, Phase, Violation};
pub use search::{Budget, Counts, End, Limit, Progress, Search, Status, drive};
pub use visited::{Fingerprints, Key};
