/*
 * 6.12-folio: faults under the lock of one memory area.
 *
 * Suren Baghdasaryan: page faults of a program with many threads all took mmap_lock for reading, and waited for every writer. Since
 * 6.4 a fault takes the lock of its own area only. Whoever holds mmap_lock for writing must now keep faults out of each area that
 * he touches (vma_start_write). Fork did not at first (6.4.0): a thread could make a COW copy while fork had withdrawn the right to
 * write and not yet flushed the TLBs, and a write through an old translation was lost. Fixed for 6.5 (fb49c455323f).
 * Since about 6.11 a read fault maps a swapped page that is exclusive writable at once.
 * COW, GUP and fork go by the exclusive bit, as in 6.2.
 * Promises: as 6.1. Commits: fb49c455323f, dec078cc2181, f8d937761d65.
 */

BASE("6.2-longterm-unshare")
TITLE("6.12: faults under per-area locks")
STORY("As 6.2, but a page fault takes the lock of its memory area instead of mmap_lock.")
ORIGIN("fb49c455323f (6.5), dec078cc2181 (6.7), f8d937761d65 (6.8)")
SWITCH(VMA_LOCK, 1, "a page fault takes the lock of its area instead of mmap_lock")
SWITCH(FORK_LOCKS_VMAS, 1, "fork keeps faults out of every area while it copies (6.5; not in 6.4.0)")
SWITCH(SWAPIN_WRITABLE, 1, "a read fault maps a swapped page that is exclusive writable at once (6.11)")

/* A page of a large folio that is mapped page by page is not worth keeping the folio for (6.7). */
bool large_page_has_no_other_owner(struct page *page)
{
	return false;
}

/* The area's read lock, if nobody holds mmap_lock for writing and has this area in mind. NULL: take mmap_lock. */
struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, u64 va)
{
	struct vm_area_struct *vma = find_vma(mm, va);

	if (!vma || READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm->mm_lock_seq))
		return NULL;
	atomic {
		if (vma->vm_lock < 0)
			return NULL;
		vma->vm_lock += 1;
	}
	if (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm->mm_lock_seq) || find_vma(mm, va) != vma) {
		vma_end_read(vma);
		return NULL;
	}
	return vma;
}

void vma_end_read(struct vm_area_struct *vma)
{
	atomic_dec(&vma->vm_lock);
}

void vma_start_write(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(mm->mm_lock_seq))
		return;
	atomic {
		await(vma->vm_lock == 0);
		vma->vm_lock = -1;
	}
	WRITE_ONCE(vma->vm_lock_seq, mm->mm_lock_seq);
	smp_store_release(&vma->vm_lock, 0);
}

void fork_locks_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (FORK_LOCKS_VMAS)
		vma_start_write(mm, vma);
}

void mmap_write_unlock(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_lock_seq);
	up_write(&mm->mmap_lock);
}

int do_page_fault(u64 va, u64 error_code)
{
	struct mm_struct *mm = current_mm();
	int flags = (error_code & 2) ? FAULT_FLAG_WRITE : 0;
	u64 needs = flags ? VM_WRITE : VM_READ;
	int ret = -EFAULT;

	va = va & ~(u64)(PAGE_SIZE - 1);
	struct vm_area_struct *vma = VMA_LOCK ? lock_vma_under_rcu(mm, va) : NULL;
	if (vma) {
		if (READ_ONCE(vma->flags) & needs)
			ret = handle_mm_fault(mm, vma, va, flags);
		vma_end_read(vma);
		return ret;
	}
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, va);
	if (vma && (READ_ONCE(vma->flags) & needs))
		ret = handle_mm_fault(mm, vma, va, flags);
	up_read(&mm->mmap_lock);
	return ret;
}
