/* Faults on huge pages. */

SWITCH(HUGE_COPY, 0, "a COW fault on a huge page copies all of it (until 5.7) instead of splitting the mapping and copying one page")
SWITCH(HUGE_ZERO_COPY, 0, "a write to the huge page of zeroes gives a new huge page (until 5.7, and since 6.13) instead of one small page")

#if NR_HUGE

int huge_zero_pfn;  /* the huge page of zeroes; 0: nobody has needed it yet */

/* Whether a huge page may be put at `va`: the area asks for huge pages, and all of one fits in. */
bool thp_suitable(struct vm_area_struct *vma, u64 va)
{
	u64 start = huge_start(va);
	return (READ_ONCE(vma->flags) & VM_HUGEPAGE) && vma->start <= start && start + HUGE_SIZE <= vma->end;
}

/* mmap_lock (or the area's lock) is held for reading. FAULT_SMALL: look at the page-table entry. */
int handle_huge_fault(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, int flags)
{
	u64 *pmdp = pmd_alloc(mm, va);
	u64 pmd = READ_ONCE(*pmdp);

	if (READ_ONCE(vma->flags) & VM_HUGETLB)
		return hugetlb_fault(mm, vma, va, pmdp, pmd, flags);
	if (pmd == 0)
		return thp_suitable(vma, va) ? do_huge_anonymous_page(mm, vma, va, pmdp, flags) : FAULT_SMALL;
	if (pmd_splitting(pmd)) {
		/* Until it is done. */
		spin_lock(&mm->page_table_lock);
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	if (!pmd_leaf(pmd))
		return FAULT_SMALL;
	if (!(flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) || pte_write(pmd))
		return 0;
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) != pmd) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	return do_huge_wp_page(mm, vma, va, pmdp, pmd, flags);
}

/* Nothing is mapped yet: zeroes. Where no huge page is to be had, a small one does. */
int do_huge_anonymous_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, int flags)
{
	struct page *page;
	u64 bits;

	/* For a read too: fork copies the huge page of zeroes, as it does not the small one. */
	anon_vma_prepare(vma, FAULT_FLAG_WRITE);
	if (flags & FAULT_FLAG_WRITE) {
		page = alloc_huge_page(va);
		if (!page)
			return FAULT_SMALL;
		clear_huge_page(page);
		bits = PTE_D | vma_write_bit(vma);
	} else {
		page = get_huge_zero_page();
		if (!page)
			return FAULT_SMALL;
		bits = PTE_SPECIAL;
	}
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) == 0) {
		if (flags & FAULT_FLAG_WRITE) {
			huge_add_new_anon_rmap(page);
			large_page_mapped(mm, page, 1);
		}
		WRITE_ONCE(*pmdp, mk_huge_pmd(page, bits));
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page && (flags & FAULT_FLAG_WRITE))
		put_page(page);
	return 0;
}

/* The huge page of zeroes, made by the first who needs it; it stays. */
struct page *get_huge_zero_page(void)
{
	if (!READ_ONCE(huge_zero_pfn)) {
		struct page *page = alloc_huge_page(0);
		if (!page)
			return NULL;
		clear_huge_page(page);
		atomic { page->flags = 1 << PG_reserved; }
		if (cmpxchg(&huge_zero_pfn, 0, page_to_pfn(page)))
			put_page(page);
	}
	return pfn_to_page(huge_zero_pfn);
}

/* Page-table lock held, the entry just re-read; returns with it released. */
int do_huge_wp_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, u64 pmd, int flags)
{
	struct page *page = pte_page(pmd);
	bool unshare = flags & FAULT_FLAG_UNSHARE;

	if (pte_special(pmd))
		return huge_zero_wp(mm, vma, va, pmdp, pmd, flags);
	if (unshare && !gup_must_unshare_huge(vma, page, FOLL_PIN))
		goto done;
	if (!huge_page_is_mine(page)) {
		if (!lock_huge_page(mm, pmdp, pmd))
			return 0;
		bool mine = huge_page_is_mine(page) || huge_page_may_be_reused(page);
		unlock_page(page);
		if (!mine)
			return huge_wp_copy(mm, vma, va, pmdp, pmd, flags);
	}
	if (!unshare)
		WRITE_ONCE(*pmdp, (pmd & ~(u64)PTE_SOFT_CLEAN) | PTE_A | PTE_D | vma_write_bit(vma));
done:
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* Known without the page lock. */
bool huge_page_is_mine(struct page *page)
{
	return false;
}

/* Page lock held. Until 5.17 huge pages go by the map count, whatever base pages go by. */
bool huge_page_may_be_reused(struct page *page)
{
	return reuse_swap_page(page);
}

/* Page-table lock held. A copy of all, or none here: then the mapping is split, and the small page is copied. */
int huge_wp_copy(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, u64 pmd, int flags)
{
	struct page *old = pte_page(pmd);

	if (!HUGE_COPY) {
		spin_unlock(&mm->page_table_lock);
		split_huge_pmd(mm, va);
		return FAULT_SMALL;
	}
	get_page(old);
	spin_unlock(&mm->page_table_lock);
	struct page *new = alloc_huge_page(va);
	if (!new) {
		put_page(old);
		split_huge_pmd(mm, va);
		return FAULT_SMALL;
	}
	copy_huge_page(new, old);
	spin_lock(&mm->page_table_lock);
	if (WP_RECHECK && READ_ONCE(*pmdp) != pmd) {
		spin_unlock(&mm->page_table_lock);
		put_page(new);
		put_page(old);
		return 0;
	}
	replace_huge_page(mm, vma, va, pmdp, new, PTE_D | vma_write_bit(vma));
	huge_remove_rmap(old);
	spin_unlock(&mm->page_table_lock);
	put_page(old);
	put_page(old);
	return 0;
}

/* Page-table lock held: `new` is mapped in place of what was, after the old translation is gone. */
void replace_huge_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, struct page *new, u64 bits)
{
	if (WP_FLUSH_FIRST) {
		xchg(pmdp, 0);
		flush_tlb_huge(mm, huge_start(va));
	}
	huge_add_new_anon_rmap(new);
	large_page_mapped(mm, new, 1);
	WRITE_ONCE(*pmdp, mk_huge_pmd(new, bits));
	if (!WP_FLUSH_FIRST)
		flush_tlb_huge(mm, huge_start(va));
}

/* Page-table lock held: a write to, or an unshare fault on, the huge page of zeroes. */
int huge_zero_wp(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, u64 pmd, int flags)
{
	spin_unlock(&mm->page_table_lock);
	if (!HUGE_ZERO_COPY || !(flags & FAULT_FLAG_WRITE)) {
		split_huge_pmd(mm, va);
		return FAULT_SMALL;
	}
	struct page *new = alloc_huge_page(va);
	if (!new) {
		split_huge_pmd(mm, va);
		return FAULT_SMALL;
	}
	clear_huge_page(new);
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) == pmd) {
		replace_huge_page(mm, vma, va, pmdp, new, PTE_D | vma_write_bit(vma));
		new = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (new)
		put_page(new);
	return 0;
}

#endif
