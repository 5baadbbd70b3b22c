/* MADV_FREE: the program does not need the contents any more; reclaim may drop the page unless it is written to again. WITH(LAZY_FREE) */

SWITCH(LAZYFREE_COUNT, 1, "reclaim drops a page of MADV_FREE only if nobody else has a reference (commit 6c8e2a256915)")

#if LAZY_FREE

SYSCALL void madvise_free(u64 va)
{
	struct mm_struct *mm = current_mm();

	ghost_window_begin(va, 1);
	down_read(&mm->mmap_lock);
	u64 *ptep = pte_offset(mm, va);
	if (ptep) {
		spin_lock(&mm->page_table_lock);
		u64 pte = READ_ONCE(*ptep);
		if (pte_present(pte) && !pte_special(pte) && page_mapcount(pte_page(pte)) == 1) {
			struct page *page = pte_page(pte);
			pte = ptep_get_and_clear(ptep);
			WRITE_ONCE(*ptep, pte & ~(u64)PTE_D);
			clear_bit(PG_dirty, &page->flags);
			set_bit(PG_lazyfree, &page->flags);
		}
		spin_unlock(&mm->page_table_lock);
		flush_tlb_page(mm, va);
	}
	up_read(&mm->mmap_lock);
	ghost_window_end(va, 1);
}

/* Reclaim has chosen the page that `process` maps at `va`. True: it dropped it. */
SYSCALL bool reclaim_lazyfree(int process, u64 va)
{
	struct mm_struct *mm = &mms[process];
	struct page *page = isolate_page(mm, va, false);
	bool dropped = false;

	if (!page)
		return false;
	if (trylock_page(page)) {
		if (test_bit(PG_lazyfree, &page->flags))
			dropped = discard_lazyfree(mm, page, va);
		unlock_page(page);
	}
	put_page(page);
	return dropped;
}

/* Page lock held, and a reference of the caller's. */
bool discard_lazyfree(struct mm_struct *mm, struct page *page, u64 va)
{
	bool dropped = false;
	u64 *ptep = pte_offset(mm, va);

	if (!ptep)
		return false;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte) && pte_page(pte) == page) {
		pte = ptep_get_and_clear(ptep);
		flush_tlb_page(mm, va);
		/* Fast GUP takes its reference first and looks at the entry afterwards; here it is the other way round. */
		smp_mb();
		bool alone = !LAZYFREE_COUNT || page_count(page) == 1 + page_mapcount(page);
		if (alone && !pte_dirty(pte) && !test_bit(PG_dirty, &page->flags)) {
			page_remove_rmap(page);
			dropped = true;
		} else {
			clear_bit(PG_lazyfree, &page->flags);
			WRITE_ONCE(*ptep, pte);
		}
	}
	spin_unlock(&mm->page_table_lock);
	if (dropped)
		put_page(page);
	return dropped;
}

/* read() of a file with O_DIRECT into one word: the disk writes to the page itself, which is marked dirty when it is done. */
SYSCALL bool read_direct(u64 va, u64 value, int slot)
{
	if (get_user_pages_fast(va, FOLL_WRITE, slot) < 0)
		return false;
	dma_write(slot, 0, value);
	set_bit(PG_dirty, &pfn_to_page(refs[slot].pfn)->flags);
	unpin(slot);
	return true;
}

#endif
