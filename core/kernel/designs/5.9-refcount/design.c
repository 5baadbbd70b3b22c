/*
 * 5.9-refcount: the reference count is the only rule.
 *
 * Linus Torvalds, August 2020: if the count is one we are the only possible holder and may write; if it is not, we copy, ever.
 * No unseen reference can lead to a leak, nobody sleeps for the page lock (it is tried, and a copy is made if it is taken), and GUP
 * need not pretend to write. The price: any reference makes a copy, one's own pin too, and then the device and the program no
 * longer look at the same page.
 * Fork still shares everything. Swap-in and huge pages still count mappings.
 * Promises: cow_never_sleeps. Commits: 09854ba94c6a, a308c71bf1e6.
 */

TITLE("5.9: the reference count alone")
STORY("A write fault reuses a page with one reference, and copies any other. Fork shares pinned pages as it shares all.")
ORIGIN("09854ba94c6a, a308c71bf1e6")
PROMISE(cow_never_sleeps, "a COW fault of a base page does not sleep for the page lock")
SWITCH(SEQCOUNT, 0, "fork counts write_protect_seq odd and even around its copy, and fast GUP looks at it before and after a pin")
SWITCH(FORK_PIN_TEST, 0, "fork copies a page that may be pinned instead of sharing it")
SWITCH(WRPROTECT_FIRST, 1, "fork write-protects the entry before it takes its reference and map count, as until 5.8")
SWITCH(HUGETLB_EARLY_COPY, 0, "fork copies a hugetlb page that may be pinned instead of sharing it (5.12: 4eae4efa2c29)")
SWITCH(UFFD_FLUSH_PENDING, 0, "a COW fault flushes first if somebody's flush of this address space is still to come (commit 6ce64428d620)")
SWITCH(SWAP_PIN_TEST, 0, "reclaim leaves pages alone that may be pinned (commit feb889fb40fa)")
SWITCH(CLEAR_REFS_WRITE_LOCK, 0, "clear_refs holds mmap_lock for writing, so that no COW copy runs before its flush (commit 29a951dfb3c3)")
SWITCH(CLEAR_REFS_PIN_TEST, 0, "clear_refs leaves pages alone that may be pinned (commit 9348b73c2e1b)")
