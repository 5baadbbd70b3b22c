/*
 * What a kernel of one's own can begin with: BASE("bare"). Frames, page tables, locks that are waited for, the TLBs of other CPUs; and
 * no policy: who may write to a frame, who counts what, and when something is flushed is the kernel's to say. A function that
 * the kernel defines too is the kernel's.
 */

OWN_KERNEL("frames, page tables and TLBs, and no policy")

enum entry_bits { PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40 };
/* What an entry that a program may read, or read and write, has beside the frame. */
#define READABLE (PRESENT | USER | ACCESSED)
#define READ_WRITE (PRESENT | WRITABLE | USER | ACCESSED | DIRTY)
/* The bit of a page fault's error code that says: a write. */
#define FAULT_WRITE 2
/* The address of the frame that an entry names, and the number of a frame. */
#define frame_of(entry) ((entry) & PTE_PFN_MASK)
#define number_of(frame) ((frame) >> PAGE_SHIFT)

#define SHOOTDOWN 50

u64 root[NR_MMS];        /* the top table of each process; 0: it has none yet */
u64 area[NR_MMS], area_end[NR_MMS];
int loaded[NR_CPUS];     /* 1 + the process that a CPU works for; 0: none yet, and nothing in its TLB */
u64 wanted[NR_CPUS];     /* the address that a CPU is asked to forget, with bit 0 set; 0: nothing */

void lock(int *lock) { atomic { await(!*lock); *lock = 1; } }
void unlock(int *lock) { smp_store_release(lock, 0); }

/* A frame of zeroes that nobody else knows: its address. One step. */
u64 new_frame(void)
{
	atomic {
		int number = alloc_frame();
		BUG_ON(!number);
		u64 *word = phys_to_virt((u64)number << PAGE_SHIFT);
		for (int i = 0; i < FRAME_WORDS; i++)
			clear_word(&word[i]);
		return (u64)number << PAGE_SHIFT;
	}
}

/* Word by word, a step each: others may write meanwhile. */
void copy_frame(u64 to, u64 from)
{
	for (int i = 0; i < PAGE_WORDS; i++)
		copy_word((u64 *)phys_to_virt(to) + i, (u64 *)phys_to_virt(from) + i);
}

/* A process gets a top table, and the same area as another. */
void new_space(int process, int like)
{
	root[process] = new_frame();
	ghost_mm(process, root[process]);
	area[process] = area[like];
	area_end[process] = area_end[like];
}

SETUP PROCESS(0) CPU(0) void boot(void) { new_space(0, 0); }

/* The one area of a process is where it says: before its programs run. */
SYSCALL int mmap(u64 va, int pages)
{
	atomic {
		area[current_process()] = va;
		area_end[current_process()] = va + pages * PAGE_SIZE;
	}
	return 0;
}

bool in_area(u64 va)
{
	return va >= READ_ONCE(area[current_process()]) && va < READ_ONCE(area_end[current_process()]);
}

/* The entry for an address; tables that are missing are made. One step: the kernel lets nobody else change the upper tables meanwhile. */
u64 *entry_of(int process, u64 va)
{
	atomic {
		u64 table = root[process];
		for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) {
			u64 *entry = phys_to_virt(frame_of(table) + (va >> shift & 511) * 8);
			if (!(*entry & PRESENT))
				*entry = new_frame() | READ_WRITE;
			table = *entry;
		}
		return phys_to_virt(frame_of(table) + (va >> PAGE_SHIFT & 511) * 8);
	}
}

/* Every CPU forgets an address of this process; who has asked a CPU already is waited for. */
void shootdown(u64 va)
{
	ghost_mark_flush(current_process(), va, 1);
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
	ghost_flush_done();
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

	if (!root[process] || READ_ONCE(*here) == process + 1)
		return;
	WRITE_ONCE(*here, process + 1);
	mov_cr3(root[process]);
}
