/* What the slow and the fast way of get_user_pages have in common: what a reference is, and who may have one. */

/* Whether a reference to this read-only page needs a copy first (`vma` NULL: not known). Before unsharing was invented: never. */
bool gup_must_unshare(struct vm_area_struct *vma, struct page *page, u64 gup_flags)
{
	return false;
}

int gup_refs(u64 gup_flags)
{
	return (gup_flags & FOLL_PIN) ? GUP_PIN_COUNTING_BIAS : 1;
}

/* A reference, unless the frame is free. */
bool try_grab_page(struct page *page, u64 gup_flags)
{
	return try_get_page(page, gup_flags);
}

bool try_get_page(struct page *page, u64 gup_flags)
{
	if (NR_HUGE)
		return try_get_compound_page(page, gup_flags);
	return atomic_add_unless(&page->refcount, gup_refs(gup_flags), 0);
}

/* Page-table lock held, and an entry maps the page: it is not free. */
void grab_page(struct page *page, u64 gup_flags)
{
	if (NR_HUGE)
		try_get_compound_page(page, gup_flags);
	else
		atomic_add(&page->refcount, gup_refs(gup_flags));
}

void gup_put_page(struct page *page, u64 gup_flags)
{
	if (NR_HUGE)
		put_compound_page(page, gup_flags);
	else
		put_page_refs(page, gup_refs(gup_flags));
}

/* What the call really asks for. Reads ask for reads, but in 5.8. */
u64 gup_slow_flags(u64 vm_flags, u64 gup_flags)
{
	return gup_flags;
}

u64 gup_fast_flags(u64 gup_flags)
{
	return gup_flags;
}

/* Set before the walk: fork looks for pins only where it is set, and it is never taken back. */
void mm_set_has_pinned_flag(struct mm_struct *mm)
{
	if (!READ_ONCE(mm->has_pinned))
		WRITE_ONCE(mm->has_pinned, true);
}
