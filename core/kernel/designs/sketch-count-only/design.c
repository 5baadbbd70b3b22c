/*
 * sketch-count-only: "the page lock is entirely pointless".
 *
 * Linus Torvalds in the thread of December 2021: with the page-table lock held and a reference count of one there is nobody else who could
 * have the page, and nobody who could get it except through this entry. So the count is all that a write fault needs to look at:
 * no page lock, no map count.
 * Promises: what all designs must, no more. LKML, 17 December 2021 (the mails on [PATCH v1 06/11]).
 */

TITLE("Sketch: the reference count and nothing else")
STORY("A write fault reuses a page exactly if its reference count is one under the page-table lock.")
ORIGIN("Linus Torvalds, LKML, 17 December 2021")

int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte))
		return wp_page_copy(mm, vma, va, ptep, pte, NULL, flags);
	if (page_count(page) == 1) {
		wp_page_reuse(mm, vma, ptep, pte);
		return 0;
	}
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* Huge pages too. */
bool huge_page_may_be_reused(struct page *page)
{
	return page_count(page) == 1;
}
