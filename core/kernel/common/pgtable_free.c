/*
 * Page tables that go away while somebody may walk them: munmap frees them, khugepaged replaces them. WITH(PT_FREE)
 *
 * Fast GUP walks with interrupts off. Where a TLB flush needs an interrupt on every CPU, it waits for such a walk by itself; where
 * the hardware flushes (BROADCAST_FLUSH), an interrupt that asks for nothing is sent for that alone.
 */

SWITCH(PT_FREE_SYNC, 1, "a page table is freed only after every CPU has been interrupted once")
SWITCH(COLLAPSE_SYNC, 1, "khugepaged interrupts every CPU after it took a page table out (commit 2ba99c5e0881)")

#if PT_FREE

int pgtable_deposit[NR_MMS];  /* a table of the address space that is kept for later; 0: none */

/* The entry of the page directory for `va`, or NULL. One step, as pte_offset. */
u64 *pmd_entry(struct mm_struct *mm, u64 va)
{
	atomic {
		u64 table = mm->pgd;
		for (int shift = 39; shift > PAGE_SHIFT + 9; shift -= 9) {
			table = *table_entry(table, va, shift);
			if (!(table & PTE_P))
				return NULL;
		}
		return table_entry(table, va, PAGE_SHIFT + 9);
	}
}

/* Interrupts every other CPU, and waits: whoever walked with interrupts off has come to an end. */
void tlb_remove_table_sync(void)
{
	int self = smp_processor_id();

	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		if (cpu == self)
			continue;
		atomic {
			flush_request[self][cpu] = FLUSH_NOTHING;
			send_ipi(cpu, TLB_VECTOR);
		}
	}
	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		if (cpu != self)
			await(flush_request[self][cpu] == 0);
}

/* Takes the table out, and makes every CPU forget it. Its entry, or 0. */
u64 take_pgtable(struct mm_struct *mm, u64 va)
{
	u64 *pmdp = pmd_entry(mm, va);

	if (!pmdp)
		return 0;
	spin_lock(&mm->page_table_lock);
	u64 pmd = xchg(pmdp, 0);
	spin_unlock(&mm->page_table_lock);
	flush_tlb_page(mm, va);
	return pmd;
}

/* munmap, mmap_lock held for writing: nothing is mapped by the table any more. */
void free_pgtable(struct mm_struct *mm, u64 va)
{
	u64 pmd = take_pgtable(mm, va);

	if (!pmd)
		return;
	if (PT_FREE_SYNC)
		tlb_remove_table_sync();
	put_page(pfn_to_page(pte_pfn(pmd)));
}

/*
 * khugepaged: the pages below the table become one huge page. Here the table has one page, and what comes in its place is a new
 * table with a new page: the race is about the old one. The old table is kept for later, as the kernel keeps it.
 */
SYSCALL bool khugepaged_collapse(int process, u64 va)
{
	struct mm_struct *mm = &mms[process];
	bool done = false;

	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma)
		vma_start_write(mm, vma);
	u64 pmd = take_pgtable(mm, va);
	if (pmd) {
		if (COLLAPSE_SYNC)
			tlb_remove_table_sync();
		u64 new = collapse_page(mm, va, table_entry(pmd, va, PAGE_SHIFT));
		done = new != 0;
		spin_lock(&mm->page_table_lock);
		WRITE_ONCE(*pmd_entry(mm, va), done ? new : pmd);
		if (done)
			WRITE_ONCE(pgtable_deposit[mm_number(mm)], pte_pfn(pmd));
		spin_unlock(&mm->page_table_lock);
	}
	mmap_write_unlock(mm);
	return done;
}

/*
 * khugepaged, for a file: the table's entries only repeat what the page cache knows, so the table is taken away and freed; who touches the
 * memory again faults.
 */
SYSCALL void retract_page_table(int process, u64 va)
{
	struct mm_struct *mm = &mms[process];

	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma)
		vma_start_write(mm, vma);
	u64 pmd = take_pgtable(mm, va);
	if (pmd) {
		if (COLLAPSE_SYNC)
			tlb_remove_table_sync();
		u64 pte = READ_ONCE(*table_entry(pmd, va, PAGE_SHIFT));
		if (pte_present(pte)) {
			page_remove_rmap(pte_page(pte));
			put_page(pte_page(pte));
		}
		put_page(pfn_to_page(pte_pfn(pmd)));
	}
	mmap_write_unlock(mm);
}

/* The page that `ptep` maps, copied and mapped by a new table, if nobody else refers to it: the table's entry, or 0. */
u64 collapse_page(struct mm_struct *mm, u64 va, u64 *ptep)
{
	u64 pte = READ_ONCE(*ptep);

	if (!pte_present(pte) || pte_special(pte))
		return 0;
	struct page *page = pte_page(pte);
	if (!trylock_page(page))
		return 0;
	if (page_count(page) != 1) {
		unlock_page(page);
		return 0;
	}
	struct page *new = alloc_page();
	copy_page(new, page);
	page_add_new_anon_rmap(new, va);
	u64 entry;
	atomic {
		entry = new_table() | PTE_P | PTE_RW | PTE_US | PTE_A;
		*table_entry(entry, va, PAGE_SHIFT) = mk_pte(page_to_pfn(new), pte & (PTE_RW | PTE_D));
	}
	ptep_get_and_clear(ptep);
	page_remove_rmap(page);
	unlock_page(page);
	put_page(page);
	return entry;
}

#endif
