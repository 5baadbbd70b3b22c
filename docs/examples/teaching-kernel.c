/*
 * A teaching kernel: one big lock, and one number per frame that says how many page tables map it.
 *
 * Nothing of Linux is in here: OWN_KERNEL leaves the kernel library out, and this file is all the kernel there is.
 *
 *   cowscope check --design docs/examples/teaching-kernel.c --scenario copy-seen-early
 *   cowscope check --design docs/examples/teaching-kernel.c --scenario copy-seen-early --set TELL_OTHERS=0
 */

OWN_KERNEL("one lock, one counter per frame")
TITLE("A teaching kernel")
STORY("Every call and every fault takes the one lock. A write to a frame that one page table maps goes through; otherwise it copies.")
SWITCH(TELL_OTHERS, 1, "a changed entry is flushed from the other CPUs' TLBs too")

enum { P = 1, W = 2, U = 4, A_BIT = 0x20, D_BIT = 0x40, KICK = 40 };
#define FRAME 0x000ffffffffff000

int big_lock;
int users[NR_FRAMES];             /* page tables that map the frame */
u64 root[NR_MMS];                 /* top table of each process */
u64 area[NR_MMS], area_end[NR_MMS];
int loaded[NR_CPUS];              /* 1 + the process that a CPU works for; 0: none yet, and nothing in its TLB */
int kicked[NR_CPUS];              /* a CPU that has yet to flush its TLB */

void lock(void) { atomic { await(!big_lock); big_lock = 1; } }
void unlock(void) { smp_store_release(&big_lock, 0); }

u64 new_frame(void)
{
	atomic {
		int frame = alloc_frame();
		BUG_ON(!frame);
		u64 *word = phys_to_virt((u64)frame << 12);
		for (int i = 0; i < FRAME_WORDS; i++)
			clear_word(&word[i]);
		users[frame] = 1;
		return (u64)frame << 12;
	}
}

/* The entry for `va`; tables that are missing are made. The lock is held, and the hardware only reads upper entries: one step. */
u64 *entry_of(int process, u64 va)
{
	atomic {
		u64 table = root[process];
		for (int shift = 39; shift > 12; shift -= 9) {
			u64 *entry = phys_to_virt((table & FRAME) + (va >> shift & 511) * 8);
			if (!(*entry & P))
				*entry = new_frame() | P | W | U | A_BIT;
			table = *entry;
		}
		return phys_to_virt((table & FRAME) + (va >> 12 & 511) * 8);
	}
}

/* Everybody forgets everything; that is simple, and slow. */
void forget(void)
{
	flush_tlb_local();
	for (int cpu = 0; TELL_OTHERS && cpu < NR_CPUS; cpu++) {
		if (cpu != smp_processor_id() && READ_ONCE(loaded[cpu])) {
			atomic { kicked[cpu] = 1; send_ipi(cpu, KICK); }
			await(!kicked[cpu]);
		}
	}
}

void do_interrupt(int vector) { atomic { flush_tlb_local(); kicked[smp_processor_id()] = 0; } }

void switch_mm(int process)
{
	int *here = &loaded[smp_processor_id()];

	if (!root[process] || READ_ONCE(*here) == process + 1)
		return;
	WRITE_ONCE(*here, process + 1);
	mov_cr3(root[process]);
}

/* One page table less maps the frame. */
void drop(u64 frame)
{
	atomic {
		users[frame >> 12]--;
		if (users[frame >> 12] == 0)
			free_frame(frame >> 12);
	}
}

int do_page_fault(u64 va, u64 error_code)
{
	int me = current_process(), ret = -EFAULT;

	lock();
	if (va >= READ_ONCE(area[me]) && va < READ_ONCE(area_end[me])) {
		u64 *entry = entry_of(me, va);
		u64 old = READ_ONCE(*entry), frame = old & FRAME;
		if (!(old & P)) {
			WRITE_ONCE(*entry, new_frame() | P | W | U | A_BIT | D_BIT);
		} else if ((error_code & 2) && !(old & W)) {
			if (READ_ONCE(users[frame >> 12]) == 1) {
				WRITE_ONCE(*entry, old | W | D_BIT);
			} else {
				u64 new = new_frame();
				for (int i = 0; i < PAGE_WORDS; i++)
					copy_word((u64 *)phys_to_virt(new) + i, (u64 *)phys_to_virt(frame) + i);
				WRITE_ONCE(*entry, 0);
				forget();
				WRITE_ONCE(*entry, new | P | W | U | A_BIT | D_BIT);
				drop(frame);
			}
		}
		ret = 0;
	}
	unlock();
	return ret;
}

SETUP PROCESS(0) CPU(0) void boot(void) { root[0] = new_frame(); ghost_mm(0, root[0]); }

SYSCALL int mmap(u64 va, int pages)
{
	lock();
	area[current_process()] = va;
	area_end[current_process()] = va + pages * 4096;
	unlock();
	return 0;
}

SYSCALL int fork(int child)
{
	int me = current_process();

	ghost_fork_begin(child);
	lock();
	root[child] = new_frame();
	ghost_mm(child, root[child]);
	area[child] = area[me];
	area_end[child] = area_end[me];
	for (u64 va = area[me]; va < area_end[me]; va += 4096) {
		u64 *entry = entry_of(me, va);
		if (!(READ_ONCE(*entry) & P))
			continue;
		/* The hardware may set the dirty bit meanwhile. */
		atomic_and(entry, ~(u64)W);
		users[(*entry & FRAME) >> 12]++;
		WRITE_ONCE(*entry_of(child, va), *entry);
	}
	forget();
	unlock();
	ghost_fork_end(child);
	start_process(child);
	return child;
}

SYSCALL int munmap(u64 va, int pages)
{
	ghost_window_begin(va, pages);
	lock();
	area_end[current_process()] = area[current_process()];
	for (int i = 0; i < pages; i++) {
		u64 old = xchg(entry_of(current_process(), va + i * 4096), 0);
		forget();
		if (old & P)
			drop(old & FRAME);
	}
	unlock();
	ghost_window_end(va, pages);
	return 0;
}
