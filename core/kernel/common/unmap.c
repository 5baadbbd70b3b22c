/* Taking mappings away: munmap, madvise, mprotect, exit. */

/*
 * One entry: out of the table under the lock, then the map count; the reference it stood for is kept until the TLBs have forgotten
 * the page. Returns the page to be given back after the flush.
 */
struct page *zap_pte(struct mm_struct *mm, u64 va)
{
	struct page *page = NULL;
	u64 *ptep = pte_offset(mm, va);

	if (!ptep)
		return NULL;
	spin_lock(&mm->page_table_lock);
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte)) {
		pte = ptep_get_and_clear(ptep);
		if (!pte_special(pte)) {
			page = pte_page(pte);
			page_remove_rmap(page);
			large_page_mapped(mm, page, -1);
		}
	} else if (!pte_none(pte)) {
		WRITE_ONCE(*ptep, 0);
#if MIGRATION
		if (!pte_migration(pte))
#endif
		free_swap(pte);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

void zap_page_range(struct mm_struct *mm, u64 start, u64 end)
{
	for (u64 va = start; va < end; va += PAGE_SIZE) {
		if (zap_huge_pmd(mm, va, end)) {
			va += HUGE_SIZE - PAGE_SIZE;
			continue;
		}
		struct page *page = zap_pte(mm, va);
		if (!ZAP_FLUSH_FIRST && page)
			free_page_and_swap_cache(page);
		flush_tlb_page(mm, va);
		if (ZAP_FLUSH_FIRST && page)
			free_page_and_swap_cache(page);
	}
}

SYSCALL int munmap(u64 va, int pages)
{
	struct mm_struct *mm = current_mm();
	int ret = -EINVAL;

	ghost_window_begin(va, pages);
	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma) {
		vma_start_write(mm, vma);
		unmap_drains_lru();
		/* Where there is room for one area only, all of it goes, or its beginning. Nobody looks while the lock is held for writing. */
		vma = split_area(mm, vma, va, va + pages * PAGE_SIZE);
		atomic {
			if (va == vma->start)
				vma->start = va + pages * PAGE_SIZE;
			if (vma->start >= vma->end)
				vma->end = 0;
		}
		zap_page_range(mm, va, va + pages * PAGE_SIZE);
#if PT_FREE
		if (find_vma(mm, va) == NULL)
			free_pgtable(mm, va);
#endif
		ret = 0;
	}
	mmap_write_unlock(mm);
	ghost_window_end(va, pages);
	return ret;
}

/* The flag of the area that an advice sets; what undoes it is the next number. */
u64 advised_flag(int advice)
{
	return advice == MADV_DONTFORK || advice == MADV_DOFORK ? VM_DONTCOPY : VM_WIPEONFORK;
}

SYSCALL int madvise(u64 va, int pages, int advice)
{
	struct mm_struct *mm = current_mm();

	switch (advice) {
	case MADV_DONTNEED:
		ghost_window_begin(va, pages);
		down_read(&mm->mmap_lock);
		unmap_drains_lru();
		zap_page_range(mm, va, va + pages * PAGE_SIZE);
		up_read(&mm->mmap_lock);
		ghost_window_end(va, pages);
		return 0;
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
		mmap_write_lock(mm);
		struct vm_area_struct *vma = find_vma(mm, va);
		if (vma)
			vma = split_area(mm, vma, va, va + pages * PAGE_SIZE);
		if (vma && (advice == MADV_DONTFORK || advice == MADV_WIPEONFORK))
			vma->flags |= advised_flag(advice);
		else if (vma)
			vma->flags &= ~advised_flag(advice);
		merge_areas(mm);
		mmap_write_unlock(mm);
		return 0;
	case MADV_PAGEOUT:
		down_read(&mm->mmap_lock);
		for (int i = 0; i < pages; i++)
			pageout_own(mm, va + i * PAGE_SIZE);
		up_read(&mm->mmap_lock);
		return 0;
	default:
		return -EINVAL;
	}
}

/* The area, or a part of it where there is room for more areas than one, changes its rights. */
SYSCALL int mprotect(u64 va, int pages, int prot)
{
	struct mm_struct *mm = current_mm();
	int ret = -EINVAL;

	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma) {
		vma_start_write(mm, vma);
		bool changed = false;
		vma = split_area(mm, vma, va, va + pages * PAGE_SIZE);
		u64 rights = ((prot & PROT_READ) ? VM_READ : 0) | ((prot & PROT_WRITE) ? VM_WRITE : 0);
		vma->flags = (vma->flags & ~(u64)(VM_READ | VM_WRITE)) | rights;
		u64 end = va + pages * PAGE_SIZE;
		for (u64 at = va; at < end; at += PAGE_SIZE) {
			if (change_huge_pmd(mm, vma, at, end, prot))
				at += HUGE_SIZE - PAGE_SIZE;
			else
				changed |= change_pte(mm, vma, at, prot);
		}
#if BATCH_FLUSH
		if (changed)
			flush_tlb_mm(mm);
		else
			flush_tlb_batched_pending(mm);
#else
		flush_tlb_mm(mm);
#endif
		merge_areas(mm);
		ret = 0;
	}
	mmap_write_unlock(mm);
	return ret;
}

/*
 * Takes W away; gives it back only where can_change_pte_writable knows that no fault is needed to find out. Where nothing is
 * allowed the hardware must not find the page, but the kernel must. True: rights were taken away.
 */
bool change_pte(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, int prot)
{
	u64 *ptep = pte_offset(mm, va);
	if (!ptep)
		return false;
	spin_lock(&mm->page_table_lock);
	bool changed = false;
	u64 pte = READ_ONCE(*ptep);
	if (pte_present(pte)) {
		if (pte_protnone(pte) != (prot == PROT_NONE)) {
			/* What the hardware sets in A and D meanwhile is kept. */
			pte = (ptep_get_and_clear(ptep) & ~(u64)(PTE_P | PTE_PROTNONE)) | (prot == PROT_NONE ? PTE_PROTNONE : PTE_P);
			if (!(prot & PROT_WRITE))
				pte = pte_wrprotect(pte);
			else if (!pte_write(pte) && can_change_pte_writable(vma, pte))
				pte |= PTE_RW;
			WRITE_ONCE(*ptep, pte);
			changed = true;
		} else if (!(prot & PROT_WRITE)) {
			if (pte_write(pte)) {
				ptep_set_wrprotect(ptep);
				changed = true;
			}
		} else if (!pte_write(pte) && can_change_pte_writable(vma, pte)) {
			WRITE_ONCE(*ptep, pte | PTE_RW);
		}
	}
	spin_unlock(&mm->page_table_lock);
	return changed;
}

/* A COW mapping waits for the write fault. So does a file's, where the file system wants to know of the first write. */
bool can_change_pte_writable(struct vm_area_struct *vma, u64 pte)
{
	return (vma->flags & VM_SHARED) && (vma->file > 1 || pte_dirty(pte));
}

/* The process goes: all its memory. What it referred to through devices and pipes stays referred to. */
SYSCALL void exit(void)
{
	struct mm_struct *mm = current_mm();

	mmap_write_lock(mm);
	unmap_drains_lru();
	for (int i = 0; i < NR_VMAS; i++) {
		struct vm_area_struct *vma = &mm->vma[i];
		u64 start = vma->start;
		u64 end = vma->end;
		if (end == 0)
			continue;
		vma_start_write(mm, vma);
		ghost_window_begin(start, (end - start) >> PAGE_SHIFT);
		zap_page_range(mm, start, end);
		ghost_window_end(start, (end - start) >> PAGE_SHIFT);
		vma->end = 0;
	}
	mmap_write_unlock(mm);
	exited[current_process()] = 1;
}

int exited[NR_MMS];

/* Until process `child` has gone. */
SYSCALL void wait(int child)
{
	await(exited[child]);
}
