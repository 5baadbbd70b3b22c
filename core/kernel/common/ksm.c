/* KSM: pages with the same contents become one, read-only. Here there is one such page, of zeroes. WITH(KSM) */

SWITCH(KSM_CLEAR_FIRST, 1, "KSM takes the entry out and flushes the TLBs before it counts references")

#if KSM

int ksm_pfn;  /* the stable page; KSM's tree holds a reference on it */

SETUP PROCESS(0) CPU(0) void ksm_init(void)
{
	struct page *page = alloc_page();
	clear_page(page);
	page->flags = (1 << PG_anon) | (1 << PG_ksm) | (1 << PG_lru);
	ksm_pfn = page_to_pfn(page);
}

/* ksmd looks at the page that `process` maps at `va`. True: it is merged now. */
SYSCALL bool ksm_merge(int process, u64 va)
{
	struct mm_struct *mm = &mms[process];
	bool merged = false;

	down_read(&mm->mmap_lock);
	struct page *page = isolate_page(mm, va, false);
	if (page) {
		if (!PageKsm(page) && trylock_page(page)) {
			u64 pte = ksm_write_protect(mm, va, page);
			if (pte && ksm_same(page))
				merged = ksm_replace(mm, va, page, pte);
			unlock_page(page);
		}
		put_page(page);
	}
	up_read(&mm->mmap_lock);
	return merged;
}

/* Every reference is a mapping's, the swap cache's, or ours. */
bool ksm_no_other_reference(struct page *page)
{
	return page_count(page) == page_mapcount(page) + (PageSwapCache(page) ? 1 : 0) + 1;
}

/* Page lock held: nobody may change the page any more. Its entry as it is now, read-only; 0: it can't be done. */
u64 ksm_write_protect(struct mm_struct *mm, u64 va, struct page *page)
{
	u64 *ptep = pte_offset(mm, va);
	u64 protected = 0;

	if (!ptep)
		return 0;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte) && pte_page(pte) == page) {
		bool alone = KSM_CLEAR_FIRST || ksm_no_other_reference(page);
		/* Who gets a reference without a lock looks at the entry again afterwards: from here on he finds it gone. */
		pte = ptep_get_and_clear(ptep);
		flush_tlb_page(mm, va);
		if (KSM_CLEAR_FIRST)
			alone = ksm_no_other_reference(page);
		if (alone && page_try_to_share(page)) {
			if (pte_dirty(pte))
				set_bit(PG_dirty, &page->flags);
			pte = pte_wrprotect(pte);
			protected = pte;
		}
		WRITE_ONCE(*ptep, pte);
	}
	spin_unlock(&mm->page_table_lock);
	return protected;
}

bool ksm_same(struct page *page)
{
	u64 *ours = page_address(page);
	u64 *stable = page_address(pfn_to_page(ksm_pfn));

	for (int i = 0; i < PAGE_WORDS; i++)
		if (READ_ONCE(ours[i]) != READ_ONCE(stable[i]))
			return false;
	return true;
}

/* The stable page in place of `page`, unless the entry has changed since. */
bool ksm_replace(struct mm_struct *mm, u64 va, struct page *page, u64 pte)
{
	struct page *stable = pfn_to_page(ksm_pfn);
	u64 *ptep = pte_offset(mm, va);
	bool same;

	spin_lock(&mm->page_table_lock);
	same = READ_ONCE(*ptep) == pte;
	if (same) {
		get_page(stable);
		atomic_inc(&stable->mapcount);
		ptep_get_and_clear(ptep);
		flush_tlb_page(mm, va);
		WRITE_ONCE(*ptep, mk_pte(ksm_pfn, 0));
		page_remove_rmap(page);
	}
	spin_unlock(&mm->page_table_lock);
	if (same)
		put_page(page);
	return same;
}

#endif
