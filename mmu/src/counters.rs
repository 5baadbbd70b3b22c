//! Event counts of one CPU. Each event is counted in one place only.

/// What happened on one CPU since the machine was built. Not searched state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Translations that ended: `l1_hits + l2_hits + walks_done + may_hits + faults + general_protections`.
    pub translations: u64,
    /// Answered by the first-level TLB.
    pub l1_hits: u64,
    /// Answered by the second-level TLB.
    pub l2_hits: u64,
    /// Answered by a stale value of a may-set.
    pub may_hits: u64,
    /// Walks that ended in a translation.
    pub walks_done: u64,
    /// Walks begun: those done, faulted, restarted and aborted.
    pub walks: u64,
    /// Walks thrown away because the entry changed under the update of A and D.
    pub restarts: u64,
    /// Walks in flight that an invalidation ended.
    pub aborts: u64,
    /// References to entries by level: `[0]` unused, `[1]` PTE, `[2]` PDE, `[3]` PDPTE, `[4]` PML4E, `[5]` PML5E.
    pub references: [u64; 6],
    /// Walks that began below the root thanks to a cached entry of that level, `[2]` PDE to `[5]` PML5E.
    pub psc_hits: [u64; 6],
    /// Locked updates of A and D that succeeded.
    pub ad_updates: u64,
    /// Writes that found a translation with D=0 and went back to the tables.
    pub dirty_walks: u64,
    /// #PF.
    pub faults: u64,
    /// #GP for non-canonical addresses.
    pub general_protections: u64,
    /// Loads.
    pub loads: u64,
    /// Loads answered by the own store buffer.
    pub forwards: u64,
    /// Stores.
    pub stores: u64,
    /// Buffered stores written to memory.
    pub drains: u64,
    /// INVLPG and INVPCID type 0.
    pub page_flushes: u64,
    /// MOV CR3 that flushed, INVPCID types 1 to 3, control-register changes that flushed.
    pub context_flushes: u64,
    /// MOV CR3.
    pub cr3_writes: u64,
    /// Interrupts sent by this CPU.
    pub ipis_sent: u64,
    /// Interrupts taken by this CPU.
    pub ipis_taken: u64,
    /// Broadcast invalidations sent by this CPU.
    pub broadcasts: u64,
}
