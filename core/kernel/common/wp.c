/* Writes to pages that are mapped read-only: reuse the page, or copy it. */

/*
 * Called with the page-table lock held and the entry just re-read; returns with it released. The rule of 5.9 and later
 * (commit 09854ba94c6a): whoever holds the only reference owns the page. Anything else copies; copying never leaks.
 */
int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte))
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	if (PageKsm(page) || page_count(page) != 1)
		goto copy;
	if (!trylock_page(page))
		goto copy;
	if (PageKsm(page) || page_mapcount(page) != 1 || page_count(page) != 1) {
		unlock_page(page);
		goto copy;
	}
	wp_page_reuse(mm, vma, ptep, pte);
	unlock_page(page);
	return 0;
copy:
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* The page is this address space's own: let it write. More rights need no flush: a stale entry only faults once more. */
void wp_page_reuse(struct mm_struct *mm, struct vm_area_struct *vma, u64 *ptep, u64 pte)
{
	WRITE_ONCE(*ptep, (pte & ~(u64)PTE_SOFT_CLEAN) | PTE_A | PTE_D | vma_write_bit(vma));
	spin_unlock(&mm->page_table_lock);
}

/*
 * Gives the address space a page of its own at `va`. `old` (NULL: the page of zeroes) has one reference more, taken by the caller.
 * The copy is made under no lock; whether it is still wanted is found out afterwards.
 */
int wp_page_copy(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, struct page *old, int flags)
{
	spin_unlock(&mm->page_table_lock);

	struct page *new = alloc_page();
	if (old)
		copy_page(new, old);
	else
		clear_page(new);

	spin_lock(&mm->page_table_lock);
	if (WP_RECHECK && READ_ONCE(*ptep) != pte) {
		spin_unlock(&mm->page_table_lock);
		put_page(new);
		if (old)
			put_page(old);
		return 0;
	}
	if (!WP_RMAP_LAST && old)
		remove_old_mapping(mm, old);
	u64 entry = mk_pte(page_to_pfn(new), PTE_D);
	if (flags & FAULT_FLAG_WRITE)
		entry = area_pte(READ_ONCE(vma->flags), entry);

	/* Nobody may see the new page while somebody still uses the old one through his TLB. */
	if (WP_FLUSH_FIRST) {
		ptep_get_and_clear(ptep);
		flush_tlb_page(mm, va);
	}
	page_add_new_anon_rmap(new, va);
	lru_cache_add(new);
	WRITE_ONCE(*ptep, entry);
	if (!WP_FLUSH_FIRST)
		flush_tlb_page(mm, va);

	/* Only now: who sees a map count of one may write to the old page. */
	if (WP_RMAP_LAST && old)
		remove_old_mapping(mm, old);
	spin_unlock(&mm->page_table_lock);

	if (old) {
		if (wp_frees_swap_cache())
			free_page_and_swap_cache(old);
		else
			put_page(old);
		put_page(old);
	}
	return 0;
}

void remove_old_mapping(struct mm_struct *mm, struct page *old)
{
	page_remove_rmap(old);
	large_page_mapped(mm, old, -1);
}

/* Whether a copy takes the old page out of the swap cache where that alone still holds it (f4c4a3f48480, 5.12). */
bool wp_frees_swap_cache(void)
{
	return false;
}
