/*
 * 5.9-early-copy: fork copies pages that may be pinned, with nothing to hold GUP off.
 *
 * Peter Xu and Linus Torvalds, September 2020: if the parent must never lose a pinned page to a COW copy, fork must not share it.
 * So fork looks whether the page may be pinned, and gives the child a copy at once.
 * GAMES is the first form (5.9-rc7): write-protect the entry, look for pins, take the protection back if there is one; GUP pins first
 * and looks at the entry again. That needs a full barrier on both sides (GAMES_BARRIER), and there is nothing to see for GUP
 * when the entry was read-only before.
 * 5.9 as released has no games: a fast pin can land between fork's look and its write protection. The sequence count came with 5.11.
 * Promises: what all designs must, no more. Commits: 008cfe4418b3, 70e806e4e645, f3c64eda3e50.
 */

TITLE("5.9: fork copies pinned pages early")
STORY("Fork copies what may be pinned. Nothing keeps a fast pin from landing between fork's look at the pins and its write protection.")
ORIGIN("70e806e4e645, 008cfe4418b3, f3c64eda3e50")
SWITCH(SEQCOUNT, 0, "fork counts write_protect_seq odd and even around its copy, and fast GUP looks at it before and after a pin")
SWITCH(HUGETLB_EARLY_COPY, 0, "fork copies a hugetlb page that may be pinned instead of sharing it (5.12: 4eae4efa2c29)")
SWITCH(UFFD_FLUSH_PENDING, 0, "a COW fault flushes first if somebody's flush of this address space is still to come (commit 6ce64428d620)")
SWITCH(SWAP_PIN_TEST, 0, "reclaim leaves pages alone that may be pinned (commit feb889fb40fa)")
SWITCH(CLEAR_REFS_WRITE_LOCK, 0, "clear_refs holds mmap_lock for writing, so that no COW copy runs before its flush (commit 29a951dfb3c3)")
SWITCH(CLEAR_REFS_PIN_TEST, 0, "clear_refs leaves pages alone that may be pinned (commit 9348b73c2e1b)")
SWITCH(GAMES, 0, "fork write-protects the entry before it looks for pins, and takes that back if it finds one (5.9-rc7)")
SWITCH(GAMES_BARRIER, 0, "with GAMES: a full barrier between the write protection and the look for pins")

bool copy_present_pte(struct mm_struct *dst, struct mm_struct *src, u64 *dst_pte, u64 *src_pte, u64 va, u64 pte,
		      struct page **prealloc)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte)) {
		WRITE_ONCE(*dst_pte, pte);
		note_copy_end(src, va, NULL);
		return true;
	}
	if (GAMES && pte_write(pte)) {
		ptep_set_wrprotect(src_pte);
		if (GAMES_BARRIER)
			smp_mb();
	}
	if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(page)) {
		if (GAMES && pte_write(pte))
			WRITE_ONCE(*src_pte, pte);
		return copy_present_page(src, dst_pte, page, va, prealloc);
	}
	get_page(page);
	page_dup_rmap(page);
	large_page_mapped(dst, page, 1);
	if (!GAMES && pte_write(pte))
		ptep_set_wrprotect(src_pte);
	WRITE_ONCE(*dst_pte, pte_mkold(pte_wrprotect(pte)));
	note_copy_end(src, va, page);
	return true;
}
