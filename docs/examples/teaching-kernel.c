/*
 * A teaching kernel: one big lock, and one number per frame that says how many page tables map it. What it does not do itself is
 * in the base `bare`.
 *
 *   cowscope check --design docs/examples/teaching-kernel.c --scenario all
 *   cowscope check --design docs/examples/teaching-kernel.c --scenario copy-seen-early --set TELL_OTHERS=0
 */
BASE("bare")
TITLE("A teaching kernel")
STORY("Every call and every fault takes the one lock. A write to a frame that one page table maps goes through; otherwise it copies.")
SWITCH(TELL_OTHERS, 1, "a changed entry is flushed from the other CPUs' TLBs too")

int big_lock;
int users[NR_FRAMES];    /* page tables that map the frame */

void forget(u64 va) { if (TELL_OTHERS) shootdown(va); else invlpg(va); }

u64 page_of_zeroes(void)
{
	u64 frame = new_frame();
	users[number_of(frame)] = 1;
	return frame;
}

/* One page table less maps the frame. */
void drop(u64 frame)
{
	atomic {
		if (--users[number_of(frame)] == 0)
			free_frame(number_of(frame));
	}
}

int do_page_fault(u64 va, u64 error_code)
{
	int ret = -EFAULT;
	lock(&big_lock);
	if (in_area(va)) {
		u64 *entry = entry_of(current_process(), va);
		u64 old = READ_ONCE(*entry);
		if (!(old & PRESENT)) {
			WRITE_ONCE(*entry, page_of_zeroes() | READ_WRITE);
		} else if ((error_code & FAULT_WRITE) && READ_ONCE(users[number_of(frame_of(old))]) == 1) {
			WRITE_ONCE(*entry, old | READ_WRITE);
		} else if ((error_code & FAULT_WRITE) && !(old & WRITABLE)) {
			u64 copy = page_of_zeroes();
			copy_frame(copy, frame_of(old));
			WRITE_ONCE(*entry, 0);
			forget(va);
			WRITE_ONCE(*entry, copy | READ_WRITE);
			drop(frame_of(old));
		}
		ret = 0;
	}
	unlock(&big_lock);
	return ret;
}

SYSCALL int fork(int child)
{
	int me = current_process();
	ghost_fork_begin(child);
	lock(&big_lock);
	new_space(child, me);
	for (u64 va = area[me]; va < area_end[me]; va += PAGE_SIZE) {
		u64 *entry = entry_of(me, va);
		if (!(READ_ONCE(*entry) & PRESENT))
			continue;
		atomic_and(entry, ~(u64)WRITABLE);     /* the hardware may set the dirty bit meanwhile */
		users[number_of(frame_of(*entry))]++;
		WRITE_ONCE(*entry_of(child, va), *entry);
		forget(va);
	}
	unlock(&big_lock);
	ghost_fork_end(child);
	start_process(child);
	return child;
}

SYSCALL int munmap(u64 va, int pages)
{
	int me = current_process();
	ghost_window_begin(va, pages);
	lock(&big_lock);
	area_end[me] = area[me];
	for (int i = 0; i < pages; i++, va += PAGE_SIZE) {
		u64 old = xchg(entry_of(me, va), 0);
		forget(va);
		if (old & PRESENT)
			drop(frame_of(old));
	}
	unlock(&big_lock);
	ghost_window_end(va - pages * PAGE_SIZE, pages);
	return 0;
}
