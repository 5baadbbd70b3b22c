/* Page faults. */

/* An exception at `va`. 0: start the access over; otherwise it is refused. */
int do_page_fault(u64 va, u64 error_code)
{
	struct mm_struct *mm = current_mm();
	int flags = (error_code & 2) ? FAULT_FLAG_WRITE : 0;
	int ret = -EFAULT;

	va = va & ~(u64)(PAGE_SIZE - 1);
	down_read(&mm->mmap_lock);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma) {
		u64 needs = flags ? VM_WRITE : VM_READ;
		if (READ_ONCE(vma->flags) & needs)
			ret = handle_mm_fault(mm, vma, va, flags);
	}
	up_read(&mm->mmap_lock);
	return ret;
}

/* Makes one access possible, or undoes a sharing (FAULT_FLAG_UNSHARE). mmap_lock is held for reading. */
int handle_mm_fault(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, int flags)
{
	if (NR_HUGE)
		anon_vma_prepare(vma, flags);
	int ret = handle_huge_fault(mm, vma, va, flags);
	if (ret != FAULT_SMALL)
		return ret;
	u64 *ptep = pte_alloc(mm, va);
	u64 pte;
	int file;
	/* The area does not change while it is locked. */
	atomic {
		pte = *ptep;
		file = vma->file;
		anon_vma_prepare(vma, flags);
	}

	if (pte_none(pte))
		return file ? do_file_page(mm, vma, va, ptep, file - 1, flags) : do_anonymous_page(mm, vma, va, ptep, flags);
#if MIGRATION
	if (pte_migration(pte))
		return migration_entry_wait(ptep, pte);
#endif
	if (!pte_present(pte))
		return do_swap_page(mm, vma, va, ptep, pte, flags);
	if (!(flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) || pte_write(pte))
		return 0;

	bool same;
	bool of_file = false;
	spin_lock(&mm->page_table_lock);
	/* Whether a mapped page is anonymous does not change. */
	atomic {
		same = *ptep == pte;
		if (same && !pte_special(pte))
			of_file = !(compound_head(pte_page(pte))->flags & (1 << PG_anon));
	}
	if (!same) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
#if UFFD
	if (pte & PTE_UFFD_WP)
		return handle_userfault(mm, ptep);
	uffd_flush_pending(mm, va);
#endif
	if (of_file)
		return wp_file_page(mm, vma, va, ptep, pte, flags);
	note_cow(true);
	ret = do_wp_page(mm, vma, va, ptep, pte, flags);
	note_cow(false);
	return ret;
}

/* A page of the area's own may come: from now on fork copies entries. Every fault would write the same. */
void anon_vma_prepare(struct vm_area_struct *vma, int flags)
{
	atomic {
		if ((flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) && !(vma->flags & VM_SHARED) && !vma->anon_vma)
			vma->anon_vma = true;
	}
}

/* Nothing is mapped yet: zeroes. A read gets the shared page of zeroes. */
int do_anonymous_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, int flags)
{
	struct page *page = NULL;
	u64 entry = mk_pte(zero_pfn, PTE_SPECIAL);

	if (flags & FAULT_FLAG_WRITE) {
		page = alloc_page();
		clear_page(page);
		entry = area_pte(READ_ONCE(vma->flags), mk_pte(page_to_pfn(page), PTE_D));
	}
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*ptep) == 0) {
		if (page) {
			page_add_new_anon_rmap(page, va);
			lru_cache_add(page);
		}
		WRITE_ONCE(*ptep, entry);
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		put_page(page);
	return 0;
}
