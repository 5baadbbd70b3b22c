//! Models written by hand for the tests and the benchmarks of the explorer.

pub mod program;
pub mod protocol;
pub mod two_phase_commit;
