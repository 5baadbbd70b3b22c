/* What users of that time had and did. */

bool has_io_uring(void)
{
	return false;
}

/* There was no MADV_PAGEOUT (5.4): the whole memory group is reclaimed, shared pages too, until nothing is being written any more. */
void user_pageout(struct mm_struct *mm, u64 va)
{
	lru_add_drain();
	struct page *page = isolate_page(mm, va, false);
	if (page)
		shrink_page(page);
	/* Others are at work meanwhile: the frame that was given back is not the next one to be had. */
	alloc_frame();
}

bool reclaim_waits_for_disk(void)
{
	return true;
}

/* Reclaim itself puts pages back on the list. */
void putback_lru_page(struct page *page)
{
}

/* Until 5.8 a page that came back was made active, if the LRU list had it; the batch for that holds a reference too. */
void swapin_mapped(struct page *page)
{
	if (!LRU_BATCH || !test_bit(PG_lru, &page->flags) || test_and_set_bit(PG_active, &page->flags))
		return;
	lru_cache_add(page);
}

/* Measured: the batch is empty when a child has begun. */
void child_begins(void)
{
	lru_add_drain();
}

/* New pages are active already. */
void mark_page_accessed(struct page *page)
{
}
