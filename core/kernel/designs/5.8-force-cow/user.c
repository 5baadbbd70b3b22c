/* What users of that time had and did, and what of it 4.19 had not. */

bool has_io_uring(void)
{
	return true;
}

void user_pageout(struct mm_struct *mm, u64 va)
{
	pageout_own(mm, va);
}

bool reclaim_waits_for_disk(void)
{
	return !SWAP_DISK;
}

void putback_lru_page(struct page *page)
{
	if (!LRU_BATCH || !test_and_clear_bit(PG_lru, &page->flags))
		return;
	lru_cache_add(page);
}

void child_begins(void)
{
}
