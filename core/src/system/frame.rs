//! How a frame of a task's stack came to be, as its second word says.

/// A frame's second word: the caller's frame, and how the frame came to be.
pub(crate) const CALLER: u64 = 0xffff_ffff;
pub(crate) const PUSHED: u64 = 0xf << 32;
/// By a page fault: its result may refuse the access.
pub(crate) const BY_FAULT: u64 = 1 << 32;
/// By an interrupt: its return turns interrupts on.
pub(crate) const BY_INTERRUPT: u64 = 2 << 32;
/// By the system, to run something before the task goes on.
pub(crate) const BY_SYSTEM: u64 = 3 << 32;
