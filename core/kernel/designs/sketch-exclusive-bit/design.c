/*
 * sketch-exclusive-bit: "this VM owns the page outright".
 *
 * Linus Torvalds in the thread, 19 December 2021: any COW fault that makes or finds a page of one's own sets a bit in struct page; fork,
 * when it adds a reference for a virtual copy, clears it; GUP simply refuses pages without the bit, and a fault gets it one that has it.
 * The count of pins only answers "might it be pinned?", which fork and reclaim ask: there a false yes does no harm.
 * A COW fault that does not find the bit copies: it may copy too much, never too little. What comes back from swap has lost the bit.
 * Promises: during_fork. LKML, 19 December 2021 (the same thread).
 */

TITLE("Sketch: an exclusive bit, and GUP refuses pages without it")
STORY("COW reuses pages that have the bit and copies all others; every GUP reference, read or write, needs the bit.")
ORIGIN("Linus Torvalds, LKML, 19 December 2021")
PROMISE(during_fork, "a reference returned by a GUP call that overlaps fork's copy of that entry is not on a page that this fork shared")

bool PageAnonExclusive(struct page *page)
{
	return test_bit(PG_anon_exclusive, &page->flags);
}

u64 new_anon_flags(void)
{
	return (1 << PG_anon) | (1 << PG_anon_exclusive) | (LRU_BATCH ? 0 : 1 << PG_lru);
}

bool gup_must_unshare(struct vm_area_struct *vma, struct page *page, u64 gup_flags)
{
	return PageAnon(page) && !PageAnonExclusive(page);
}

/* Fork's virtual copy: the page is nobody's own any more. */
void page_dup_rmap(struct page *page)
{
	clear_bit(PG_anon_exclusive, &page->flags);
	atomic_inc(&page->mapcount);
	note_mapped(page);
}

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);
	bool unshare = flags & FAULT_FLAG_UNSHARE;

	if (pte_special(pte)) {
		if (!unshare)
			return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	if (!PageAnonExclusive(page)) {
		get_page(page);
		return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
	}
	if (unshare)
		spin_unlock(&mm->page_table_lock);
	else
		wp_page_reuse(mm, vma, ptep, pte);
	return 0;
}

/* Reclaim makes the page shared with whoever looks into the swap cache. */
void try_to_unmap_one(struct mm_struct *mm, struct page *page, u64 va)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte) && !pte_special(pte) && pte_page(pte) == page) {
		if (pte_dirty(ptep_get_and_clear(ptep)))
			set_bit(PG_dirty, &page->flags);
		clear_bit(PG_anon_exclusive, &page->flags);
		atomic_inc(&swap_count[page->slot]);
		WRITE_ONCE(*ptep, mk_swap_pte(page->slot));
		page_remove_rmap(page);
		large_page_mapped(mm, page, -1);
		spin_unlock(&mm->page_table_lock);
		put_page(page);
		return;
	}
	spin_unlock(&mm->page_table_lock);
}

/* What comes back from swap is mapped read-only; the next write copies. */
int map_swapped_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, struct page *page, int flags)
{
	u64 entry = mk_pte(page_to_pfn(page), 0);

	page_add_anon_rmap(page, va);
	WRITE_ONCE(*ptep, entry);
	swap_free(pte_swap_slot(pte));
	unlock_page(page);
	if (flags & FAULT_FLAG_WRITE)
		return do_wp_page(mm, vma, va, ptep, entry, flags);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* Others who take an entry out share the page too; whether it is pinned is not asked. */
bool page_try_to_share(struct page *page)
{
	clear_bit(PG_anon_exclusive, &page->flags);
	return true;
}

bool page_is_exclusive(struct page *page)
{
	return PageAnonExclusive(page);
}

void page_set_exclusive(struct page *page)
{
	set_bit(PG_anon_exclusive, &page->flags);
}

#if NR_HUGE

bool huge_page_is_mine(struct page *page)
{
	return PageAnonExclusive(page);
}

bool huge_page_may_be_reused(struct page *page)
{
	return false;
}

/* "Huge pages must distribute it on split." */
void split_exclusive(struct page *head)
{
	if (PageAnonExclusive(head))
		for (int i = 1; i < SUBPAGES; i++)
			set_bit(PG_anon_exclusive, &head[i].flags);
}

bool huge_try_dup_rmap(struct mm_struct *src, struct page *head)
{
	if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(head))
		return false;
	clear_bit(PG_anon_exclusive, &head->flags);
	huge_dup_rmap(head);
	return true;
}

#endif
