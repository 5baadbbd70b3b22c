/* What code that is older than the exclusive bit, or does not care, has to know of it: designs that have the bit say otherwise. */

/* Page-table lock held, the entry taken out: the page may now get other owners. False: it may be pinned, and must stay as it is. */
bool page_try_to_share(struct page *page)
{
	return true;
}

bool page_is_exclusive(struct page *page)
{
	return false;
}

void page_set_exclusive(struct page *page)
{
}
