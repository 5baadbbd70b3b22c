//! What must hold: the list. Each entry says in one line what a student can check by eye, then exactly what is judged, and at which step.
//!
//! The judges stand where the words change that they judge: `system/ghost.rs` (isolation, pins, use after free), `system/written.rs`
//! (lost writes), `system/authority.rs` (flushes), `system/counts.rs` (counts, leaks), `system/quiet.rs` (locks, areas, and what is looked at once more in final states); progress is the explorer's. What a design promises besides is its own text's:
//! `PROMISE` in `kernel/designs/`, told by `ghost_promise`. `docs/invariants.md` has the reasons; a test holds it to this list.

/// Numbers of what can break, as they stand in [`crate::explore::Violation::invariant`].
pub mod broken {
    pub const ISOLATION: u16 = 1;
    pub const PIN_COHERENCE: u16 = 2;
    pub const LOST_WRITE: u16 = 3;
    pub const STALE_AUTHORITY: u16 = 4;
    pub const USE_AFTER_FREE: u16 = 5;
    pub const COUNTS: u16 = 6;
    pub const PROGRESS: u16 = 7;
    pub const ASSERTION: u16 = 9;
    pub const BUG_ON: u16 = 10;
    pub const LEAKS: u16 = 11;
    pub const LOCKS: u16 = 12;
    pub const AREAS: u16 = 13;
    /// Traps: this plus [`crate::system::Trap`].
    pub const TRAP: u16 = 0x40;
    /// Promises: this plus the number of the promise's name in the program's strings.
    pub const PROMISE: u16 = 0x100;
}

/// One thing that must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// One of [`broken`].
    pub number: u16,
    /// As in links and reports; it never changes.
    pub id: &'static str,
    /// One line.
    pub statement: &'static str,
    /// What exactly is judged.
    pub definition: &'static str,
    /// The step at which it is judged.
    pub when: &'static str,
}

/// Every invariant, in the order of their numbers.
pub static INVARIANTS: [Invariant; 12] = [
    Invariant {
        number: broken::ISOLATION,
        id: "isolation",
        statement: "nobody reads what another process wrote after their fork",
        definition: "Each data word carries the set of processes that may see it. A store by P, or by a device through P's reference, makes it {P}; zeroed memory and shared mappings may be seen by all; a copy of a word carries the set along. When P's fork returns, or its child's first step runs, the child joins every set that holds P. A read on behalf of P of a word whose set lacks P is a break.",
        when: "every load of a user program, and every read through a reference; in final states every word that a process stored to or inherited, once more",
    },
    Invariant {
        number: broken::PIN_COHERENCE,
        id: "pin-coherence",
        statement: "what a pin's owner reaches at that address is the pinned frame",
        definition: "From the last step of the call that took a FOLL_PIN reference to the first step of giving it back, the page tables of its owner, where they map that address, map the pinned frame; unless the owner itself unmapped, discarded or moved the page. Write pins are judged for every design, read pins for those that promise it (read_pins), plain references never.",
        when: "every write to a word of memory, since any may be an entry of a page table; and the step that takes the pin",
    },
    Invariant {
        number: broken::LOST_WRITE,
        id: "no-lost-write",
        statement: "a value that was stored is there until something else is stored",
        definition: "For each process and word there is a set of values that a load may find. A store leaves its value alone. A child's set is every value that its parent's word had from the call of fork to its return; it collapses at the first access. A store through a reference to a page that the address does not reach at the moment is one more possible value. The owner's own unmapping, discarding or moving forgets the set from call to return; of shared mappings nothing is known. Under TSO a store adds its value when it enters the buffer: some losses are missed there, and nobody is accused wrongly.",
        when: "every load of a user program through its translation; in final states every word once more, where it is mapped or swapped out",
    },
    Invariant {
        number: broken::STALE_AUTHORITY,
        id: "no-stale-authority",
        statement: "after a flush nobody uses rights that were withdrawn before it",
        definition: "When a flush of some pages of an address space begins, every CPU that has it loaded owes the flush until it drops these translations: by INVLPG of the page, by a load of CR3, by a page fault there, or because the hardware does it. A CPU that still owes it when the flush has ended has missed it, until it drops them later. An access of a CPU to a page whose flush it has missed, by a cached translation that the page tables do not grant any more (another frame, none, or a store where they allow loads only), is a break. So a CPU may be passed over (lazy TLB mode) if it catches up before it uses its TLB; and what somebody else withdraws after the flush began is not the flush's fault.",
        when: "every access of a user program by a cached translation",
    },
    Invariant {
        number: broken::USE_AFTER_FREE,
        id: "no-use-after-free",
        statement: "nobody uses a frame that was given back",
        definition: "No load, store, walk, copy or device reaches a frame that is free, nor through a reference a frame that was given to somebody else since: frames have generations.",
        when: "every access to memory, by whomever",
    },
    Invariant {
        number: broken::COUNTS,
        id: "counts",
        statement: "the counts of a frame cover everybody who holds it",
        definition: "No reference or map count is ever below zero. At quiescence each frame's map count is the number of entries that map it (of a huge page: the count of each page, and of the whole), its reference count is no less than its holders need, its pin count is the number of pins, the count of a place on the swap device is the number of entries that name it, and a free frame has no holder and a count of zero. Holders are entries, references of programs (1024 for each pin of a page on its own), the swap cache, the LRU batch, the page cache, a file system's private data, KSM's tree. The pages of zeroes are exempt.",
        when: "every write to a count; the whole sum at quiescence: in final states, where nobody is in a call of the kernel's",
    },
    Invariant {
        number: broken::PROGRESS,
        id: "progress",
        statement: "everybody gets to the end",
        definition: "No state in which somebody is not at his end and nobody can act (a deadlock); no fair cycle without progress (a livelock), where the search looks for one.",
        when: "every state without a step; cycles when they are asked for",
    },
    Invariant {
        number: broken::ASSERTION,
        id: "assertion",
        statement: "what the scenario asserts is true",
        definition: "assert() in a scenario's programs, and its CHECK functions in final states.",
        when: "where it stands",
    },
    Invariant {
        number: broken::BUG_ON,
        id: "BUG_ON",
        statement: "what the kernel takes for impossible does not happen",
        definition: "BUG_ON() in the kernel texts.",
        when: "where it stands",
    },
    Invariant {
        number: broken::LEAKS,
        id: "leaks",
        statement: "a frame that nobody needs was given back",
        definition: "At quiescence no frame has more references than holders, and none is taken that has none. A page table is held by the table above it, its root by the address space, the frames of the swap device by the device. So when everybody has unmapped everything and given back every reference, every frame is free. The pages of zeroes are exempt.",
        when: "in final states, where nobody is in a call of the kernel's",
    },
    Invariant {
        number: broken::LOCKS,
        id: "locks",
        statement: "every lock is given back",
        definition: "In final states every lock is free: variables and fields whose names end in `lock` are 0, as are tlb_flush_pending and swap_prepared, which count what is under way; no page has PG_locked, write_protect_seq is even, and every CPU takes interrupts. (Somebody who waits for a lock that is not given back is a deadlock, see `progress`; so is a thread of the kernel that never comes out of its call.)",
        when: "in final states",
    },
    Invariant {
        number: broken::AREAS,
        id: "areas",
        statement: "nothing is mapped where no memory area is, or with more rights than the area has",
        definition: "In final states every entry that maps a page for user programs lies in an area of its address space, and lets them write only where the area does.",
        when: "in final states",
    },
];

/// The invariant with this number, if it is one of the list.
pub fn invariant(number: u16) -> Option<&'static Invariant> {
    INVARIANTS.iter().find(|i| i.number == number)
}
