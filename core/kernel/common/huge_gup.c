/* GUP on huge pages. */

SWITCH(GUP_HEAD_RECHECK, 1, "a reference on a page of a compound page looks again, afterwards, whether the head is still its head")

#if NR_HUGE

/*
 * A reference on the head, unless the page is free. A compound page has few enough pins to count them exactly: a pin is one reference
 * and one more in pincount.
 */
bool try_get_compound_page(struct page *page, u64 gup_flags)
{
	int refs = gup_refs(gup_flags);

	for (;;) {
		struct page *head = compound_head(page);
		bool large = PageCompound(head);
		int n = large ? 1 : refs;
		if (!atomic_add_unless(&head->refcount, n, 0))
			return false;
		/* The huge page may have been split, or freed and come back as something else, before the reference was there. */
		if (GUP_HEAD_RECHECK && compound_head(page) != head) {
			put_page_refs(head, n);
			continue;
		}
		if (large && refs > 1)
			atomic_inc(&head->pincount);
		return true;
	}
}

void put_compound_page(struct page *page, u64 gup_flags)
{
	struct page *head = compound_head(page);
	int refs = gup_refs(gup_flags);

	if (!PageCompound(head)) {
		put_page_refs(head, refs);
		return;
	}
	if (refs > 1)
		atomic_dec(&head->pincount);
	put_page_refs(head, 1);
}

/* The slow way, where no page table is. */
int follow_huge_pmd(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 gup_flags, struct page **found)
{
	int ret = FOLLOW_NONE;
	u64 *pmdp = pmd_offset(mm, va);

	if (!pmdp)
		return FOLLOW_NONE;
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	if (pmd_leaf(pmd) && (!(gup_flags & FOLL_WRITE) || can_follow_write_pte(vma, pmd, gup_flags))) {
		struct page *head = pte_page(pmd);
		if (!pte_write(pmd) && gup_must_unshare_huge(vma, head, gup_flags)) {
			ret = FOLLOW_UNSHARE;
		} else {
			*found = head + subpage_of(va);
			grab_page(*found, gup_flags);
			ret = 0;
		}
	}
	spin_unlock(&mm->page_table_lock);
	return ret;
}

/* Fast GUP has met an entry that maps a huge page. */
struct page *gup_huge_pmd(u64 va, u64 *pmdp, u64 pmd, u64 gup_flags)
{
	if (pte_protnone(pmd) || pte_special(pmd) || ((gup_flags & FOLL_WRITE) && !pte_write(pmd)))
		return NULL;

	struct page *head = pte_page(pmd);
	struct page *page = head + subpage_of(va);
	if (!try_grab_page(page, gup_flags))
		return NULL;
	if (GUP_RECHECK && READ_ONCE(*pmdp) != pmd) {
		gup_put_page(page, gup_flags);
		return NULL;
	}
	if (!pte_write(pmd) && gup_must_unshare_huge(NULL, head, gup_flags)) {
		gup_put_page(page, gup_flags);
		return NULL;
	}
	return page;
}

/* As for small pages; whoever counts mappings must count all pages of it. */
bool gup_must_unshare_huge(struct vm_area_struct *vma, struct page *head, u64 gup_flags)
{
	return gup_must_unshare(vma, head, gup_flags);
}

#endif
