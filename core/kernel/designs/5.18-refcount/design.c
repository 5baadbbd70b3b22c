/*
 * 5.18-refcount: the reference count everywhere, after the innocent references are shed.
 *
 * David Hildenbrand, first part of his series, with Linus Torvalds' consent: the two places that still counted mappings, swap-in and
 * huge pages, leaked like vmsplice did in 2020. Now a write fault first empties the LRU batch and takes the page out of the swap
 * cache if it can; then one reference means one owner, there as everywhere.
 * A pin of one's own still makes a copy. That is left to the second part.
 * Promises: cow_never_sleeps, gup_fast_takes_no_lock. Commits: 53a05ad9f21d, d4c470970d45, 363106c4ce4f.
 */

TITLE("5.18: the reference count everywhere")
STORY("Swap-in too goes by the reference count, and references of the LRU batch and the swap cache are shed before it is judged.")
ORIGIN("53a05ad9f21d, d4c470970d45, c145e0b47c77, 3bff7e3f1f16, 363106c4ce4f, 03104c2c5db8")
PROMISE(gup_fast_takes_no_lock, "fast GUP takes no lock and waits for nobody")
PROMISE(cow_never_sleeps, "a COW fault of a base page does not sleep for the page lock")

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte))
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	if (page_has_no_other_owner(page)) {
		wp_page_reuse(mm, vma, ptep, pte);
		return 0;
	}
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

int map_swapped_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, struct page *page, int flags)
{
	u64 entry = mk_pte(page_to_pfn(page), 0);

	swap_free(pte_swap_slot(pte));
	if ((flags & FAULT_FLAG_WRITE) && page_count(page) == 2)
		try_to_free_swap(page);
	/* One reference is this fault's own and becomes the mapping's. */
	if ((flags & FAULT_FLAG_WRITE) && page_count(page) == 1) {
		entry |= PTE_D | vma_write_bit(vma);
		flags &= ~FAULT_FLAG_WRITE;
	}
	page_add_anon_rmap(page, va);
	WRITE_ONCE(*ptep, entry);
	unlock_page(page);
	if (flags & FAULT_FLAG_WRITE)
		return do_wp_page(mm, vma, va, ptep, entry, flags);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* Huge pages too. */
bool huge_page_may_be_reused(struct page *page)
{
	return page_count(page) == 1;
}

bool wp_frees_swap_cache(void)
{
	return true;
}
