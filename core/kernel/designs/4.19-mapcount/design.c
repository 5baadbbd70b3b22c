/*
 * 4.19-mapcount: who maps a page alone owns it (up to 5.7).
 *
 * Hugh Dickins, 2005: a COW fault that looks at the reference count copies pages that are under I/O, so count the mappings instead,
 * and the swapped entries with them. The sum only holds still under the page lock: what leaves one counter enters the other there.
 * So every write to a read-only anonymous page takes the page lock, and sleeps for it if it must.
 * References that are no mappings (GUP, pipes, the LRU batch) do not matter: a program never loses the page that its device uses,
 * except by fork; and a reference in a pipe does not keep another process from writing in place.
 * Fork shares everything and knows nothing of pins.
 * Promises: what all designs must, no more. Commits: c475a8ab625d (2005); replaced by 09854ba94c6a (5.9).
 */

TITLE("4.19: map count and swap count, under the page lock")
STORY("A write fault reuses a page that is mapped or swapped in once, whoever else refers to it. It takes the page lock to be sure.")
ORIGIN("c475a8ab625d (2005); the rule until 09854ba94c6a (5.9)")
SWITCH(SEQCOUNT, 0, "fork counts write_protect_seq odd and even around its copy, and fast GUP looks at it before and after a pin")
SWITCH(FORK_PIN_TEST, 0, "fork copies a page that may be pinned instead of sharing it")
SWITCH(WRPROTECT_FIRST, 1, "fork write-protects the entry before it takes its reference and map count, as until 5.8")
SWITCH(SWAP_PIN_TEST, 0, "reclaim leaves pages alone that may be pinned (commit feb889fb40fa)")
SWITCH(CLEAR_REFS_WRITE_LOCK, 0, "clear_refs holds mmap_lock for writing, so that no COW copy runs before its flush (commit 29a951dfb3c3)")
SWITCH(CLEAR_REFS_PIN_TEST, 0, "clear_refs leaves pages alone that may be pinned (commit 9348b73c2e1b)")
SWITCH(HUGE_COPY, 1, "a COW fault on a huge page copies all of it (until 5.7) instead of splitting the mapping and copying one page")
SWITCH(HUGE_ZERO_COPY, 1, "a write to the huge page of zeroes gives a new huge page (until 5.7, and since 6.13) instead of one small page")
SWITCH(SPLIT_PAGE_LOCK, 0, "splitting the mapping of a huge page holds the page lock while map counts move (5.8: c444eb564fb1)")
SWITCH(HUGETLB_EARLY_COPY, 0, "fork copies a hugetlb page that may be pinned instead of sharing it (5.12: 4eae4efa2c29)")
SWITCH(WP_PAGE_LOCK, 1, "a write fault holds the page lock while it counts mappings and swapped entries")
SWITCH(WP_DROPS_PTL, 1, "a write fault lets go of the page-table lock before it sleeps for the page lock")
SWITCH(WP_LOCK_RECHECK, 1, "a write fault that slept for the page lock reads the entry again")

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte))
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	if (PageKsm(page) && (PageSwapCache(page) || page_count(page) != 1))
		goto copy;
	if (WP_PAGE_LOCK && !trylock_page(page)) {
		/* Nobody sleeps with a spinlock held; whoever held the page lock may have changed the entry. */
		get_page(page);
		if (WP_DROPS_PTL)
			spin_unlock(&mm->page_table_lock);
		lock_page(page);
		if (WP_DROPS_PTL)
			spin_lock(&mm->page_table_lock);
		if (WP_LOCK_RECHECK && READ_ONCE(*ptep) != pte) {
			unlock_page(page);
			spin_unlock(&mm->page_table_lock);
			put_page(page);
			return 0;
		}
		put_page(page);
	}
	bool mine = reuse_swap_page(page);
	if (WP_PAGE_LOCK)
		unlock_page(page);
	if (mine) {
		wp_page_reuse(mm, vma, ptep, pte);
		return 0;
	}
copy:
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* FOLL_PIN came with 5.6: before, a pin is a plain reference. */
int gup_refs(u64 gup_flags)
{
	return 1;
}
