/* Migration: a page moves to another frame; while it moves its entries say so, and who meets one waits. WITH(MIGRATION) */

SWITCH(MIGRATE_COUNT_LAST, 1, "migration counts references when no entry is left, and takes the count to zero in the same step")

#if MIGRATION

bool pte_migration(u64 pte) { return (pte & (PTE_P | PTE_MIGRATION)) == PTE_MIGRATION; }

/* A fault on a page that moves. */
int migration_entry_wait(u64 *ptep, u64 entry)
{
	await(*ptep != entry);
	return 0;
}

/* Fork meets one: parent and child share the page, and neither has it for himself. */
void copy_migration_entry(u64 *dst_pte, u64 *src_pte, u64 entry)
{
	entry &= ~(u64)(PTE_RW | PTE_MIGRATION_EXCL);
	WRITE_ONCE(*src_pte, entry);
	WRITE_ONCE(*dst_pte, entry);
}

/* Compaction has chosen the page that `process` maps at `va`. True: it moved. */
SYSCALL bool migrate(int process, u64 va)
{
	struct page *page = isolate_page(&mms[process], va, false);
	bool moved = false;

	if (!page)
		return false;
	if (!trylock_page(page)) {
		put_page(page);
		return false;
	}
	if (PageAnon(page) && !PageKsm(page) && !PageSwapCache(page))
		moved = migrate_locked_page(page);
	if (!moved) {
		unlock_page(page);
		put_page(page);
	}
	return moved;
}

/* Page lock held, and a reference of the caller's, which goes with the old page. */
bool migrate_locked_page(struct page *page)
{
	struct page *new = alloc_page();
	u64 va = READ_ONCE(page->index);
	/* Ours, and one for each mapping. */
	bool alone = page_count(page) == 1 + page_mapcount(page);

	for (int m = 0; m < NR_MMS; m++)
		if (mms[m].pgd)
			migrate_unmap(&mms[m], page, va);
	if (MIGRATE_COUNT_LAST)
		alone = page_mapcount(page) == 0 && cmpxchg(&page->refcount, 1, 0) == 1;
	if (alone) {
		/* Locked as the old one was, until all its mappings are back: before, nobody can count them. */
		copy_page(new, page);
		new->index = va;
		new->flags = READ_ONCE(page->flags) & ~(u64)(1 << PG_anon_exclusive);
	}
	for (int m = 0; m < NR_MMS; m++)
		if (mms[m].pgd)
			remove_migration_entry(&mms[m], page, alone ? new : page, va);
	if (alone)
		unlock_page(new);
	put_page(new);
	if (alone) {
		if (MIGRATE_COUNT_LAST)
			free_page(page);
		else {
			unlock_page(page);
			put_page(page);
		}
	}
	return alone;
}

void migrate_unmap(struct mm_struct *mm, struct page *page, u64 va)
{
	u64 *ptep = pte_offset(mm, va);
	bool gone = false;

	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if ((pte & PTE_P) && !pte_special(pte) && pte_page(pte) == page) {
		bool exclusive = page_is_exclusive(page);
		pte = ptep_get_and_clear(ptep);
		flush_tlb_page(mm, va);
		if (page_try_to_share(page)) {
			pte = (pte & ~(u64)PTE_P) | PTE_MIGRATION | (exclusive ? PTE_MIGRATION_EXCL : 0);
			page_remove_rmap(page);
			gone = true;
		}
		WRITE_ONCE(*ptep, pte);
	}
	spin_unlock(&mm->page_table_lock);
	if (gone)
		put_page(page);
}

/* The entry maps a page again: the new one, or the old one if the move failed. */
void remove_migration_entry(struct mm_struct *mm, struct page *old, struct page *page, u64 va)
{
	u64 *ptep = pte_offset(mm, va);

	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	u64 entry = READ_ONCE(*ptep);
	if (pte_migration(entry) && pte_page(entry) == old) {
		get_page(page);
		page_add_anon_rmap(page, va);
		if (entry & PTE_MIGRATION_EXCL)
			page_set_exclusive(page);
		u64 rest = entry & ~(u64)(PTE_MIGRATION | PTE_MIGRATION_EXCL | PTE_PFN_MASK);
		WRITE_ONCE(*ptep, rest | mk_pte(page_to_pfn(page), 0));
	}
	spin_unlock(&mm->page_table_lock);
}

#endif
