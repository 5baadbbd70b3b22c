/* Page tables: four levels in frames of their own, reached by physical address. */

/* The entry for `va` in the table at physical address `table`, at the level that `shift` says (39, 30, 21, 12). */
u64 *table_entry(u64 table, u64 va, int shift)
{
	return phys_to_virt((table & PTE_PFN_MASK) + ((va >> shift) & 511) * 8);
}

/* An empty table; returns its physical address. Called inside a step. */
u64 new_table(void)
{
	int pfn = alloc_frame();
	BUG_ON(pfn == 0);
	u64 pa = (u64)pfn << PAGE_SHIFT;
	u64 *word = phys_to_virt(pa);
	for (int i = 0; i < FRAME_WORDS; i++)
		clear_word(&word[i]);
	struct page *page = pfn_to_page(pfn);
	page->refcount = 1;
	page->flags = 1 << PG_reserved;
	return pa;
}

/*
 * The page-table entry for `va`, with the tables above it made where they are missing. One step: whoever calls holds mmap_lock,
 * under which upper entries go from nothing to a table only, and a walker that meets nothing faults either way. Only where the mapping of a
 * huge page is being split there is nothing for a moment: a table is made under the page-table lock.
 */
u64 *pte_alloc(struct mm_struct *mm, u64 va)
{
	u64 *entry;
	atomic {
		u64 table = mm->pgd;
		for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) {
			entry = table_entry(table, va, shift);
			if (!(*entry & PTE_P)) {
				if (NR_HUGE)
					await(mm->page_table_lock == 0);
				*entry = new_table() | PTE_P | PTE_RW | PTE_US | PTE_A;
			}
			table = *entry;
		}
		entry = table_entry(table, va, PAGE_SHIFT);
	}
	return entry;
}

/* The page-table entry for `va`, or NULL where there is no table (nothing, or a huge page). One step, for the same reason. */
u64 *pte_offset(struct mm_struct *mm, u64 va)
{
	atomic {
		u64 table = mm->pgd;
		for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) {
			table = *table_entry(table, va, shift);
			if (!pte_present(table) || pmd_leaf(table))
				return NULL;
		}
		return table_entry(table, va, PAGE_SHIFT);
	}
}

/* A new address space, known to nobody yet: one step. */
void mm_init(struct mm_struct *mm)
{
	atomic {
		mm->pgd = new_table();
		mm->mmap_lock = 0;
		mm->page_table_lock = 0;
		mm->write_protect_seq = 0;
		mm->has_pinned = false;
		mm->cpumask = 0;
		mm->mm_lock_seq = 1;
		for (int i = 0; i < NR_VMAS; i++) {
			mm->vma[i].start = 0;
			mm->vma[i].end = 0;
		}
	}
	ghost_mm(mm_number(mm), mm->pgd);
}

/* The first process, and the page of zeroes. */
SETUP PROCESS(0) CPU(0) void kernel_init(void)
{
	struct page *zero = alloc_page();
	clear_page(zero);
	zero->flags = 1 << PG_reserved;
	zero_pfn = page_to_pfn(zero);
	mm_init(&mms[0]);
}
