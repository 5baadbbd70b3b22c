/*
 * The rule of 5.18 and later for pages that nothing else vouches for: does every reference belong to this one mapping? The LRU batch's
 * and the swap cache's are shed first. The page lock keeps the swap cache away while the references are counted, and is only tried:
 * a copy is always allowed.
 */
bool page_has_no_other_owner(struct page *page)
{
	if (PageCompound(page))
		return large_page_has_no_other_owner(page);
	return page_has_one_reference(page);
}

/* A page of a compound page, mapped by an entry of its own. All its pages share one reference count. */
bool large_page_has_no_other_owner(struct page *page)
{
	return page_has_one_reference(page);
}

bool page_has_one_reference(struct page *page)
{
	/* Ours, the swap cache's and the LRU batch's: more than that has another owner. */
	if (PageKsm(page) || page_count(page) > 3)
		return false;
	if (!test_bit(PG_lru, &compound_head(page)->flags))
		lru_add_drain();
	if (page_count(page) > 1 + (PageSwapCache(page) ? 1 : 0))
		return false;
	if (!trylock_page(page))
		return false;
	if (PageSwapCache(page))
		try_to_free_swap(page);
	bool mine = !PageKsm(page) && page_count(page) == 1;
	unlock_page(page);
	return mine;
}
