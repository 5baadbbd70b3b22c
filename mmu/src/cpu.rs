//! A CPU in the searched state: its number, and where its registers stand.

/// Number of a CPU, from 0.
pub type Cpu = u32;

/// Slots of a CPU, counted from its first one.
pub(crate) mod slot {
    use crate::state::Slot;

    pub(crate) const CONTROL: Slot = 0;
    pub(crate) const CR3: Slot = 1;
    pub(crate) const PKRU: Slot = 2;
    pub(crate) const INTERRUPTS_ON: Slot = 3;
    pub(crate) const PENDING: Slot = 4;
    /// The walk in flight: see `walk.rs`.
    pub(crate) const WALK: Slot = 5;
    pub(crate) const WALK_VA: Slot = 6;
    pub(crate) const WALK_ENTRY: Slot = 7;
    /// Number of buffered stores, then slot and value of each, oldest first.
    pub(crate) const BUFFERED: Slot = 8;
    pub(crate) const BUFFER: Slot = 9;
}
