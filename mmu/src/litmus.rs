//! Litmus tests: small programs on shared memory and a question about how they can end.
//!
//! Reads the common subset of the `.litmus` format of herd7 for X86 and X86_64, runs every interleaving of the threads
//! and of their store buffers on the [`Machine`](crate::Machine), and prints the outcome in herd7's layout.

mod condition;
mod instruction;
mod lex;
mod parse;
mod place;
mod print;
mod run;
mod test;

pub use condition::{Condition, Quantifier};
pub use instruction::{Address, Fence, Instruction, Operand, Rmw};
pub use lex::LitmusError;
pub use place::{Arch, Location, Place, Register, Type};
pub use run::{Outcome, Verdict, run, run_on};
pub use test::Test;
