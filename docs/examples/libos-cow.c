/*
 * A library OS: a process is snapshotted, page by page, and the snapshot runs on. Each process has a lock of its own, and each frame
 * a number of sharers that is changed without any lock: a process that finds itself the only sharer writes in place.
 *
 *   cowscope check --design docs/examples/libos-cow.c --scenario unmap-vs-cow
 *   cowscope check --design docs/examples/libos-cow.c --scenario unmap-vs-cow --set LEAVE_LAST=0
 */

OWN_KERNEL("a lock per process, a number of sharers per frame")
TITLE("A library OS with snapshots")
STORY("A process that leaves a frame counts itself out when no CPU can reach the frame any more. Then one sharer means: mine alone.")
SWITCH(LEAVE_LAST, 1, "a process counts itself out of a frame's sharers after the TLB flush, not before")

enum { PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40, SHOOTDOWN = 50 };
#define PFN_BITS 0x000ffffffffff000

struct space {
	int lock;
	u64 pml4;
	u64 start, end;
};

struct space spaces[NR_MMS];
int sharers[NR_FRAMES];
int loaded[NR_CPUS];    /* 1 + the process that a CPU works for; 0: none yet, and nothing in its TLB */
u64 wanted[NR_CPUS];    /* address that a CPU is asked to forget, with bit 0 set; 0: nothing */

struct space *mine(void) { return &spaces[current_process()]; }
void space_lock(struct space *s) { atomic { await(!s->lock); s->lock = 1; } }
void space_unlock(struct space *s) { smp_store_release(&s->lock, 0); }

/* A frame of zeroes that nobody else knows. */
u64 fresh_frame(void)
{
	atomic {
		int pfn = alloc_frame();
		BUG_ON(!pfn);
		u64 *word = phys_to_virt((u64)pfn << 12);
		for (int i = 0; i < FRAME_WORDS; i++)
			clear_word(&word[i]);
		sharers[pfn] = 1;
		return (u64)pfn << 12;
	}
}

u64 *slot_for(struct space *s, u64 va)
{
	atomic {
		u64 table = s->pml4;
		for (int shift = 39; shift > 12; shift -= 9) {
			u64 *slot = phys_to_virt((table & PFN_BITS) + (va >> shift & 511) * 8);
			if (!(*slot & PRESENT))
				*slot = fresh_frame() | PRESENT | WRITABLE | USER | ACCESSED;
			table = *slot;
		}
		return phys_to_virt((table & PFN_BITS) + (va >> 12 & 511) * 8);
	}
}

/* One address, on every CPU; whoever asks the same CPU waits for his turn. */
void shootdown(u64 va)
{
	invlpg(va);
	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		if (cpu == smp_processor_id() || !READ_ONCE(loaded[cpu]))
			continue;
		atomic {
			await(!wanted[cpu]);
			wanted[cpu] = va | 1;
			send_ipi(cpu, SHOOTDOWN);
		}
		await(!wanted[cpu]);
	}
}

void do_interrupt(int vector)
{
	atomic {
		u64 *request = &wanted[smp_processor_id()];
		if (*request)
			invlpg(*request & ~1ul);
		*request = 0;
	}
}

void switch_mm(int process)
{
	int *here = &loaded[smp_processor_id()];

	if (!spaces[process].pml4 || READ_ONCE(*here) == process + 1)
		return;
	WRITE_ONCE(*here, process + 1);
	mov_cr3(spaces[process].pml4);
}

/* The frame is no longer in this process's table. */
void leave_frame(u64 frame, u64 va)
{
	if (!LEAVE_LAST)
		atomic_dec(&sharers[frame >> 12]);
	shootdown(va);
	if (LEAVE_LAST)
		atomic_dec(&sharers[frame >> 12]);
	atomic {
		if (sharers[frame >> 12] == 0) {
			sharers[frame >> 12] = -1;
			free_frame(frame >> 12);
		}
	}
}

int do_page_fault(u64 va, u64 error_code)
{
	struct space *s = mine();
	int ret = -EFAULT;

	va = va & ~4095ul;
	space_lock(s);
	if (va >= READ_ONCE(s->start) && va < READ_ONCE(s->end)) {
		u64 *slot = slot_for(s, va);
		u64 old = READ_ONCE(*slot), frame = old & PFN_BITS;
		u64 rights = PRESENT | WRITABLE | USER | ACCESSED | DIRTY;
		if (!(old & PRESENT)) {
			WRITE_ONCE(*slot, fresh_frame() | rights);
		} else if ((error_code & 2) && !(old & WRITABLE) && atomic_read(&sharers[frame >> 12]) == 1) {
			WRITE_ONCE(*slot, frame | rights);
		} else if ((error_code & 2) && !(old & WRITABLE)) {
			u64 copy = fresh_frame();
			for (int i = 0; i < PAGE_WORDS; i++)
				copy_word((u64 *)phys_to_virt(copy) + i, (u64 *)phys_to_virt(frame) + i);
			xchg(slot, 0);
			leave_frame(frame, va);
			WRITE_ONCE(*slot, copy | rights);
		}
		ret = 0;
	}
	space_unlock(s);
	return ret;
}

SETUP PROCESS(0) CPU(0) void start(void) { spaces[0].pml4 = fresh_frame(); ghost_mm(0, spaces[0].pml4); }

SYSCALL int mmap(u64 va, int pages)
{
	space_lock(mine());
	mine()->start = va;
	mine()->end = va + pages * 4096;
	space_unlock(mine());
	return 0;
}

/* A snapshot of the caller, which runs on as process `child`. */
SYSCALL int fork(int child)
{
	struct space *s = mine(), *c = &spaces[child];

	ghost_fork_begin(child);
	space_lock(s);
	c->pml4 = fresh_frame();
	ghost_mm(child, c->pml4);
	c->start = s->start;
	c->end = s->end;
	for (u64 va = s->start; va < s->end; va += 4096) {
		u64 *slot = slot_for(s, va);
		if (!(READ_ONCE(*slot) & PRESENT))
			continue;
		atomic_and(slot, ~(u64)WRITABLE);
		atomic_inc(&sharers[(*slot & PFN_BITS) >> 12]);
		WRITE_ONCE(*slot_for(c, va), *slot);
		shootdown(va);
	}
	space_unlock(s);
	ghost_fork_end(child);
	start_process(child);
	return child;
}

SYSCALL int munmap(u64 va, int pages)
{
	struct space *s = mine();

	ghost_window_begin(va, pages);
	space_lock(s);
	s->end = s->start;
	for (int i = 0; i < pages; i++) {
		u64 old = xchg(slot_for(s, va + i * 4096), 0);
		if (old & PRESENT)
			leave_frame(old & PFN_BITS, va + i * 4096);
	}
	space_unlock(s);
	ghost_window_end(va, pages);
	return 0;
}
