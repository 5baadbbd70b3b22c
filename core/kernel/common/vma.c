/* Memory areas. They change under mmap_lock held for writing only, so that a search under the lock is one step. */

struct vm_area_struct *find_vma(struct mm_struct *mm, u64 va)
{
	atomic {
		for (int i = 0; i < NR_VMAS; i++) {
			if (mm->vma[i].start <= va && va < mm->vma[i].end)
				return &mm->vma[i];
		}
	}
	return NULL;
}

/* Private memory that may be written: writes to shared pages must copy. */
bool is_cow_mapping(u64 vm_flags)
{
	return (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* PTE_RW if the area lets user programs write now. */
u64 vma_write_bit(struct vm_area_struct *vma)
{
	return (READ_ONCE(vma->flags) & VM_WRITE) ? PTE_RW : 0;
}

SYSCALL int mmap(u64 va, int pages)
{
	struct mm_struct *mm = current_mm();
	int ret = -EINVAL;

	mmap_write_lock(mm);
	/* Nobody looks at the areas while the lock is held for writing. */
	atomic {
		for (int i = 0; i < NR_VMAS && ret; i++) {
			if (mm->vma[i].end == 0) {
				mm->vma[i].start = va;
				mm->vma[i].end = va + pages * PAGE_SIZE;
				mm->vma[i].flags = VM_READ | VM_WRITE | VM_MAYWRITE;
				ret = 0;
			}
		}
	}
	mmap_write_unlock(mm);
	return ret;
}

/* Process `n` is a thread of the kernel: it begins, with an address space that has nothing in it. */
SYSCALL void kernel_thread(int n)
{
	mm_init(&mms[n]);
	start_process(n);
}
