/*
 * hugetlb: huge pages that an area was made for. They are never split and never swapped, and the rule of their COW is the map count,
 * in every version: whoever maps the page alone writes in place. An area may show a file of such pages (one page, one file here).
 */

SWITCH(HUGETLB_EARLY_COPY, 1, "fork copies a hugetlb page that may be pinned instead of sharing it (5.12: 4eae4efa2c29)")
SWITCH(HUGETLB_SEQCOUNT, 0, "fork counts write_protect_seq around its copy of hugetlb areas too (5.19: 623a1ddfeb23)")

#if NR_HUGE

/* mmap_lock (or the area's lock) held for reading. */
int hugetlb_fault(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, u64 pmd, int flags)
{
	if (pmd == 0)
		return hugetlb_no_page(mm, vma, va, pmdp, flags);
	if (!(flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) || pte_write(pmd))
		return 0;
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) != pmd) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	return hugetlb_wp(mm, vma, va, pmdp, pmd, flags);
}

int hugetlb_file_pfn;  /* the page of the file; 0: not in memory */

/* The file's page, with one reference more; the page cache has one. Memory grows where it is looked at. */
struct page *hugetlb_file_page(void)
{
	if (!READ_ONCE(hugetlb_file_pfn)) {
		struct page *page = alloc_huge_page(0);
		if (!page)
			return NULL;
		clear_huge_page(page);
		atomic_or(&page->flags, 1 << PG_hugetlb);
		if (cmpxchg(&hugetlb_file_pfn, 0, page_to_pfn(page)))
			put_page(page);
	}
	struct page *page = pfn_to_page(hugetlb_file_pfn);
	get_page(page);
	return page;
}

/* Nothing is mapped yet: the file's page, read-only where the area is private. */
int hugetlb_file_fault(struct mm_struct *mm, struct vm_area_struct *vma, u64 *pmdp)
{
	struct page *page = hugetlb_file_page();
	if (!page)
		return -EFAULT;
	u64 bits = is_cow_mapping(READ_ONCE(vma->flags)) ? 0 : PTE_D | vma_write_bit(vma);
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) == 0) {
		huge_dup_rmap(page);
		WRITE_ONCE(*pmdp, mk_huge_pmd(page, bits));
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		put_page(page);
	return 0;
}

/* Nothing is mapped yet. A read gets a page of its own too, read-only. */
int hugetlb_no_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, int flags)
{
	if (READ_ONCE(vma->file))
		return hugetlb_file_fault(mm, vma, pmdp);
	struct page *page = alloc_huge_page(va);
	if (!page)
		return -EFAULT;
	clear_huge_page(page);
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) == 0) {
		hugetlb_add_new_anon_rmap(page);
		WRITE_ONCE(*pmdp, mk_huge_pmd(page, (flags & FAULT_FLAG_WRITE) ? PTE_D | vma_write_bit(vma) : 0));
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		put_page(page);
	return 0;
}

void hugetlb_add_new_anon_rmap(struct page *page)
{
	huge_add_new_anon_rmap(page);
	atomic_or(&page->flags, 1 << PG_hugetlb);
}

/* Page-table lock held, the entry just re-read; returns with it released. */
int hugetlb_wp(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *pmdp, u64 pmd, int flags)
{
	struct page *old = pte_page(pmd);
	bool unshare = flags & FAULT_FLAG_UNSHARE;

	if (unshare && !PageAnon(old) && !unshare_copies_files()) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	if (PageAnon(old) && atomic_read(&old->entire_mapcount) == 1) {
		hugetlb_becomes_mine(old);
		if (!unshare)
			WRITE_ONCE(*pmdp, pmd | PTE_A | PTE_D | vma_write_bit(vma));
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	get_page(old);
	spin_unlock(&mm->page_table_lock);
	struct page *new = alloc_huge_page(va);
	if (!new) {
		put_page(old);
		return -EFAULT;
	}
	copy_huge_page(new, old);
	spin_lock(&mm->page_table_lock);
	if (WP_RECHECK && READ_ONCE(*pmdp) != pmd) {
		spin_unlock(&mm->page_table_lock);
		put_page(new);
		put_page(old);
		return 0;
	}
	replace_huge_page(mm, vma, va, pmdp, new, PTE_D | (unshare ? 0 : vma_write_bit(vma)));
	atomic_or(&new->flags, 1 << PG_hugetlb);
	huge_remove_rmap(old);
	spin_unlock(&mm->page_table_lock);
	put_page(old);
	put_page(old);
	return 0;
}

/* Reused by its only mapper. */
void hugetlb_becomes_mine(struct page *page)
{
}

/* fork, one area of hugetlb pages. */
void copy_hugetlb_page_range(struct mm_struct *dst, struct mm_struct *src, u64 start, u64 end)
{
	if (SEQCOUNT && HUGETLB_SEQCOUNT)
		raw_write_seqcount_begin(&src->write_protect_seq);
	for (u64 va = start; va < end; va += PMD_SIZE)
		copy_hugetlb_page(dst, src, va);
	if (SEQCOUNT && HUGETLB_SEQCOUNT)
		raw_write_seqcount_end(&src->write_protect_seq);
}

void copy_hugetlb_page(struct mm_struct *dst, struct mm_struct *src, u64 va)
{
	struct page *new = NULL;
	u64 *src_pmd = pmd_offset(src, va);
	if (!src_pmd || !pmd_leaf(READ_ONCE(*src_pmd)))
		return;
	u64 *dst_pmd = pmd_alloc(dst, va);

again:
	spin_lock(&dst->page_table_lock);
	spin_lock(&src->page_table_lock);
	for (int i = 0; i < SUBPAGES; i++)
		note_copy_begin(src, va + i * PAGE_SIZE);
	u64 pmd = READ_ONCE(*src_pmd);
	struct page *head = pte_page(pmd);
	get_page(head);
	bool shared = hugetlb_try_dup_rmap(src, head);
	if (shared) {
		if (pte_write(pmd))
			ptep_set_wrprotect(src_pmd);
		WRITE_ONCE(*dst_pmd, pte_mkold(pte_wrprotect(pmd)));
	} else {
		put_page(head);
		if (new) {
			copy_huge_page(new, head);
			hugetlb_add_new_anon_rmap(new);
			WRITE_ONCE(*dst_pmd, mk_huge_pmd(new, PTE_D | PTE_RW));
		}
	}
	for (int i = 0; i < SUBPAGES; i++)
		note_copy_end(src, va + i * PAGE_SIZE, shared ? head + i : NULL);
	spin_unlock(&src->page_table_lock);
	spin_unlock(&dst->page_table_lock);
	if (shared) {
		if (new)
			put_page(new);
	} else if (!new) {
		new = alloc_huge_page(va);
		if (new)
			goto again;
	}
}

bool hugetlb_try_dup_rmap(struct mm_struct *src, struct page *head)
{
	return HUGETLB_EARLY_COPY ? huge_try_dup_rmap(src, head) : hugetlb_dup_rmap(head);
}

bool hugetlb_dup_rmap(struct page *head)
{
	huge_dup_rmap(head);
	return true;
}

#endif
