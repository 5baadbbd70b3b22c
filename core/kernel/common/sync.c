/* Further ways to take the locks of locks.c, and the reader's side of a sequence count. */

bool spin_trylock(int *lock)
{
	return cmpxchg(lock, 0, 1) == 0;
}

/* Takes the lock with interrupts off on this CPU: its handler may take the same lock. */
#define spin_lock_irqsave(lock, flags) do { flags = local_irq_save(); spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { spin_unlock(lock); local_irq_restore(flags); } while (0)

void spin_lock_irq(int *lock)
{
	local_irq_disable();
	spin_lock(lock);
}

void spin_unlock_irq(int *lock)
{
	spin_unlock(lock);
	local_irq_enable();
}

bool down_read_trylock(int *sem)
{
	bool got = false;

	atomic {
		if (*sem >= 0) {
			*sem += 1;
			got = true;
		}
	}
	return got;
}

bool down_write_trylock(int *sem)
{
	return cmpxchg(sem, 0, -1) == 0;
}

/* From the only writer to one of the readers. */
void downgrade_write(int *sem)
{
	smp_store_release(sem, 1);
}

/* Waits until no writer is at it. */
u64 read_seqcount_begin(u64 *seq)
{
	u64 start;

	atomic {
		await(!(*seq & 1));
		start = *seq;
	}
	return start;
}

/* As it is, also while a writer is at it: for those who would rather give up than wait. */
u64 raw_read_seqcount(u64 *seq)
{
	return smp_load_acquire(seq);
}

/* Did a writer come between? Then what was read since is not to be used. */
bool read_seqcount_retry(u64 *seq, u64 start)
{
	smp_rmb();
	return READ_ONCE(*seq) != start;
}
