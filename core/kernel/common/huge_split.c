/*
 * Splitting: of one address space's mapping of a huge page, so that it maps its pages one by one; and of the compound page itself,
 * so that its pages are on their own.
 */

SWITCH(SPLIT_PAGE_LOCK, 1, "splitting the mapping of a huge page holds the page lock while map counts move (5.8: c444eb564fb1)")

#if NR_HUGE

/*
 * Page-table lock held, `pmd` just read: takes the page lock too. If that means sleeping, the page-table lock is given up for it, and
 * the entry is looked at again. False: it changed, and no lock is held.
 */
bool lock_huge_page(struct mm_struct *mm, u64 *pmdp, u64 pmd)
{
	struct page *page = pte_page(pmd);

	if (trylock_page(page))
		return true;
	get_page(page);
	spin_unlock(&mm->page_table_lock);
	lock_page(page);
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*pmdp) == pmd) {
		put_page(page);
		return true;
	}
	spin_unlock(&mm->page_table_lock);
	unlock_page(page);
	put_page(page);
	return false;
}

/* If a huge page is mapped at `va`, its pages are mapped one by one afterwards. Nothing else changes for anybody. Not hugetlb. */
void split_huge_pmd(struct mm_struct *mm, u64 va)
{
	u64 *pmdp = pmd_offset(mm, va);
	if (!pmdp || !pmd_leaf(READ_ONCE(*pmdp)))
		return;
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma && (vma->flags & VM_HUGETLB))
		return;

	u64 table;
	atomic { table = new_table(); }
again:
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	if (!pmd_leaf(pmd)) {
		spin_unlock(&mm->page_table_lock);
		free_table(table);
		return;
	}
	bool locked = SPLIT_PAGE_LOCK && !pte_special(pmd);
	if (locked && !lock_huge_page(mm, pmdp, pmd))
		goto again;
	if (pte_special(pmd))
		split_huge_zero_pmd(mm, va, pmdp, table);
	else
		split_huge_pmd_locked(mm, va, pmdp, pmd, table);
	if (locked)
		unlock_page(pte_page(pmd));
	spin_unlock(&mm->page_table_lock);
}

/* A table that nobody found. */
void free_table(u64 table)
{
	atomic {
		pfn_to_page(pte_pfn(table))->refcount = 0;
		free_frame(pte_pfn(table));
	}
}

/* Page-table lock held. The entries of `table` are written before anybody can find them. */
void split_huge_pmd_locked(struct mm_struct *mm, u64 va, u64 *pmdp, u64 pmd, u64 table)
{
	struct page *head = pte_page(pmd);
	u64 start = huge_start(va);

	/* Not present for the hardware until the table is there: no CPU may have both translations. (Some processors can't bear it.) */
	pmd = atomic_fetch_and(pmdp, ~(u64)(PTE_P | PTE_PROTNONE));
	flush_tlb_huge(mm, start);
	atomic_add(&head->refcount, SUBPAGES - 1);
	split_exclusive(head);
	/* Every page is mapped as the whole was. */
	u64 bits = pmd & (PTE_P | PTE_PROTNONE | PTE_RW | PTE_US | PTE_A | PTE_D | PTE_SOFT_CLEAN);
	for (int i = 0; i < SUBPAGES; i++)
		WRITE_ONCE(*table_entry(table, start + i * PAGE_SIZE, PAGE_SHIFT), (u64)page_to_pfn(&head[i]) << PAGE_SHIFT | bits);
	large_page_mapped(mm, head, SUBPAGES - 1);
	split_map_counts(head);
	WRITE_ONCE(*pmdp, table | PTE_P | PTE_RW | PTE_US | PTE_A);
}

/* The pages' own counts go up, then the count of whole mappings goes down: an order that never says "not mapped". */
void split_map_counts(struct page *head)
{
	for (int i = 0; i < SUBPAGES; i++)
		atomic_inc(&head[i].mapcount);
	if (double_maps() && atomic_read(&head->entire_mapcount) > 1 && !test_and_set_bit(PG_double_map, &head->flags))
		for (int i = 0; i < SUBPAGES; i++)
			atomic_inc(&head[i].mapcount);
	huge_remove_rmap(head);
}

/* Each page inherits what the whole was. Before the exclusive bit there is nothing to inherit. */
void split_exclusive(struct page *head)
{
}

/* The address space maps `n` entries more (or less) of a compound page: for those who count by address space (6.15). */
void large_page_mapped(struct mm_struct *mm, struct page *page, int n)
{
}

void split_huge_zero_pmd(struct mm_struct *mm, u64 va, u64 *pmdp, u64 table)
{
	u64 start = huge_start(va);

	xchg(pmdp, 0);
	flush_tlb_huge(mm, start);
	for (int i = 0; i < SUBPAGES; i++)
		WRITE_ONCE(*table_entry(table, start + i * PAGE_SIZE, PAGE_SHIFT), mk_pte(zero_pfn, PTE_SPECIAL));
	WRITE_ONCE(*pmdp, table | PTE_P | PTE_RW | PTE_US | PTE_A);
}

/*
 * Page lock held, and one reference on `page`: every page is on its own afterwards, with its mappings' references; the caller keeps
 * his on `page`. False: somebody else has a reference, a pin for example, and would be left with the wrong page.
 */
bool split_huge_page(struct page *page)
{
	struct page *head = compound_head(page);
	u64 start = READ_ONCE(head->index);

	for (int m = 0; m < NR_MMS; m++)
		if (mms[m].pgd)
			split_huge_pmd_of(&mms[m], start, head);
	/*
	 * One step: the kernel puts entries that nobody can use in place of all mappings meanwhile, so that nobody gets in; for that it takes the
	 * page-table lock of each, and whoever counts on a mapping under that lock comes first.
	 */
	atomic {
		int mapped = 0;
		for (int m = 0; m < NR_MMS; m++)
			await(!mms[m].pgd || mms[m].page_table_lock == 0);
		for (int i = 0; i < SUBPAGES; i++)
			mapped += head[i].mapcount;
		if (head->entire_mapcount || head->refcount != mapped + 1)
			return false;
		u64 flags = head->flags & ((1 << PG_anon) | (1 << PG_lru) | (1 << PG_dirty));
		for (int i = 0; i < SUBPAGES; i++) {
			struct page *p = &head[i];
			bool mine = p == page;
			p->compound_head = 0;
			p->refcount = p->mapcount + mine;
			if (p->refcount) {
				p->flags = flags | (p->flags & (1 << PG_anon_exclusive)) | (mine << PG_locked);
			} else {
				p->flags = 0;
				free_frame(page_to_pfn(p));
			}
		}
	}
	return true;
}

/*
 * Reclaim has chosen what is mapped at `va`. A huge page of which somebody has a reference can't be taken apart, and stays as it is;
 * the mapping of another is split, so that its pages can go one by one. `alone`: only if no other address space maps it.
 */
bool huge_page_may_go(struct mm_struct *mm, u64 va, bool alone)
{
	bool may = true;
	u64 *pmdp = pmd_offset(mm, va);
	if (!pmdp)
		return true;
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	if (pmd_leaf(pmd)) {
		struct page *head = pte_page(pmd);
		may = !pte_special(pmd) && !test_bit(PG_hugetlb, &head->flags) && page_count(head) == all_mappings(head) && (!alone || page_trans_huge_mapcount(head) == 1);
	}
	spin_unlock(&mm->page_table_lock);
	if (may)
		split_huge_pmd(mm, va);
	return may;
}

/* The mapping of this very page; the page lock is held. */
void split_huge_pmd_of(struct mm_struct *mm, u64 va, struct page *head)
{
	u64 *pmdp = pmd_offset(mm, va);
	if (!pmdp)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pmd = READ_ONCE(*pmdp);
	if (pmd_leaf(pmd) && !pte_special(pmd) && pte_page(pmd) == head) {
		u64 table;
		atomic { table = new_table(); }
		split_huge_pmd_locked(mm, va, pmdp, pmd, table);
	}
	spin_unlock(&mm->page_table_lock);
}

#endif
