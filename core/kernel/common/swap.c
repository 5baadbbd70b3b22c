/* The swap device and the swap cache: pages that are on their way out or back in. */

SWITCH(SWAPCACHE_PREPARE, 1, "only one task at a time reads a slot past the swap cache (commit 13ddaf26be32)")

int swap_count[NR_SWAP];  /* page-table entries that name the slot */
#if SWAP_RAM
int swap_prepared[NR_SWAP];  /* somebody reads the slot past the cache */
#endif
int swap_cache[NR_SWAP];  /* frame that holds the slot's contents in memory; 0: none */
int swap_frame[NR_SWAP];  /* the device itself: a frame that is nobody's memory */

SETUP PROCESS(0) CPU(0) void swap_init(void)
{
	for (int slot = 0; slot < NR_SWAP; slot++)
		swap_frame[slot] = alloc_frame();
}

u64 mk_swap_pte(int slot) { return ((u64)(slot + 1) << PAGE_SHIFT) | PTE_SWAP; }
int pte_swap_slot(u64 pte) { return pte_pfn(pte) - 1; }

u64 *swap_address(int slot)
{
	return phys_to_virt((u64)swap_frame[slot] << PAGE_SHIFT);
}

/* Page lock held: gives the page a place on the device and a reference of the swap cache. False: the device is full. */
bool add_to_swap(struct page *page)
{
	/* The cache's lock makes it one step. */
	atomic {
		for (int slot = 0; slot < NR_SWAP; slot++) {
#if SWAP_RAM
			/* Somebody reads it: it counts as taken. */
			if (SWAPCACHE_PREPARE && swap_prepared[slot])
				continue;
#endif
			if (swap_count[slot] == 0 && swap_cache[slot] == 0) {
				swap_cache[slot] = page_to_pfn(page);
				page->slot = slot;
				page->flags |= (1 << PG_swapcache) | (1 << PG_dirty);
				page->refcount += 1;
				return true;
			}
		}
	}
	return false;
}

/* Page lock held. The page lives on without its place on the device; the caller holds a reference. */
void delete_from_swap_cache(struct page *page)
{
	atomic {
		swap_cache[page->slot] = 0;
		page->flags &= ~(u64)(1 << PG_swapcache);
	}
	put_page(page);
}

/* Page lock held: no entry names the slot any more, and nothing is being written: leave the swap cache. */
bool try_to_free_swap(struct page *page)
{
	if (!PageSwapCache(page) || test_bit(PG_writeback, &page->flags))
		return false;
	if (READ_ONCE(swap_count[page->slot]))
		return false;
	delete_from_swap_cache(page);
	set_bit(PG_dirty, &page->flags);
	return true;
}

void swap_free(int slot)
{
	atomic_dec(&swap_count[slot]);
}

/* An entry that named a slot is gone. The last one takes the cached page along, if nobody is busy with it. */
void free_swap(u64 pte)
{
	int slot = pte_swap_slot(pte);
	if (!atomic_dec_and_test(&swap_count[slot]))
		return;
	struct page *page = find_get_swap_page(slot);
	if (!page)
		return;
	if (trylock_page(page)) {
		if (page_mapcount(page) == 0)
			try_to_free_swap(page);
		unlock_page(page);
	}
	put_page(page);
}

/* A mapping's reference is given back; a page that only the swap cache still holds leaves it, if nobody is busy with it. */
void free_page_and_swap_cache(struct page *page)
{
	bool cached;
	bool last = false;

	if (NR_HUGE && PageCompound(page)) {
		put_page(page);
		return;
	}
	/* A page that somebody maps or that is not in the cache: as put_page. */
	atomic {
		cached = (page->flags & (1 << PG_swapcache)) && page->mapcount == 0;
		if (!cached) {
			page->refcount -= 1;
			last = page->refcount == 0;
		}
	}
	if (last)
		free_page(page);
	if (!cached)
		return;
	if (trylock_page(page)) {
		try_to_free_swap(page);
		unlock_page(page);
	}
	put_page(page);
}

/* The cached page of a slot with one reference more, or NULL. */
struct page *find_get_swap_page(int slot)
{
	atomic {
		int pfn = swap_cache[slot];
		if (pfn == 0)
			return NULL;
		struct page *page = pfn_to_page(pfn);
		page->refcount += 1;
		return page;
	}
}

/* The page of a slot, read from the device if it must be; one reference more. */
struct page *swapin_page(int slot)
{
	struct page *page = find_get_swap_page(slot);
	if (page)
		return page;
	page = alloc_page();
	/* The first one who comes fills it; the others wait for its lock. */
	atomic {
		if (swap_cache[slot] == 0) {
			swap_cache[slot] = page_to_pfn(page);
			page->slot = slot;
			page->flags = (1 << PG_swapcache) | (1 << PG_locked) | (1 << PG_anon);
			page->refcount += 1;
		}
	}
	if (READ_ONCE(swap_cache[slot]) != page_to_pfn(page)) {
		put_page(page);
		return NULL;
	}
	read_swap_slot(page, slot);
	lru_cache_add(page);
	unlock_page(page);
	return page;
}

void read_swap_slot(struct page *page, int slot)
{
	u64 *to = page_address(page);
	u64 *from = swap_address(slot);
	for (int i = 0; i < PAGE_WORDS; i++)
		copy_word(&to[i], &from[i]);
}

/* Swap space that is memory, and one entry that names the slot: the page need not go through the swap cache. */
bool swapin_skips_cache(int slot)
{
	return SWAP_RAM && READ_ONCE(swap_count[slot]) == 1 && READ_ONCE(swap_cache[slot]) == 0;
}

/* A page that is in nobody's hands but this fault's. */
struct page *swapin_direct(int slot)
{
	struct page *page = alloc_page();

	atomic {
		page->flags = (1 << PG_locked) | (1 << PG_anon);
	}
	read_swap_slot(page, slot);
	lru_cache_add(page);
	return page;
}

/* Page lock and page-table lock held: a page that came back is mapped. */
void swapin_mapped(struct page *page)
{
}

/* How many entries and swapped entries share the page; page lock held, so that neither moves into the other unseen. */
int page_map_swapcount(struct page *page)
{
	int n = page_trans_huge_mapcount(page);
	if (PageSwapCache(page))
		n += READ_ONCE(swap_count[page->slot]);
	return n;
}

/* Page lock held: whether one owner remains, counting mappings and swapped entries. If so the page leaves the swap cache. */
bool reuse_swap_page(struct page *page)
{
	int n = page_map_swapcount(page);
	if (n == 1 && PageSwapCache(page) && !test_bit(PG_writeback, &page->flags)) {
		delete_from_swap_cache(page);
		set_bit(PG_dirty, &page->flags);
	}
	return n <= 1;
}

/* An entry that names a slot is copied by fork. */
void copy_nonpresent_pte(u64 *dst_pte, u64 *src_pte, u64 pte)
{
	atomic_inc(&swap_count[pte_swap_slot(pte)]);
	WRITE_ONCE(*dst_pte, pte);
}

/* One task at a time reads a slot past the cache. False: another one does; by now it is through. */
bool swapcache_prepare(int slot)
{
#if SWAP_RAM
	if (SWAPCACHE_PREPARE && cmpxchg(&swap_prepared[slot], 0, 1)) {
		await(swap_prepared[slot] == 0);
		return false;
	}
#endif
	return true;
}

void swapcache_clear(int slot)
{
#if SWAP_RAM
	if (SWAPCACHE_PREPARE)
		smp_store_release(&swap_prepared[slot], 0);
#endif
}

/* A fault on a swapped page. */
int do_swap_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	int slot = pte_swap_slot(pte);
	bool direct = swapin_skips_cache(slot);

	if (direct) {
		if (!swapcache_prepare(slot))
			return 0;
		/* It may have gone out and into the cache again before that. */
		direct = swapin_skips_cache(slot);
		if (!direct)
			swapcache_clear(slot);
	}
	struct page *page = direct ? swapin_direct(slot) : swapin_page(slot);

	if (!page)
		return 0;
	if (!direct) {
		lock_page(page);
		if (!PageSwapCache(page) || page->slot != slot)
			goto out;
	}
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*ptep) != pte) {
		spin_unlock(&mm->page_table_lock);
		goto out;
	}
	int ret = map_swapped_page(mm, vma, va, ptep, pte, page, flags);
	if (direct)
		swapcache_clear(slot);
	return ret;
out:
	unlock_page(page);
	put_page(page);
	if (direct)
		swapcache_clear(slot);
	return 0;
}

/*
 * Page lock and page-table lock held, the entry unchanged: map the page. Until 5.17 the write fault counted mappings and swapped
 * entries while its own entry still counted as a swapped one.
 */
int map_swapped_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, struct page *page, int flags)
{
	u64 entry = mk_pte(page_to_pfn(page), 0);

	if ((flags & FAULT_FLAG_WRITE) && reuse_swap_page(page)) {
		entry |= PTE_D | vma_write_bit(vma);
		flags &= ~FAULT_FLAG_WRITE;
	}
	page_add_anon_rmap(page, va);
	WRITE_ONCE(*ptep, entry);
	swap_free(pte_swap_slot(pte));
	swapin_mapped(page);
	unlock_page(page);
	if (flags & FAULT_FLAG_WRITE)
		return do_wp_page(mm, vma, va, ptep, entry, flags);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* One mapping more of a page that comes back. */
void page_add_anon_rmap(struct page *page, u64 va)
{
	atomic {
		page->index = va;
		page->mapcount += 1;
	}
	note_mapped(page);
}
