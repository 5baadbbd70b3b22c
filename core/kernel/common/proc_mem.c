/* Writing where the area forbids it (FOLL_FORCE), and a monitor that maps a file's page for somebody. */

/* write() to /proc/self/mem, as ptrace does it: one word, whatever the area allows. False: there was no page to be had. */
SYSCALL bool write_proc_mem(u64 va, u64 value, int slot)
{
	if (get_user_pages(va & ~(u64)(PAGE_SIZE - 1), FOLL_WRITE | FOLL_FORCE, slot) < 0)
		return false;
	dma_write(slot, (va & (PAGE_SIZE - 1)) >> 3, value);
	unpin(slot);
	return true;
}

/* UFFDIO_CONTINUE: the monitor maps the file's page where nothing is mapped: read-only, and dirty all the same. */
SYSCALL void uffd_continue(u64 va)
{
	struct mm_struct *mm = current_mm();

	down_read(&mm->mmap_lock);
	struct vm_area_struct *vma = find_vma(mm, va);
	if (vma && READ_ONCE(vma->file)) {
		struct page *page = filemap_page(vma, vma->file - 1, va);
		u64 *ptep = pte_alloc(mm, va);
		spin_lock(&mm->page_table_lock);
		if (READ_ONCE(*ptep) == 0) {
			get_page(page);
			page_dup_rmap(page);
			WRITE_ONCE(*ptep, mk_pte(page_to_pfn(page), PTE_D));
		}
		spin_unlock(&mm->page_table_lock);
	}
	up_read(&mm->mmap_lock);
}
