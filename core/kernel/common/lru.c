/*
 * The per-CPU batch in which new pages wait for the LRU list. While a page waits the batch holds a reference on it, which some COW
 * rules take for another owner. The searches leave it out (a page goes to the list at once); LRU_BATCH brings it in.
 */

SWITCH(LRU_BATCH, 0, "new pages wait in a per-CPU batch that holds a reference on them")

/* One place stands for the kernel's fifteen, where nobody asks for more: what matters is whether this page waits. */
int lru_batch[NR_CPUS][LRU_BATCH_PAGES];

enum { OTHER_PAGE = -1 };

/* A new page is mapped. */
void lru_cache_add(struct page *page)
{
	if (!LRU_BATCH)
		return;
	int place = lru_batch_place();
	get_page(page);
	WRITE_ONCE(lru_batch[smp_processor_id()][place], page_to_pfn(page));
}

/* A free place of this CPU's batch; a full one goes to the list. */
int lru_batch_place(void)
{
	int cpu = smp_processor_id();
	int place = 0;

	while (place < LRU_BATCH_PAGES && READ_ONCE(lru_batch[cpu][place]))
		place++;
	if (place < LRU_BATCH_PAGES)
		return place;
	lru_add_drain();
	return 0;
}

/* Pages that are not modelled take places, too. */
void lru_cache_add_others(int pages)
{
	for (int i = 0; i < pages; i++) {
		int place = lru_batch_place();
		WRITE_ONCE(lru_batch[smp_processor_id()][place], OTHER_PAGE);
	}
}

/* This CPU's batch goes to the list, and its references go. */
void lru_add_drain(void)
{
	if (!LRU_BATCH)
		return;
	int cpu = smp_processor_id();
	for (int place = 0; place < LRU_BATCH_PAGES; place++) {
		int pfn = READ_ONCE(lru_batch[cpu][place]);
		if (!pfn)
			continue;
		WRITE_ONCE(lru_batch[cpu][place], 0);
		if (pfn == OTHER_PAGE)
			continue;
		struct page *page = pfn_to_page(pfn);
		set_bit(PG_lru, &page->flags);
		put_page(page);
	}
}

/* A page that reclaim took off the list and keeps goes back there as new pages do. */
void putback_lru_page(struct page *page)
{
	if (!LRU_BATCH || !test_and_clear_bit(PG_lru, &page->flags))
		return;
	lru_cache_add(page);
}

/*
 * Somebody used the page (slow GUP does so for FOLL_GET, not for pins). The second time it becomes active, if the list has it; while
 * it waits for that, a batch holds a reference on it. So from 5.9, when new pages ceased to be active from the beginning, until
 * generations took the place of active and inactive lists.
 */
void mark_page_accessed(struct page *page)
{
	if (!PageAnon(page) || PageCompound(page) || test_bit(PG_active, &page->flags))
		return;
	if (!test_and_set_bit(PG_referenced, &page->flags))
		return;
	set_bit(PG_active, &page->flags);
	if (test_bit(PG_lru, &page->flags))
		lru_cache_add(page);
}

/* Mappings go: the batch might hold their last pages. */
void unmap_drains_lru(void)
{
	lru_add_drain();
}
