/* GUP: a pin needs an exclusive page. */

/* A read pin of a page that is not exclusive needs a copy first (or the proof that none is needed). Plain references do not. */
bool gup_must_unshare(struct page *page, u64 gup_flags)
{
	if ((gup_flags & (FOLL_WRITE | FOLL_PIN)) != FOLL_PIN)
		return false;
	if (!GUP_EXCLUSIVE || !PageAnon(page))
		return false;
	/* Pairs with the barrier between clearing the bit and writing the entry. */
	if (GUP_BARRIER_2)
		smp_rmb();
	return !PageAnonExclusive(page);
}

/* The reference first, then a look at the entry: whoever takes the entry out looks for references afterwards. */
bool try_grab_page(struct page *page, u64 gup_flags)
{
	bool got = atomic_add_unless(&page->refcount, gup_refs(gup_flags), 0);
	if (GUP_BARRIER_1)
		smp_mb__after_atomic();
	return got;
}

bool gup_pmd_changed(u64 *pmdp, u64 pmd)
{
	return GUP_PMD_RECHECK && READ_ONCE(*pmdp) != pmd;
}
