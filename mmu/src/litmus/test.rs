//! A litmus test as data.

use super::condition::{Condition, Quantifier};
use super::instruction::Instruction;
use super::place::{ADDRESSES, Arch, Location, Place, Register};

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Dialect.
    pub arch: Arch,
    /// Name.
    pub name: String,
    /// Shared locations.
    pub locations: Vec<Location>,
    /// Initial values of registers that do not begin at 0.
    pub registers: Vec<(u32, Register, u64)>,
    /// Instructions of each thread.
    pub threads: Vec<Vec<Instruction>>,
    /// What the outcome shows: places of the condition and of `locations`, in order.
    pub shown: Vec<Place>,
    /// `exists`, `~exists` or `forall`.
    pub quantifier: Quantifier,
    /// The condition on final states.
    pub condition: Condition,
}

impl Test {
    /// The location at an address value.
    pub fn at(&self, address: u64) -> Option<u32> {
        let index = address.checked_sub(ADDRESSES)?;
        (index.is_multiple_of(0x1000) && index / 0x1000 < self.locations.len() as u64)
            .then_some((index / 0x1000) as u32)
    }
}
