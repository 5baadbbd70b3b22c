//! The explorer: exhaustive, bounded and random searches over any [`Model`].

mod coverage;
mod exhaustive;
mod expand;
mod finding;
mod labels;
mod lane;
mod lasso;
mod layered;
mod minimise;
mod model;
#[cfg(not(target_family = "wasm"))]
mod parallel;
mod random;
mod reduce;
mod replay;
mod search;
mod sequential;
#[cfg(not(target_family = "wasm"))]
mod shared;
mod summary;
mod tree;
mod visited;

pub use coverage::{Coverage, coverage};
pub use exhaustive::{Exhaustive, Options};
pub use finding::{Break, Finding, Findings, Target};
pub use lane::{Fingerprint, Narrow, Wide};
pub use lasso::{Lasso, Lassos};
pub use layered::{Cost, Goal, Layered, Measure};
pub use minimise::minimise;
pub use model::{Choice, Model, Outcome, Phase, Violation};
#[cfg(not(target_family = "wasm"))]
pub use parallel::Parallel;
pub use random::{Plan, Random, Strategy};
pub use reduce::{Reduced, Reduction};
pub use replay::{Replay, replay, switches};
pub use search::{Budget, Counts, End, Limit, Progress, SLICE, Search, Status, drive};
pub use sequential::Sequential;
pub use summary::{MergeError, Part, Summary, Verdict, merge};
pub use visited::{Fingerprints, Key};
