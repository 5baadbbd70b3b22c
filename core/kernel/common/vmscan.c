/* Reclaim: a page goes to the swap device. */

/* The page at `va` with a reference of the caller's, or NULL. `alone`: only if nobody else maps it. */
struct page *isolate_page(struct mm_struct *mm, u64 va, bool alone)
{
	if (!huge_page_may_go(mm, va, alone))
		return NULL;
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return NULL;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	struct page *page = NULL;
	if (pte_present(pte) && !pte_special(pte)) {
		page = pte_page(pte);
		if (alone && page_mapcount(page) != 1)
			page = NULL;
		else
			get_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

/* madvise(MADV_PAGEOUT): the caller's own pages only. True: it went. */
bool pageout_own(struct mm_struct *mm, u64 va)
{
	lru_add_drain();
	struct page *page = isolate_page(mm, va, true);
	return page && shrink_page(page);
}

/* The reclaim daemon has chosen the page that `process` maps at `va`. */
SYSCALL bool reclaim(int process, u64 va)
{
	struct page *page = isolate_page(&mms[process], va, false);
	return page && shrink_page(page);
}

/* The caller's reference goes with the page, or is given back. */
bool shrink_page(struct page *page)
{
	bool gone = false;

	if (!trylock_page(page)) {
		put_page(page);
		return false;
	}
	/* No swap entry stands for a whole huge page here: it goes page by page. */
	if (PageCompound(page) && !split_huge_page(page)) {
		unlock_page(page);
		put_page(page);
		return false;
	}
	if (PageSwapCache(page) || (!(SWAP_PIN_TEST && page_maybe_dma_pinned(page)) && add_to_swap(page))) {
		try_to_unmap(page);
		if (page_mapcount(page) == 0) {
			if (UNMAP_FLUSH)
				try_to_unmap_flush(page);
			gone = write_and_free(page);
		} else {
			try_to_free_swap(page);
		}
	}
	if (gone)
		return true;
	unlock_page(page);
	putback_lru_page(page);
	put_page(page);
	return false;
}

/* A disk is still busy with the page: it stays in the swap cache until somebody needs memory again. */
bool reclaim_waits_for_disk(void)
{
	return !SWAP_DISK;
}

/* Every mapper, by the reverse map. */
void try_to_unmap(struct page *page)
{
	u64 va = READ_ONCE(page->index);
	for (int m = 0; m < NR_MMS; m++) {
		if (mms[m].pgd) {
#if BATCH_FLUSH
			WRITE_ONCE(mms[m].tlb_flush_batched, 1);
#endif
			try_to_unmap_one(&mms[m], page, va);
		}
	}
}

void try_to_unmap_one(struct mm_struct *mm, struct page *page, u64 va)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (!pte_present(pte) || pte_special(pte) || pte_page(pte) != page) {
		spin_unlock(&mm->page_table_lock);
		return;
	}
	pte = ptep_get_and_clear(ptep);
	if (pte_dirty(pte))
		set_bit(PG_dirty, &page->flags);
	atomic_inc(&swap_count[page->slot]);
	WRITE_ONCE(*ptep, mk_swap_pte(page->slot));
	page_remove_rmap(page);
	large_page_mapped(mm, page, -1);
	spin_unlock(&mm->page_table_lock);
	put_page(page);
}

/* The flush that try_to_unmap put off: before the page is written out, and before anybody else gets the frame. */
void try_to_unmap_flush(struct page *page)
{
	u64 va = READ_ONCE(page->index);
	for (int m = 0; m < NR_MMS; m++) {
		if (mms[m].pgd)
			flush_tlb_page(&mms[m], va);
	}
}

/* Page lock held, nobody maps it. Whoever else refers to it keeps it alive, in the swap cache. */
bool write_and_free(struct page *page)
{
	int slot = page->slot;
	u64 *to = swap_address(slot);
	u64 *from = page_address(page);
	/* A clean page is on the device already. */
	if (test_and_clear_bit(PG_dirty, &page->flags)) {
		for (int i = 0; i < PAGE_WORDS; i++)
			copy_word(&to[i], &from[i]);
		if (!reclaim_waits_for_disk())
			return false;
	}
	/*
	 * The swap cache's reference and the caller's own, and no other. The count goes to zero and the page leaves the cache under the
	 * cache's lock: who looks it up gets it before or not at all.
	 */
	if (!SWAP_FREEZE && READ_ONCE(page->refcount) != 2)
		return false;
	atomic {
		if (SWAP_FREEZE && page->refcount != 2)
			return false;
		page->refcount = 0;
		swap_cache[slot] = 0;
	}
	free_page(page);
	return true;
}
