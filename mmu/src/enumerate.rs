//! Every legal combination of entry bits, mode bits and access that kvm-unit-tests' `x86/access.c` goes through, run on
//! the walker and compared with rules that share no code with it.
//!
//! One page behind a PML4E, a PDPTE, a PDE and a PTE. Combinations with more than one reserved bit, a fetch that writes,
//! SMEP, a protection-key restriction without CR4.PKE and bit 13 of a PDE that maps no page are left out, as there.

mod rows;
mod rules;

pub use rows::{Enumeration, Published, Report, published};
