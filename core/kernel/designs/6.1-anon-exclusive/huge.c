/* Huge pages: while one is mapped as a whole its head has the bit; each page of it has its own once the mapping is split. */

#if NR_HUGE

bool huge_page_is_mine(struct page *page)
{
	return PageAnonExclusive(page);
}

/* Page lock held. Without the bit the reference count of the whole can still say that nobody else is left. */
bool huge_page_may_be_reused(struct page *page)
{
	if (WP_COUNT_TEST && page_count(page) != 1)
		return false;
	set_bit(PG_anon_exclusive, &page->flags);
	return true;
}

/* Page-table lock held, nobody can find the new entries yet. */
void split_exclusive(struct page *head)
{
	if (!PageAnonExclusive(head))
		return;
	for (int i = 1; i < SUBPAGES && SPLIT_EXCLUSIVE; i++)
		set_bit(PG_anon_exclusive, &head[i].flags);
}

bool huge_try_dup_rmap(struct mm_struct *src, struct page *head)
{
	if (PageAnonExclusive(head)) {
		if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(head))
			return false;
		if (FORK_CLEARS_EXCLUSIVE)
			clear_bit(PG_anon_exclusive, &head->flags);
	}
	huge_dup_rmap(head);
	return true;
}

u64 flags_of_free_page(struct page *page)
{
	return FREE_CLEARS_EXCLUSIVE ? 0 : page->flags & (1 << PG_anon_exclusive);
}

void hugetlb_becomes_mine(struct page *page)
{
	set_bit(PG_anon_exclusive, &page->flags);
}

#endif
