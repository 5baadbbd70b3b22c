/* userfaultfd's write protection: a monitor is told of writes, and lets them go on. It works under mmap_lock for reading. WITH(UFFD) */

SWITCH(UFFD_FLUSH_PENDING, 1, "a COW fault flushes first if somebody's flush of this address space is still to come (commit 6ce64428d620)")

#if UFFD

/* UFFDIO_WRITEPROTECT: the rights go entry by entry, and one flush comes at the end. */
SYSCALL void userfaultfd_writeprotect(u64 va, int pages, bool protect)
{
	struct mm_struct *mm = current_mm();

	down_read(&mm->mmap_lock);
	atomic_inc(&mm->tlb_flush_pending);
	for (int i = 0; i < pages; i++)
		uffd_wp_pte(mm, va + i * PAGE_SIZE, protect);
	if (protect)
		flush_tlb_mm(mm);
	atomic_dec(&mm->tlb_flush_pending);
	up_read(&mm->mmap_lock);
}

void uffd_wp_pte(struct mm_struct *mm, u64 va, bool protect)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return;
	spin_lock(&mm->page_table_lock);
	if (pte_present(READ_ONCE(*ptep))) {
		u64 pte = ptep_get_and_clear(ptep);
		if (protect)
			pte = pte_wrprotect(pte) | PTE_UFFD_WP;
		else
			pte &= ~(u64)PTE_UFFD_WP;
		WRITE_ONCE(*ptep, pte);
	}
	spin_unlock(&mm->page_table_lock);
}

/* A write to what is protected, page-table lock held: wait until the monitor has lifted the protection. */
int handle_userfault(struct mm_struct *mm, u64 *ptep)
{
	spin_unlock(&mm->page_table_lock);
	await(!(*ptep & PTE_UFFD_WP));
	return 0;
}

/* Page-table lock held, before a copy is made: nobody may still write through a translation that has lost its right. */
void uffd_flush_pending(struct mm_struct *mm, u64 va)
{
	if (UFFD_FLUSH_PENDING && READ_ONCE(mm->tlb_flush_pending))
		flush_tlb_page(mm, va);
}

#endif
