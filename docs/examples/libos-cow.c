/*
 * A library OS: a process is snapshotted, page by page, and the snapshot runs on. Each process has a lock of its own, and each frame
 * a number of sharers that is changed without any lock: a process that finds itself the only sharer writes in place.
 *
 *   cowscope check --design docs/examples/libos-cow.c --scenario all
 *   cowscope check --design docs/examples/libos-cow.c --scenario unmap-vs-cow --set LEAVE_LAST=0
 */
BASE("bare")
TITLE("A library OS with snapshots")
STORY("A process that leaves a frame counts itself out when no CPU can reach the frame any more. Then one sharer means: mine alone.")
SWITCH(LEAVE_LAST, 1, "a process counts itself out of a frame's sharers after the TLB flush, not before")

int locks[NR_MMS];
int sharers[NR_FRAMES];

u64 page_of_zeroes(void)
{
	u64 frame = new_frame();
	WRITE_ONCE(sharers[number_of(frame)], 1);
	return frame;
}

/* The frame is no longer in this process's table. */
void leave_frame(u64 frame, u64 va)
{
	int *count = &sharers[number_of(frame)];
	bool last = false;
	if (!LEAVE_LAST)
		last = atomic_dec_and_test(count);
	shootdown(va);
	if (LEAVE_LAST)
		last = atomic_dec_and_test(count);
	if (last)
		free_frame(number_of(frame));
}

int do_page_fault(u64 va, u64 error_code)
{
	int me = current_process(), ret = -EFAULT;
	lock(&locks[me]);
	if (in_area(va)) {
		u64 *entry = entry_of(me, va);
		u64 old = READ_ONCE(*entry), frame = frame_of(old);
		if (!(old & PRESENT)) {
			WRITE_ONCE(*entry, page_of_zeroes() | READ_WRITE);
		} else if ((error_code & FAULT_WRITE) && atomic_read(&sharers[number_of(frame)]) == 1) {
			WRITE_ONCE(*entry, frame | READ_WRITE);
		} else if ((error_code & FAULT_WRITE) && !(old & WRITABLE)) {
			u64 copy = page_of_zeroes();
			copy_frame(copy, frame);
			xchg(entry, 0);
			leave_frame(frame, va);
			WRITE_ONCE(*entry, copy | READ_WRITE);
		}
		ret = 0;
	}
	unlock(&locks[me]);
	return ret;
}

/* A snapshot of the caller, which runs on as process `child`. */
SYSCALL int fork(int child)
{
	int me = current_process();
	ghost_fork_begin(child);
	lock(&locks[me]);
	new_space(child, me);
	for (u64 va = area[me]; va < area_end[me]; va += PAGE_SIZE) {
		u64 *entry = entry_of(me, va);
		if (!(READ_ONCE(*entry) & PRESENT))
			continue;
		atomic_and(entry, ~(u64)WRITABLE);
		atomic_inc(&sharers[number_of(frame_of(*entry))]);
		WRITE_ONCE(*entry_of(child, va), *entry);
		shootdown(va);
	}
	unlock(&locks[me]);
	ghost_fork_end(child);
	start_process(child);
	return child;
}

SYSCALL int munmap(u64 va, int pages)
{
	int me = current_process();
	ghost_window_begin(va, pages);
	lock(&locks[me]);
	area_end[me] = area[me];
	for (int i = 0; i < pages; i++) {
		u64 old = xchg(entry_of(me, va + i * PAGE_SIZE), 0);
		if (old & PRESENT)
			leave_frame(frame_of(old), va + i * PAGE_SIZE);
	}
	unlock(&locks[me]);
	ghost_window_end(va, pages);
	return 0;
}
