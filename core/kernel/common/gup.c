/* get_user_pages: the slow way, under mmap_lock, with faults where they are needed. */

SWITCH(FORCE_REMEMBERED, 1, "a forced write that broke COW goes on as a write that remembers it, not as a read (commit 19be0eaffa3a)")
SWITCH(FOLLOW_CLEAN, 1, "looking a page up for reading does not mark its entry dirty (commit a8f97366452e)")
SWITCH(GUP_KEEPS_LOCK, 1, "a fault of slow GUP keeps mmap_lock, so that nobody forks between the fault and the next look")

/* How often slow GUP had to fault; a scenario may ask for it. */
#if COUNT_ROUNDS
int gup_rounds;
#endif

/* What follow_page_pte answers when it has no page. */
enum { FOLLOW_NONE = 1, FOLLOW_UNSHARE = 2 };

/* Under the page-table lock: takes a reference on the page that is mapped at `va`, into `*found`. 0, or why not. */
int follow_page_pte(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 gup_flags, struct page **found)
{
	int ret = FOLLOW_NONE;
	u64 *ptep = pte_offset(mm, va);

	if (!ptep)
		return follow_huge_pmd(mm, vma, va, gup_flags, found);
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte) && (!(gup_flags & FOLL_WRITE) || can_follow_write_pte(vma, pte, gup_flags))) {
		struct page *page = pte_page(pte);
		if (!pte_write(pte) && gup_must_unshare(vma, page, gup_flags)) {
			ret = FOLLOW_UNSHARE;
		} else {
			grab_page(page, gup_flags);
			if (!FOLLOW_CLEAN && !(gup_flags & FOLL_WRITE))
				WRITE_ONCE(*ptep, pte | PTE_D);
			if (LRU_BATCH && (gup_flags & FOLL_GET))
				mark_page_accessed(page);
			*found = page;
			ret = 0;
		}
	}
	spin_unlock(&mm->page_table_lock);
	return ret;
}

bool can_follow_write_pte(struct vm_area_struct *vma, u64 pte, u64 gup_flags)
{
	return pte_write(pte) || ((gup_flags & FOLL_COW) && pte_dirty(pte));
}

/* Long-term write pins of file pages, whose writing back the file system could not see (6.5 refuses them). */
bool gup_longterm_allowed(struct vm_area_struct *vma, u64 gup_flags)
{
	return true;
}

/* Whether the area allows the access, or FOLL_FORCE overrules it where a private copy can be made. */
bool gup_allowed(u64 vm_flags, u64 gup_flags)
{
	u64 needs = (gup_flags & FOLL_WRITE) ? VM_WRITE : VM_READ;
	if (vm_flags & needs)
		return true;
	return (gup_flags & FOLL_FORCE) && is_cow_mapping(vm_flags);
}

struct page *get_user_page_slow(struct mm_struct *mm, u64 va, u64 gup_flags)
{
	struct page *page = NULL;

	down_read(&mm->mmap_lock);
	struct vm_area_struct *vma = find_vma(mm, va);
	u64 vm_flags = vma ? READ_ONCE(vma->flags) : 0;
	if (vma && gup_allowed(vm_flags, gup_flags) && gup_longterm_allowed(vma, gup_flags)) {
		gup_flags = gup_slow_flags(vm_flags, gup_flags);
		/* Whatever was true before a fault is looked up again after it. */
		int why = follow_page_pte(mm, vma, va, gup_flags, &page);
		while (why) {
			int fault = (gup_flags & FOLL_WRITE) ? FAULT_FLAG_WRITE : 0;
			if (why == FOLLOW_UNSHARE)
				fault = FAULT_FLAG_UNSHARE;
#if COUNT_ROUNDS
			atomic { gup_rounds++; }
#endif
			if (handle_mm_fault(mm, vma, va, fault))
				break;
			if (!GUP_KEEPS_LOCK) {
				up_read(&mm->mmap_lock);
				down_read(&mm->mmap_lock);
				vma = find_vma(mm, va);
				if (!vma)
					break;
			}
			/* A write where the area forbids it: the copy stays read-only, and is known by its dirty bit. */
			if ((fault & FAULT_FLAG_WRITE) && !(vm_flags & VM_WRITE)) {
				if (FORCE_REMEMBERED)
					gup_flags |= FOLL_COW;
				else
					gup_flags &= ~(u64)FOLL_WRITE;
			}
			why = follow_page_pte(mm, vma, va, gup_flags, &page);
		}
	}
	up_read(&mm->mmap_lock);
	return page;
}

/* pin_user_pages and get_user_pages: the slow way at once. */
struct page *internal_get_user_pages(struct mm_struct *mm, u64 va, u64 gup_flags)
{
	note_gup_begin(mm, va);
	if (gup_flags & FOLL_PIN)
		mm_set_has_pinned_flag(mm);
	struct page *page = get_user_page_slow(mm, va, gup_flags);
	note_gup_return(mm, va, page);
	return page;
}
