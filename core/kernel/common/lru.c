/*
 * The per-CPU batch in which new pages wait for the LRU list. While a page waits the batch holds a reference on it, which some COW
 * rules take for another owner. The searches leave it out (a page goes to the list at once); LRU_BATCH brings it in.
 */

SWITCH(LRU_BATCH, 0, "new pages wait in a per-CPU batch that holds a reference on them")

/* One place stands for the kernel's fifteen: what matters is whether this page waits. */
int lru_batch[NR_CPUS];

/* A new page is mapped. */
void lru_cache_add(struct page *page)
{
	if (!LRU_BATCH)
		return;
	int cpu = smp_processor_id();
	lru_add_drain();
	get_page(page);
	WRITE_ONCE(lru_batch[cpu], page_to_pfn(page));
}

/* This CPU's batch goes to the list, and its references go. */
void lru_add_drain(void)
{
	if (!LRU_BATCH)
		return;
	int cpu = smp_processor_id();
	int pfn = READ_ONCE(lru_batch[cpu]);
	if (!pfn)
		return;
	WRITE_ONCE(lru_batch[cpu], 0);
	struct page *page = pfn_to_page(pfn);
	set_bit(PG_lru, &page->flags);
	put_page(page);
}
