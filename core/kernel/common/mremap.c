/* mremap: memory moves to another address; its entries move along, and with them the pages that they map. WITH(MREMAP) */

SWITCH(MREMAP_FLUSH_LOCKED, 1, "mremap flushes the old address before it lets go of the page-table lock (commit eb66ae030829)")

#if MREMAP || MEM > 1

/* Moves pages of one area that are mapped one by one. */
SYSCALL int mremap(u64 from, int pages, u64 to)
{
	struct mm_struct *mm = current_mm();
	int ret = -EFAULT;

	ghost_window_begin(from, pages);
	ghost_window_begin(to, pages);
	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, from);
	if (vma) {
		vma_start_write(mm, vma);
		vma = split_area(mm, vma, from, from + pages * PAGE_SIZE);
		atomic {
			vma->start = to;
			vma->end = to + pages * PAGE_SIZE;
		}
		for (int i = 0; i < pages; i++)
			move_pte(mm, from + i * PAGE_SIZE, to + i * PAGE_SIZE);
		ret = 0;
	}
	mmap_write_unlock(mm);
	ghost_window_end(from, pages);
	ghost_window_end(to, pages);
	return ret;
}

/* Who finds the page through its new entry flushes that address only: the old one must be gone before anybody can. */
void move_pte(struct mm_struct *mm, u64 from, u64 to)
{
	u64 *new = pte_alloc(mm, to);
	u64 *old = pte_offset(mm, from);

	if (!old)
		return;
	spin_lock(&mm->page_table_lock);
	u64 pte = ptep_get_and_clear(old);
	if (pte_present(pte) && !pte_special(pte))
		WRITE_ONCE(pte_page(pte)->index, to);
	WRITE_ONCE(*new, pte);
	if (MREMAP_FLUSH_LOCKED)
		flush_tlb_page(mm, from);
	spin_unlock(&mm->page_table_lock);
	if (!MREMAP_FLUSH_LOCKED)
		flush_tlb_page(mm, from);
}

#endif
