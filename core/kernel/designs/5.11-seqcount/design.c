/*
 * 5.11-seqcount: fork and fast GUP meet at a sequence count (5.11 to 5.17).
 *
 * Jason Gunthorpe, with Linus Torvalds and Peter Xu: fork holds mmap_lock, fast GUP cannot; so fork makes a count odd while it
 * write-protects an area, and a fast pin that saw the count odd, or changed, is given back and tried the slow way, which
 * waits for fork. Readers never spin. The count is looked at for pins only: FOLL_GET never had a promise against fork.
 * Pages that may be pinned are not put into the swap cache either, and clear_refs leaves them alone.
 * COW is by the reference count; swap-in and huge pages still count mappings.
 * This is the code that all designs here share, with nothing changed.
 * Promises: what all designs must, no more. Commits: 57efa1fe5957, c28b1fc70390, feb889fb40fa, 9348b73c2e1b.
 */

TITLE("5.11: write_protect_seq between fork and fast GUP")
STORY("Fork counts around its copy; a fast pin that overlaps it is given back. COW goes by the reference count.")
ORIGIN("57efa1fe5957, c28b1fc70390, feb889fb40fa")
