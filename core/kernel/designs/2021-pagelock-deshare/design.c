/*
 * 2021-pagelock-deshare: a reconstruction of Andrea Arcangeli's branch, from the titles of its commits and his mails.
 *
 * He held that every GUP reference is equal, and that a COW copy of a page that a reference is on is a bug; so the count of
 * mappings and swapped entries must be exact, and be read where it holds still: under the page lock. A page that is mapped more than
 * once is copied without the lock; only the decision to reuse needs it.
 * GUP unshares what is mapped twice ("copy on read"). A page in the swap cache counts as shared unless the page lock can be had
 * and the sum of mappings and swapped entries is one.
 * What in detail he did is not known here: the labels of this design are our inference.
 * Promises: during_fork, while_held, read_pins. LKML, 9 January 2021, [PATCH 1/1] (reverting 09854ba94c6a).
 */

BASE("2021-unshare-v1")
TITLE("2021: unshare and exact counts under the page lock (a reconstruction)")
STORY("GUP copies shared pages first, and a write fault counts mappings and swapped entries under the page lock before it reuses a page.")
ORIGIN("reconstructed from the titles of the branch mapcount_deshare and LKML mails of January 2021")
PROMISE(read_pins, "a page that is pinned for reading stays the page that its owner reaches, as one pinned for writing does")

bool gup_must_unshare(struct vm_area_struct *vma, struct page *page, u64 gup_flags)
{
	if (gup_flags & FOLL_WRITE)
		return false;
	/* FOLL_MM_SYNC, which a long-term pin implies: the page of zeroes and private file pages too. */
	if (!PageAnon(page))
		return (gup_flags & FOLL_LONGTERM) && (!vma || is_cow_mapping(READ_ONCE(vma->flags)));
	if (PageKsm(page) || page_mapcount(page) > 1)
		return true;
	return PageSwapCache(page) && !can_read_pin_swap_page(page);
}

/* Nobody else has the page in his swapped entries. What can't be proved is not so. */
bool can_read_pin_swap_page(struct page *page)
{
	if (!trylock_page(page))
		return false;
	bool alone = page_map_swapcount(page) <= 1;
	unlock_page(page);
	return alone;
}

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);
	bool unshare = flags & FAULT_FLAG_UNSHARE;

	if (pte_special(pte))
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	if (PageKsm(page) || page_mapcount(page) > 1)
		goto copy;
	if (!trylock_page(page)) {
		get_page(page);
		spin_unlock(&mm->page_table_lock);
		lock_page(page);
		spin_lock(&mm->page_table_lock);
		if (READ_ONCE(*ptep) != pte) {
			unlock_page(page);
			spin_unlock(&mm->page_table_lock);
			put_page(page);
			return 0;
		}
		put_page(page);
	}
	bool mine = reuse_swap_page(page);
	unlock_page(page);
	if (mine) {
		if (unshare)
			spin_unlock(&mm->page_table_lock);
		else
			wp_page_reuse(mm, vma, ptep, pte);
		return 0;
	}
copy:
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* FOLL_LONGTERM asks for it. */
bool unshare_copies_files(void)
{
	return true;
}
