/* Locks: what each one excludes, not how it queues. Taking one is one locked operation, and blocks until it can be had. */

void spin_lock(int *lock)
{
	note_lock();
	atomic {
		await(*lock == 0);
		*lock = 1;
	}
}

void spin_unlock(int *lock)
{
	smp_store_release(lock, 0);
}

void down_read(int *sem)
{
	note_lock();
	atomic {
		await(*sem >= 0);
		*sem += 1;
	}
}

void up_read(int *sem)
{
	atomic_dec(sem);
}

void down_write(int *sem)
{
	note_lock();
	atomic {
		await(*sem == 0);
		*sem = -1;
	}
}

void up_write(int *sem)
{
	smp_store_release(sem, 0);
}

void mmap_write_lock(struct mm_struct *mm)
{
	down_write(&mm->mmap_lock);
}

void mmap_write_unlock(struct mm_struct *mm)
{
	up_write(&mm->mmap_lock);
}

/* mmap_lock is held for writing: keeps faults out of this area. Before 6.4 they need mmap_lock, and nothing is left to do. */
void vma_start_write(struct mm_struct *mm, struct vm_area_struct *vma)
{
}

/* Sleeps until the page lock is free. */
void lock_page(struct page *page)
{
	page = compound_head(page);
	note_page_lock(page);
	atomic {
		await(!(page->flags & (1 << PG_locked)));
		page->flags |= 1 << PG_locked;
	}
	observe("page lock taken", 1);
}

bool trylock_page(struct page *page)
{
	return !test_and_set_bit(PG_locked, &compound_head(page)->flags);
}

void unlock_page(struct page *page)
{
	clear_bit(PG_locked, &compound_head(page)->flags);
}

/* The count that tells lockless readers that fork is write-protecting. Its writers hold mmap_lock for writing. */
void raw_write_seqcount_begin(u64 *seq)
{
	atomic_inc(seq);
	smp_wmb();
}

void raw_write_seqcount_end(u64 *seq)
{
	smp_wmb();
	atomic_inc(seq);
}
