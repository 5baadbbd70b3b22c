/* GUP: a pin needs an exclusive page. */

/*
 * A read pin of a page that is not exclusive needs a copy first (or the proof that none is needed). Plain references do not.
 * LONGTERM_UNSHARE: nor may a long-term pin sit on a page that a write would replace, such as the page of zeroes.
 */
bool gup_must_unshare(struct vm_area_struct *vma, struct page *page, u64 gup_flags)
{
	if ((gup_flags & (FOLL_WRITE | FOLL_PIN)) != FOLL_PIN)
		return false;
	if (!PageAnon(page)) {
		if (!LONGTERM_UNSHARE || !(gup_flags & FOLL_LONGTERM))
			return false;
		return !vma || is_cow_mapping(READ_ONCE(vma->flags));
	}
	if (!GUP_EXCLUSIVE)
		return false;
	/* Pairs with the barrier between clearing the bit and writing the entry. */
	if (GUP_BARRIER_2)
		smp_rmb();
	return !PageAnonExclusive(page);
}

/* The reference first, then a look at the entry: whoever takes the entry out looks for references afterwards. */
bool try_grab_page(struct page *page, u64 gup_flags)
{
	bool got = try_get_page(page, gup_flags);
	if (GUP_BARRIER_1)
		smp_mb__after_atomic();
	return got;
}

/* Writing with FOLL_FORCE where the area forbids it: only to a page that is the owner's alone. Nothing needs to be remembered. */
bool can_follow_write_pte(struct vm_area_struct *vma, u64 pte, u64 gup_flags)
{
	if (pte_write(pte))
		return true;
	if (!FORCE_EXCLUSIVE)
		return (gup_flags & FOLL_COW) && pte_dirty(pte);
	if (!(gup_flags & FOLL_FORCE) || (READ_ONCE(vma->flags) & VM_WRITE) || pte_special(pte))
		return false;
	/* Nor past somebody who waits for the next write (soft-dirty). */
	return !(pte & PTE_SOFT_CLEAN) && PageAnon(pte_page(pte)) && PageAnonExclusive(pte_page(pte));
}

bool gup_pmd_changed(u64 *pmdp, u64 pmd)
{
	return GUP_PMD_RECHECK && READ_ONCE(*pmdp) != pmd;
}
