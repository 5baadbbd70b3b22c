//! The explorer: exhaustive, bounded and random searches over any [`Model`].

mod exhaustive;
mod expand;
mod finding;
mod layered;
mod minimise;
mod model;
mod random;
mod replay;
mod search;
mod sequential;
mod tree;
mod visited;

pub use exhaustive::{Exhaustive, Fingerprint, Narrow, Options, Wide};
pub use finding::{Break, Finding, Findings, Target};
pub use layered::{Cost, Goal, Layered, Measure};
pub use minimise::minimise;
pub use model::{Choice, Model, Outcome, Phase, Violation};
pub use random::{Plan, Random, Strategy};
pub use replay::{Replay, replay, switches};
pub use search::{Budget, Counts, End, Limit, Progress, Search, Status, drive};
pub use sequential::Sequential;
pub use visited::{Fingerprints, Key};
