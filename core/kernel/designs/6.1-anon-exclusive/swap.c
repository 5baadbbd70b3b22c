/* Swap: the entry remembers that the page was exclusive. */

/*
 * Page-table lock held, the entry taken out: gives up exclusive ownership, unless the page may be pinned. Pairs with fast GUP, which
 * pins first and reads the entry and the bit afterwards.
 */
bool page_try_share_anon_rmap(struct page *page)
{
	if (SHARE_BARRIER_1)
		smp_mb();
	if (SHARE_PIN_TEST && page_maybe_dma_pinned(page))
		return false;
	clear_bit(PG_anon_exclusive, &page->flags);
	if (SHARE_BARRIER_2)
		smp_mb__after_atomic();
	return true;
}

void try_to_unmap_one(struct mm_struct *mm, struct page *page, u64 va)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (!pte_present(pte) || pte_special(pte) || pte_page(pte) != page)
		goto out;
	pte = ptep_get_and_clear(ptep);
	if (pte_dirty(pte))
		set_bit(PG_dirty, &page->flags);
	if (SHARE_FLUSH && PageAnonExclusive(page))
		flush_tlb_page(mm, va);
	atomic_inc(&swap_count[page->slot]);
	u64 entry = mk_swap_pte(page->slot);
	if (PageAnonExclusive(page)) {
		if (!page_try_share_anon_rmap(page)) {
			swap_free(page->slot);
			WRITE_ONCE(*ptep, pte);
			goto out;
		}
		entry |= PTE_SWAP_EXCL;
	}
	WRITE_ONCE(*ptep, entry);
	page_remove_rmap(page);
	large_page_mapped(mm, page, -1);
	spin_unlock(&mm->page_table_lock);
	put_page(page);
	return;
out:
	spin_unlock(&mm->page_table_lock);
}

/* The slot's count is given back first, so that a page that nobody else needs can leave the swap cache before it is judged. */
int map_swapped_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, struct page *page, int flags)
{
	u64 entry = mk_pte(page_to_pfn(page), 0);
	int slot = pte_swap_slot(pte);
	bool exclusive = pte & PTE_SWAP_EXCL;

	ghost_promise(exclusive_entry_is_alone, !exclusive || swap_count[slot] == 1);

	/* A page that never was in the swap cache is in nobody else's hands. */
	if (SWAP_RAM && !PageSwapCache(page))
		exclusive = true;
	else if (swapin_sheds_batch(flags, exclusive) && !test_bit(PG_lru, &page->flags))
		lru_add_drain();
	swap_free(pte_swap_slot(pte));
	if (should_try_to_free_swap(page, flags))
		try_to_free_swap(page);
	/* One reference is this fault's own and becomes the mapping's. */
	if (exclusive || page_count(page) == 1) {
		exclusive = true;
		if ((flags & FAULT_FLAG_WRITE) || SWAPIN_WRITABLE) {
			entry |= ((flags & FAULT_FLAG_WRITE) ? PTE_D : 0) | vma_write_bit(vma);
			flags &= ~FAULT_FLAG_WRITE;
		}
	}
	page_add_anon_rmap(page, va);
	if (exclusive)
		set_bit(PG_anon_exclusive, &page->flags);
	WRITE_ONCE(*ptep, entry);
	swapin_mapped(page);
	unlock_page(page);
	if (flags & FAULT_FLAG_WRITE)
		return do_wp_page(mm, vma, va, ptep, entry, flags);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* The batch's reference must not make a copy necessary. */
bool swapin_sheds_batch(int flags, bool exclusive)
{
	return LRU_BATCH && (flags & FAULT_FLAG_WRITE);
}

/* Only if that leaves this fault as the one owner. */
bool should_try_to_free_swap(struct page *page, int flags)
{
	return (flags & FAULT_FLAG_WRITE) && page_count(page) == 2;
}

/* For those who take entries out for other reasons: KSM, migration. */
bool page_try_to_share(struct page *page)
{
	return !PageAnonExclusive(page) || page_try_share_anon_rmap(page);
}

bool page_is_exclusive(struct page *page)
{
	return PageAnonExclusive(page);
}

void page_set_exclusive(struct page *page)
{
	set_bit(PG_anon_exclusive, &page->flags);
}
