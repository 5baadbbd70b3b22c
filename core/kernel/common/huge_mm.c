/* Huge pages in fork, unmapping and changes of rights. */

#if NR_HUGE

/* A whole huge page of the range at `va` is mapped as one: its entry, or NULL. A mapping of which a part is meant is split. */
u64 *whole_huge_pmd(struct mm_struct *mm, u64 va, u64 end)
{
	u64 *pmdp = pmd_offset(mm, va);
	if (!pmdp || !pmd_leaf(READ_ONCE(*pmdp)))
		return NULL;
	if (va == huge_start(va) && va + HUGE_SIZE <= end)
		return pmdp;
	split_huge_pmd(mm, va);
	return NULL;
}

/* fork, one huge page: true if it is done. Otherwise its pages are copied one by one. */
bool copy_huge_pmd(struct mm_struct *dst, struct mm_struct *src, u64 va)
{
	u64 *src_pmd = pmd_offset(src, va);
	if (!src_pmd || !pmd_leaf(READ_ONCE(*src_pmd)))
		return false;
	u64 *dst_pmd = pmd_alloc(dst, va);

	spin_lock(&dst->page_table_lock);
	spin_lock(&src->page_table_lock);
	for (int i = 0; i < SUBPAGES; i++)
		note_copy_begin(src, va + i * PAGE_SIZE);
	u64 pmd = READ_ONCE(*src_pmd);
	struct page *shared = NULL;
	bool done = pmd_leaf(pmd);
	if (done && pte_special(pmd)) {
		WRITE_ONCE(*dst_pmd, pmd);
	} else if (done) {
		shared = pte_page(pmd);
		done = copy_present_huge_pmd(dst, src, dst_pmd, src_pmd, pmd);
	}
	for (int i = 0; i < SUBPAGES; i++)
		note_copy_end(src, va + i * PAGE_SIZE, done && shared ? shared + i : NULL);
	spin_unlock(&src->page_table_lock);
	spin_unlock(&dst->page_table_lock);
	if (!done)
		split_huge_pmd(src, va);
	return done;
}

/* Both locks held: shares the page, read-only, if it may be shared. */
bool copy_present_huge_pmd(struct mm_struct *dst, struct mm_struct *src, u64 *dst_pmd, u64 *src_pmd, u64 pmd)
{
	struct page *head = pte_page(pmd);

	get_page(head);
	if (!huge_try_dup_rmap(src, head)) {
		put_page(head);
		return false;
	}
	large_page_mapped(dst, head, 1);
	if (pte_write(pmd))
		ptep_set_wrprotect(src_pmd);
	WRITE_ONCE(*dst_pmd, pte_mkold(pte_wrprotect(pmd)));
	return true;
}

/* One mapping of the whole more, unless the page may be pinned. */
bool huge_try_dup_rmap(struct mm_struct *src, struct page *head)
{
	if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(head))
		return false;
	huge_dup_rmap(head);
	return true;
}

/* True: a whole huge page was unmapped. */
bool zap_huge_pmd(struct mm_struct *mm, u64 va, u64 end)
{
	struct page *page = NULL;
	u64 *pmdp = whole_huge_pmd(mm, va, end);
	if (!pmdp)
		return false;
	spin_lock(&mm->page_table_lock);
	if (!pmd_leaf(READ_ONCE(*pmdp))) {
		spin_unlock(&mm->page_table_lock);
		return false;
	}
	u64 pmd = ptep_get_and_clear(pmdp);
	if (!pte_special(pmd)) {
		page = pte_page(pmd);
		huge_remove_rmap(page);
		large_page_mapped(mm, page, -1);
	}
	spin_unlock(&mm->page_table_lock);
	if (!ZAP_FLUSH_FIRST && page)
		put_page(page);
	flush_tlb_huge(mm, va);
	if (ZAP_FLUSH_FIRST && page)
		put_page(page);
	return true;
}

/* mprotect, one huge page: true if it is done. */
bool change_huge_pmd(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 end, int prot)
{
	u64 *pmdp = whole_huge_pmd(mm, va, end);
	if (!pmdp)
		return false;
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	bool leaf = pmd_leaf(pmd);
	if (leaf && pte_protnone(pmd) != (prot == PROT_NONE)) {
		pmd = (ptep_get_and_clear(pmdp) & ~(u64)(PTE_P | PTE_PROTNONE)) | (prot == PROT_NONE ? PTE_PROTNONE : PTE_P);
		if (!(prot & PROT_WRITE))
			pmd = pte_wrprotect(pmd);
		else if (!pte_write(pmd) && can_change_pmd_writable(vma, pmd))
			pmd |= PTE_RW;
		WRITE_ONCE(*pmdp, pmd);
	} else if (leaf && !(prot & PROT_WRITE) && pte_write(pmd)) {
		ptep_set_wrprotect(pmdp);
	} else if (leaf && (prot & PROT_WRITE) && !pte_write(pmd) && can_change_pmd_writable(vma, pmd)) {
		WRITE_ONCE(*pmdp, pmd | PTE_RW);
	}
	spin_unlock(&mm->page_table_lock);
	return leaf;
}

/* Until 6.1 the write fault finds out. */
bool can_change_pmd_writable(struct vm_area_struct *vma, u64 pmd)
{
	return false;
}

/* clear_refs, one huge page. Pins are not looked at: what is mapped once is reused here even where base pages are copied. */
void clear_soft_dirty_huge(struct mm_struct *mm, u64 va)
{
	u64 *pmdp = pmd_offset(mm, va);
	if (!pmdp)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	if (pmd_leaf(pmd) && !pte_special(pmd) && !test_bit(PG_hugetlb, &pte_page(pmd)->flags))
		clear_soft_dirty_pte(pmdp);
	spin_unlock(&mm->page_table_lock);
}

#endif
