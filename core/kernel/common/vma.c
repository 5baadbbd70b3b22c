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

/* An entry for a page of an area's own, with the area's rights. */
u64 area_pte(u64 vm_flags, u64 pte)
{
	if (vm_flags & VM_WRITE)
		pte |= PTE_RW;
	if (!(vm_flags & (VM_READ | VM_WRITE)))
		pte = (pte & ~(u64)PTE_P) | PTE_PROTNONE;
	return pte;
}

/* PTE_RW if the area lets user programs write now. */
u64 vma_write_bit(struct vm_area_struct *vma)
{
	return (READ_ONCE(vma->flags) & VM_WRITE) ? PTE_RW : 0;
}

/*
 * mmap_lock held for writing: [va, end) becomes an area of its own, if it is a part of `vma`. Where there is room for one area only,
 * all of it is meant.
 */
struct vm_area_struct *split_area(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 end)
{
	if (NR_VMAS == 1)
		return vma;
	atomic {
		if (va > vma->start)
			vma = cut_area(mm, vma, va);
		if (end < vma->end)
			cut_area(mm, vma, end);
	}
	split_huge_border(mm, va);
	split_huge_border(mm, end);
	return vma;
}

/* Inside a step: the area ends at `va`, and another one goes on from there, which is returned. */
struct vm_area_struct *cut_area(struct mm_struct *mm, struct vm_area_struct *vma, u64 va)
{
	struct vm_area_struct *new = NULL;
	for (int i = 0; i < NR_VMAS; i++)
		if (mm->vma[i].end == 0)
			new = &mm->vma[i];
	BUG_ON(!new);
	*new = *vma;
	new->start = va;
	vma->end = va;
	return new;
}

/* No huge page is mapped across the border of two areas. */
void split_huge_border(struct mm_struct *mm, u64 va)
{
	u64 inside = va & (PMD_SIZE - 1);
	if (inside && inside < HUGE_SIZE)
		split_huge_pmd(mm, va);
}

/* mmap_lock held for writing: neighbours with nothing between them and the same flags are one area again. */
void merge_areas(struct mm_struct *mm)
{
	if (NR_VMAS == 1)
		return;
	atomic {
		for (int i = 0; i < NR_VMAS; i++)
			for (int j = 0; j < NR_VMAS; j++)
				if (mm->vma[i].end && mm->vma[i].end == mm->vma[j].start && mm->vma[i].flags == mm->vma[j].flags &&
				    mm->vma[i].file_base == mm->vma[j].file_base && mm->vma[i].file == mm->vma[j].file) {
					mm->vma[i].end = mm->vma[j].end;
					mm->vma[j].start = 0;
					mm->vma[j].end = 0;
					/* It may have got a new neighbour among those that were looked at. */
					j = -1;
				}
	}
}

/* An area that is not in use, or NULL; mmap_lock held for writing, so that a search is one step. */
struct vm_area_struct *free_area(struct mm_struct *mm)
{
	atomic {
		for (int i = 0; i < NR_VMAS; i++) {
			if (mm->vma[i].end == 0)
				return &mm->vma[i];
		}
	}
	return NULL;
}

/* `file`: 1 + the file that is shown from its first page on; 0: anonymous memory. */
int mmap_area(u64 va, int pages, int file, u64 vm_flags)
{
	struct mm_struct *mm = current_mm();
	int ret = -EINVAL;

	mmap_write_lock(mm);
	struct vm_area_struct *vma = free_area(mm);
	if (vma) {
		/* Nobody looks at the areas while the lock is held for writing. */
		atomic {
			vma->start = va;
			vma->end = va + pages * PAGE_SIZE;
			vma->flags = vm_flags;
			vma->file = file;
			vma->file_base = file ? va : 0;
			vma->anon_vma = false;
		}
		ret = 0;
	}
	mmap_write_unlock(mm);
	return ret;
}

/* Anonymous memory of the process's own. */
SYSCALL int mmap(u64 va, int pages)
{
	return mmap_area(va, pages, 0, VM_READ | VM_WRITE | VM_MAYWRITE);
}

/* Process `n` is a thread of the kernel: it begins, with an address space that has nothing in it. */
SYSCALL void kernel_thread(int n)
{
	mm_init(&mms[n]);
	start_process(n);
}
