//! Deliberate defects of the hardware, for tests that must notice them.

/// One seeded defect. Compiled in only with the feature `mutants`; otherwise every test for one is constant false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Mutant {
    /// The machine as it should be.
    #[default]
    None,
    /// The walker leaves A clear in entries that refer to tables.
    NoAccessedAboveLeaf,
    /// May-sets: a table write does not leave the old value behind.
    MayForgetsAtWrite,
    /// May-sets: entries with A=0 may be cached.
    MayHoldsUnaccessed,
    /// May-sets: entries with P=0 may be cached.
    MayHoldsNotPresent,
}
