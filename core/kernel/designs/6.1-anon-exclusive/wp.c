/* Write and unshare faults: the bit decides; without it the reference count can still say that nobody else is left. */

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);
	bool unshare = flags & FAULT_FLAG_UNSHARE;

	if (pte_special(pte)) {
		if (unshare && !LONGTERM_UNSHARE) {
			spin_unlock(&mm->page_table_lock);
			return 0;
		}
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	}
	if (!PageAnonExclusive(page)) {
		if (!wp_can_reuse_anon_page(page)) {
			get_page(page);
			return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
		}
	}
	if (unshare) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	wp_page_reuse(mm, vma, ptep, pte);
	return 0;
}

/* Whether this mapping is all that is left of the page; if so it becomes exclusive. */
bool wp_can_reuse_anon_page(struct page *page)
{
	if (WP_COUNT_TEST && !page_has_no_other_owner(page))
		return false;
	set_bit(PG_anon_exclusive, &page->flags);
	return true;
}

/* Taking write protection back: the owner needs no fault to find out that he is. */
bool can_change_pte_writable(struct vm_area_struct *vma, u64 pte)
{
	if (vma->flags & VM_SHARED)
		return vma->file > 1 || pte_dirty(pte);
	/* Where writes are waited for (soft-dirty), the fault must come. */
	return pte_dirty(pte) && !(pte & PTE_SOFT_CLEAN) && !pte_special(pte) && PageAnonExclusive(pte_page(pte));
}

bool unshare_copies_files(void)
{
	return LONGTERM_UNSHARE;
}

bool wp_frees_swap_cache(void)
{
	return true;
}
