/* Frames: allocation, references, map counts. */

/* A new page, for one owner. Nobody can reach a frame of the pool, so that its struct is filled in the same step. */
struct page *alloc_page(void)
{
	struct page *page;
	atomic {
		int pfn = alloc_frame();
		BUG_ON(pfn == 0);
		page = pfn_to_page(pfn);
		page->mapcount = 0;
		page->flags = 0;
		page->refcount = 1;
	}
	return page;
}

/* The first word of the frame. */
u64 *page_address(struct page *page)
{
	return phys_to_virt((u64)page_to_pfn(page) << PAGE_SHIFT);
}

void clear_page(struct page *page)
{
	u64 *word = page_address(page);
	for (int i = 0; i < PAGE_WORDS; i++)
		clear_word(&word[i]);
}

/* Word by word and under no lock, as memcpy is. */
void copy_page(struct page *to, struct page *from)
{
	u64 *to_word = page_address(to);
	u64 *from_word = page_address(from);
	for (int i = 0; i < PAGE_WORDS; i++)
		copy_word(&to_word[i], &from_word[i]);
}

void get_page(struct page *page)
{
	atomic_inc(&compound_head(page)->refcount);
}

/* The last one out gives the frame back. */
void put_page_refs(struct page *page, int n)
{
	struct page *head = compound_head(page);
	if (atomic_sub_and_test(&head->refcount, n))
		free_page(head);
}

void put_page(struct page *page)
{
	put_page_refs(page, 1);
}

/* Nobody refers to the page any more. */
void free_page(struct page *page)
{
	atomic {
		if (free_compound_page(page))
			return;
		page->flags = 0;
		free_frame(page_to_pfn(page));
	}
}

bool PageAnon(struct page *page) { return test_bit(PG_anon, &compound_head(page)->flags); }
bool PageKsm(struct page *page) { return test_bit(PG_ksm, &compound_head(page)->flags); }
bool PageSwapCache(struct page *page) { return test_bit(PG_swapcache, &compound_head(page)->flags); }
int page_count(struct page *page) { return atomic_read(&compound_head(page)->refcount); }
int page_mapcount(struct page *page) { return atomic_read(&page->mapcount) + huge_mapcount(page); }

/* True for every pinned page, and for one that has a thousand references. */
bool page_maybe_dma_pinned(struct page *page)
{
	struct page *head = compound_head(page);
	if (PageCompound(head))
		return huge_pincount(head) > 0;
	return atomic_read(&head->refcount) >= GUP_PIN_COUNTING_BIAS;
}

/* The first mapping of a new anonymous page; it has only one owner yet. */
void page_add_new_anon_rmap(struct page *page, u64 va)
{
	atomic {
		page->index = va;
		page->flags |= new_anon_flags();
		page->mapcount = 1;
	}
}

/* What a new anonymous page is. */
u64 new_anon_flags(void)
{
	return (1 << PG_anon) | (LRU_BATCH ? 0 : 1 << PG_lru);
}

/* One mapping more. */
void page_dup_rmap(struct page *page)
{
	atomic_inc(&page->mapcount);
	note_mapped(page);
}

/* One mapping less. */
void page_remove_rmap(struct page *page)
{
	int left = atomic_dec_return(&page->mapcount);
	BUG_ON(left < 0);
}
