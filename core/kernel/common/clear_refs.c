/* Writing to /proc/PID/clear_refs: write-protects everything, so that the next write of each page is noticed (soft-dirty). */

SWITCH(CLEAR_REFS_WRITE_LOCK, 1, "clear_refs holds mmap_lock for writing, so that no COW copy runs before its flush (commit 29a951dfb3c3)")
SWITCH(CLEAR_REFS_PIN_TEST, 1, "clear_refs leaves pages alone that may be pinned (commit 9348b73c2e1b)")

SYSCALL void clear_refs(u64 va, int pages)
{
	struct mm_struct *mm = current_mm();

	if (CLEAR_REFS_WRITE_LOCK)
		mmap_write_lock(mm);
	else
		down_read(&mm->mmap_lock);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma) {
		if (CLEAR_REFS_WRITE_LOCK)
			vma_start_write(mm, vma);
		for (int i = 0; i < pages; i++)
			clear_soft_dirty(mm, va + i * PAGE_SIZE);
		/* One flush for all. */
		flush_tlb_mm(mm);
	}
	if (CLEAR_REFS_WRITE_LOCK)
		mmap_write_unlock(mm);
	else
		up_read(&mm->mmap_lock);
}

void clear_soft_dirty(struct mm_struct *mm, u64 va)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep) {
		clear_soft_dirty_huge(mm, va);
		return;
	}
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte)) {
		bool pinned = pte_write(pte) && CLEAR_REFS_PIN_TEST && READ_ONCE(mm->has_pinned) && page_maybe_dma_pinned(pte_page(pte));
		if (!pinned)
			clear_soft_dirty_pte(ptep);
	}
	spin_unlock(&mm->page_table_lock);
}

/* Write-protected, and known to have been written to by nobody since: one locked operation, whatever the hardware sets meanwhile. */
void clear_soft_dirty_pte(u64 *ptep)
{
	if (!ATOMIC_WRPROTECT) {
		u64 pte = READ_ONCE(*ptep);
		WRITE_ONCE(*ptep, pte_wrprotect(pte) | PTE_SOFT_CLEAN);
		return;
	}
	atomic {
		*ptep = pte_wrprotect(*ptep) | PTE_SOFT_CLEAN;
	}
}
