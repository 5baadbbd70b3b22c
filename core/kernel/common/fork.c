/* fork: a child that shares every page, until somebody writes. */

SYSCALL int fork(int child)
{
	struct mm_struct *mm = current_mm();
	struct mm_struct *child_mm = &mms[child];

	ghost_fork_begin(child);
	mm_init(child_mm);
	mmap_write_lock(mm);
	for (int i = 0; i < NR_VMAS; i++) {
		u64 start;
		u64 end;
		u64 vm_flags;
		bool copies;
		/* The area can't change while the lock is held for writing, and the child does not run yet. */
		atomic {
			start = mm->vma[i].start;
			end = mm->vma[i].end;
			vm_flags = mm->vma[i].flags;
			if (end == 0 || (vm_flags & VM_DONTCOPY))
				continue;
			child_mm->vma[i].start = start;
			child_mm->vma[i].end = end;
			child_mm->vma[i].flags = vm_flags;
			child_mm->vma[i].file = mm->vma[i].file;
			child_mm->vma[i].file_base = mm->vma[i].file_base;
			/* What a fault would find anyway is not copied; nor what the child shall not see. */
			copies = (mm->vma[i].anon_vma || (vm_flags & VM_HUGETLB)) && !(vm_flags & VM_WIPEONFORK);
			child_mm->vma[i].anon_vma = copies;
		}
		fork_locks_vma(mm, &mm->vma[i]);
		if (copies)
			copy_page_range(child_mm, mm, start, end, vm_flags);
	}
	/* Once for all areas. Until then the parent's threads may write through translations that are no longer in the tables. */
	if (FORK_FLUSH)
		flush_tlb_mm(mm);
	mmap_write_unlock(mm);
	ghost_fork_end(child);
	start_process(child);
	return child;
}

void fork_locks_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_start_write(mm, vma);
}

void copy_page_range(struct mm_struct *dst, struct mm_struct *src, u64 start, u64 end, u64 vm_flags)
{
	bool cow = is_cow_mapping(vm_flags);

	if (vm_flags & VM_HUGETLB) {
		copy_hugetlb_page_range(dst, src, start, end);
		return;
	}
	if (cow && SEQCOUNT)
		raw_write_seqcount_begin(&src->write_protect_seq);
	for (u64 va = start; va < end; va += PAGE_SIZE) {
		/* A huge page at a time; where that can't be, its mapping is split. */
		if (copy_huge_pmd(dst, src, va))
			va += HUGE_SIZE - PAGE_SIZE;
		else
			copy_pte(dst, src, va);
	}
	if (cow && SEQCOUNT)
		raw_write_seqcount_end(&src->write_protect_seq);
}

void copy_pte(struct mm_struct *dst, struct mm_struct *src, u64 va)
{
	struct page *prealloc = NULL;
	u64 *src_pte = pte_offset(src, va);
	if (!src_pte)
		return;
	u64 *dst_pte = pte_alloc(dst, va);

again:
	spin_lock(&dst->page_table_lock);
	spin_lock(&src->page_table_lock);
	note_copy_begin(src, va);
	u64 pte = READ_ONCE(*src_pte);
	bool done = true;
	if (pte_present(pte))
		done = copy_present_pte(dst, src, dst_pte, src_pte, va, pte, &prealloc);
	else {
#if MIGRATION
		if (pte_migration(pte))
			copy_migration_entry(dst_pte, src_pte, pte);
		else
#endif
		if (!pte_none(pte))
			copy_nonpresent_pte(dst_pte, src_pte, pte);
		note_copy_end(src, va, NULL);
	}
	note_entry(src_pte);
	spin_unlock(&src->page_table_lock);
	spin_unlock(&dst->page_table_lock);
	if (!done) {
		/* No memory is allocated under a spinlock; after that the entry is looked at again. */
		prealloc = alloc_page();
		goto again;
	}
	if (prealloc)
		put_page(prealloc);
}

/*
 * One entry, both page-table locks held. A page that may be pinned is copied now, so that the parent keeps the very page that
 * its device uses; any other is shared, read-only. False: a page is needed for the copy.
 */
bool copy_present_pte(struct mm_struct *dst, struct mm_struct *src, u64 *dst_pte, u64 *src_pte, u64 va, u64 pte,
		      struct page **prealloc)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte)) {
		WRITE_ONCE(*dst_pte, pte);
		note_copy_end(src, va, NULL);
		return true;
	}
	if (WRPROTECT_FIRST && pte_write(pte))
		ptep_set_wrprotect(src_pte);
	if (FORK_PIN_TEST && READ_ONCE(src->has_pinned) && page_maybe_dma_pinned(page))
		return copy_present_page(src, dst_pte, page, va, prealloc);
	get_page(page);
	page_dup_rmap(page);
	large_page_mapped(dst, page, 1);
	if (!WRPROTECT_FIRST && pte_write(pte))
		ptep_set_wrprotect(src_pte);
	WRITE_ONCE(*dst_pte, pte_mkold(pte_wrprotect(pte)));
	note_copy_end(src, va, page);
	return true;
}

/* The child gets a page of its own at once. */
bool copy_present_page(struct mm_struct *src, u64 *dst_pte, struct page *page, u64 va, struct page **prealloc)
{
	struct page *new = *prealloc;

	if (!new)
		return false;
	*prealloc = NULL;
	copy_page(new, page);
	page_add_new_anon_rmap(new, va);
	lru_cache_add(new);
	/* With the rights of the area, which may not be those of the parent's entry; nobody changes them meanwhile. */
	atomic {
		*dst_pte = mk_pte(page_to_pfn(new), PTE_D);
		for (int i = 0; i < NR_VMAS; i++)
			if (src->vma[i].start <= va && va < src->vma[i].end)
				*dst_pte = area_pte(src->vma[i].flags, *dst_pte);
	}
	note_copy_end(src, va, NULL);
	return true;
}
