/* madvise(MADV_COLLAPSE): pages that are mapped one by one are copied to a new huge page, which is mapped in their place. */

SWITCH(COLLAPSE_FLUSH, 1, "collapse takes the page table out and flushes the TLBs before it looks at its entries")
SWITCH(COLLAPSE_COUNT_TEST, 1, "collapse gives up if a page has references that are no mappings")

#if NR_HUGE

/* mmap_lock held for writing. 0, or why not. */
int collapse_huge_page(struct mm_struct *mm, u64 va)
{
	int ret = -EINVAL;
	u64 *pmdp = pmd_offset(mm, va);

	if (!pmdp)
		return -EINVAL;
	u64 table = READ_ONCE(*pmdp);
	if (pmd_leaf(table))
		return 0;
	if (!pte_present(table))
		return -EINVAL;
	/* The LRU batch's references are nobody's. */
	lru_add_drain();
	struct page *new = alloc_huge_page(va);
	if (!new)
		return -EINVAL;
	spin_lock(&mm->page_table_lock);
	/* From here on neither the hardware nor fast GUP finds the pages. */
	table = xchg(pmdp, 0);
	if (COLLAPSE_FLUSH)
		flush_tlb_mm(mm);
	if (collapse_may_copy(table, va)) {
		for (int i = 0; i < SUBPAGES; i++)
			collapse_copy(mm, &new[i], table_entry(table, huge_start(va) + i * PAGE_SIZE, PAGE_SHIFT));
		huge_add_new_anon_rmap(new);
		large_page_mapped(mm, new, 1);
		WRITE_ONCE(*pmdp, mk_huge_pmd(new, PTE_D | PTE_RW));
		free_table(table);
		new = NULL;
		ret = 0;
	} else {
		WRITE_ONCE(*pmdp, table);
	}
	spin_unlock(&mm->page_table_lock);
	if (new)
		put_page(new);
	return ret;
}

/* Page-table lock held, the table taken out: every page is there, and nobody uses it but those who map it. */
bool collapse_may_copy(u64 table, u64 va)
{
	for (int i = 0; i < SUBPAGES; i++) {
		u64 pte = READ_ONCE(*table_entry(table, huge_start(va) + i * PAGE_SIZE, PAGE_SHIFT));
		if (!pte_present(pte) || pte_special(pte))
			return false;
		struct page *page = pte_page(pte);
		if (PageKsm(page) || (COLLAPSE_COUNT_TEST && page_count(page) != all_mappings(page) + PageSwapCache(page)))
			return false;
	}
	return true;
}

/* Of a compound page: of all its pages, for they share one reference count. */
int all_mappings(struct page *page)
{
	struct page *head = compound_head(page);
	if (!PageCompound(head))
		return page_mapcount(page);
	int n = atomic_read(&head->entire_mapcount);
	int double_mapped = double_maps() && test_bit(PG_double_map, &head->flags);
	for (int i = 0; i < SUBPAGES; i++)
		n += atomic_read(&head[i].mapcount) - double_mapped;
	return n;
}

/* Page-table lock held: one page's content goes over, and this address space's mapping of it goes. */
void collapse_copy(struct mm_struct *mm, struct page *to, u64 *ptep)
{
	struct page *page = pte_page(xchg(ptep, 0));

	copy_page(to, page);
	page_remove_rmap(page);
	large_page_mapped(mm, page, -1);
	put_page(page);
}

SYSCALL int madvise_collapse(u64 va)
{
	struct mm_struct *mm = current_mm();

	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	int ret = -EINVAL;
	if (vma && vma->start <= huge_start(va) && huge_start(va) + HUGE_SIZE <= vma->end) {
		vma_start_write(mm, vma);
		ret = collapse_huge_page(mm, va);
	}
	mmap_write_unlock(mm);
	return ret;
}

#endif
