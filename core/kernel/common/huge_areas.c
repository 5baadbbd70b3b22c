/* Memory that asks for huge pages, and memory that is made of them. */

#if NR_HUGE

/* An area of its own whose first write gets a huge page. `va` begins one. */
SYSCALL int mmap_thp(u64 va)
{
	return mmap_huge(va, VM_HUGEPAGE);
}

/* An area of one hugetlb page. */
SYSCALL int mmap_hugetlb(u64 va)
{
	return mmap_huge(va, VM_HUGETLB);
}

/* A private area that shows the file of one hugetlb page. */
SYSCALL int mmap_hugetlb_file(u64 va)
{
	return mmap_area(va, SUBPAGES, 1, VM_READ | VM_WRITE | VM_MAYWRITE | VM_HUGETLB);
}

/* read(2): the first word of that file. */
SYSCALL u64 read_hugetlb_file(void)
{
	return READ_ONCE(*page_address(pfn_to_page(hugetlb_file_pfn)));
}

int mmap_huge(u64 va, u64 flag)
{
	struct mm_struct *mm = current_mm();
	int ret = mmap(va, SUBPAGES);

	if (ret)
		return ret;
	mmap_write_lock(mm);
	struct vm_area_struct *vma = find_vma(mm, va);
	vma->flags |= flag;
	mmap_write_unlock(mm);
	return 0;
}

#endif
