/*
 * 2021-unshare-v1: what the founding mail is about.
 *
 * David Hildenbrand wanted that a reference taken by GUP and the page-table entry it was taken through stay together, with no wrong
 * COW. His first step: nobody gets a reference to a page that is shared. A GUP call that meets a read-only anonymous page with a map
 * count above one asks for a copy first (FAULT_FLAG_UNSHARE); the copy stays read-only.
 * Fast GUP reads the map count without any lock. Linus Torvalds: what keeps it stable? Fork holds mmap_lock, fast GUP cannot.
 * David Hildenbrand: only fork can raise it from one to two, and fork is caught by write_protect_seq.
 * The COW rule of base pages is still "the only reference owns the page"; the switch D5B shows the announced second part, in which
 * COW counts mappings again because no reference can exist on a page that is mapped twice.
 * Promises: during_fork, while_held. LKML, 17 December 2021, [PATCH v1 06/11].
 */

TITLE("2021: unshare when GUP meets a shared page (v1 of the series)")
STORY("GUP refuses pages with a map count above one and copies them first. Fast GUP reads the map count with no lock.")
ORIGIN("[PATCH v1 00/11] mm: COW fixes part 1, LKML, 17 December 2021")
PROMISE(during_fork, "a reference returned by a GUP call that overlaps fork's copy of that entry is not on a page that this fork shared")
PROMISE(while_held, "no live GUP reference is on an anonymous page that is mapped twice")
SWITCH(D5B, 0, "the announced second part: a write fault reuses the page when it is mapped or swapped once, whoever else refers to it")

/* True: a copy must be made first. The map count is read under no lock that keeps it still. */
bool gup_must_unshare(struct vm_area_struct *vma, struct page *page, u64 gup_flags)
{
	if (gup_flags & FOLL_WRITE)
		return false;
	if (!PageAnon(page) || PageKsm(page))
		return false;
	return page_mapcount(page) > 1;
}

/*
 * Page-table lock held, the entry just re-read. A write fault goes by the reference count, or by the map count with D5B; an unshare
 * fault copies what is mapped more than once, and leaves the rest alone.
 */
int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte)) {
		if (flags & FAULT_FLAG_UNSHARE) {
			spin_unlock(&mm->page_table_lock);
			return 0;
		}
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	}
	if (flags & FAULT_FLAG_UNSHARE) {
		if (gup_must_unshare(vma, page, 0))
			goto copy;
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	if (wp_can_reuse_page(page)) {
		wp_page_reuse(mm, vma, ptep, pte);
		unlock_page(page);
		return 0;
	}
copy:
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* Whether the page belongs to the one who writes. If so it is returned locked. */
bool wp_can_reuse_page(struct page *page)
{
	if (PageKsm(page))
		return false;
	if (!D5B && page_count(page) != 1)
		return false;
	if (!trylock_page(page))
		return false;
	if (D5B) {
		if (page_map_swapcount(page) == 1)
			return true;
	} else if (page_mapcount(page) == 1 && page_count(page) == 1) {
		return true;
	}
	unlock_page(page);
	return false;
}
