/* fork, one entry: a page that is not exclusive is shared already; an exclusive one loses the bit, unless it may be pinned. */

bool copy_present_pte(struct mm_struct *dst, struct mm_struct *src, u64 *dst_pte, u64 *src_pte, u64 va, u64 pte,
		      struct page **prealloc)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte)) {
		WRITE_ONCE(*dst_pte, pte);
		note_copy_end(src, va, NULL);
		return true;
	}
	get_page(page);
	if (!page_try_dup_anon_rmap(src, page)) {
		put_page(page);
		return copy_present_page(src, dst_pte, page, va, prealloc);
	}
	large_page_mapped(dst, page, 1);
	if (!FORK_KEEPS_PTL) {
		note_entry(src_pte);
		spin_unlock(&src->page_table_lock);
		spin_lock(&src->page_table_lock);
	}
	if (pte_write(pte)) {
		ptep_set_wrprotect(src_pte);
		pte = pte_wrprotect(pte);
	}
	WRITE_ONCE(*dst_pte, pte_mkold(pte));
	note_copy_end(src, va, page);
	return true;
}

/* One mapping more, if the page can be shared. Both page-table locks are held, and fast GUP is kept out by write_protect_seq. */
bool page_try_dup_anon_rmap(struct mm_struct *src, struct page *page)
{
	if (PageAnonExclusive(page)) {
		if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(page))
			return false;
		if (FORK_CLEARS_EXCLUSIVE)
			clear_bit(PG_anon_exclusive, &page->flags);
	}
	page_dup_rmap(page);
	return true;
}

/* A swapped page: parent and child share the slot, and neither may take it for his own. */
void copy_nonpresent_pte(u64 *dst_pte, u64 *src_pte, u64 pte)
{
	atomic_inc(&swap_count[pte_swap_slot(pte)]);
	if (SWAP_EXCL_CLEAR && (pte & PTE_SWAP_EXCL)) {
		pte &= ~(u64)PTE_SWAP_EXCL;
		WRITE_ONCE(*src_pte, pte);
	}
	WRITE_ONCE(*dst_pte, pte);
}

/* What the bit means, looked at where somebody else can take the page-table lock. */
void note_entry(u64 *ptep)
{
#if !NR_HUGE
	ghost_promise(writable_is_exclusive, (*ptep & (PTE_P | PTE_RW)) != (PTE_P | PTE_RW) ||
		      (mem_map[(*ptep & PTE_PFN_MASK) >> PAGE_SHIFT].flags & ((1 << PG_anon_exclusive))) != 0);
#endif
}

void note_mapped(struct page *page)
{
	ghost_promise(exclusive_is_alone, !(page->flags & (1 << PG_anon_exclusive)) || page->mapcount <= 1);
}
