/* get_user_pages_fast: page-table walk without a lock. */

/*
 * Reads the four levels once each and takes a reference on what it finds; then looks again. NULL: the slow way must be tried.
 * Nothing here blocks, and no lock is taken: whoever changes the tables at the same time must be able to live with that.
 */
struct page *gup_pte(struct mm_struct *mm, u64 va, u64 gup_flags)
{
	u64 entry = mm->pgd;
	u64 *ptep;
	u64 *pmdp;
	u64 pmd;

	for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) {
		pmdp = table_entry(entry, va, shift);
		pmd = READ_ONCE(*pmdp);
		entry = pmd;
		if (!pte_present(entry))
			return NULL;
		if (shift == PMD_SHIFT && pmd_leaf(entry))
			return gup_huge_pmd(va, pmdp, pmd, gup_flags);
	}
	ptep = table_entry(entry, va, PAGE_SHIFT);
	u64 pte = READ_ONCE(*ptep);
	if (!pte_present(pte) || pte_protnone(pte) || pte_special(pte))
		return NULL;
	if ((gup_flags & FOLL_WRITE) && !pte_write(pte))
		return NULL;

	struct page *page = pte_page(pte);
	if (!try_grab_page(page, gup_flags))
		return NULL;
	if (GUP_RECHECK && (gup_pmd_changed(pmdp, pmd) || READ_ONCE(*ptep) != pte)) {
		gup_put_page(page, gup_flags);
		return NULL;
	}
	if (!pte_write(pte) && gup_must_unshare(NULL, page, gup_flags)) {
		gup_put_page(page, gup_flags);
		return NULL;
	}
	return page;
}

/* From 6.1 on the entry above is looked at again too (commit 70cbc3cc78a9). */
bool gup_pmd_changed(u64 *pmdp, u64 pmd)
{
	return false;
}

struct page *lockless_pages_from_mm(struct mm_struct *mm, u64 va, u64 gup_flags)
{
	bool sampled = SEQCOUNT && ((gup_flags & FOLL_PIN) || SEQ_GET);
	u64 seq = 0;

	if (sampled) {
		seq = smp_load_acquire(&mm->write_protect_seq);
		if (seq & 1)
			return NULL;
	}
	if (GUP_IRQ_OFF)
		local_irq_disable();
	note_gup_fast(true);
	struct page *page = gup_pte(mm, va, gup_fast_flags(gup_flags));
	note_gup_fast(false);
	if (GUP_IRQ_OFF)
		local_irq_enable();

	/* A fork that began meanwhile may have looked at the page before it was pinned. */
	if (sampled && page) {
		smp_rmb();
		if (READ_ONCE(mm->write_protect_seq) != seq) {
			gup_put_page(page, gup_flags);
			return NULL;
		}
	}
	return page;
}

/* A reference on the page at `va`, by the fast way or by the slow one. NULL: none can be had. */
struct page *internal_get_user_pages_fast(struct mm_struct *mm, u64 va, u64 gup_flags)
{
	note_gup_begin(mm, va);
	if (HAS_PINNED_FIRST && (gup_flags & FOLL_PIN))
		mm_set_has_pinned_flag(mm);
	struct page *page = lockless_pages_from_mm(mm, va, gup_flags);
	if (!page)
		page = get_user_page_slow(mm, va, gup_flags);
	if (!HAS_PINNED_FIRST && (gup_flags & FOLL_PIN))
		mm_set_has_pinned_flag(mm);
	note_gup_return(mm, va, page);
	return page;
}
