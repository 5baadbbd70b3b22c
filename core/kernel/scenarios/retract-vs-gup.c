TITLE("khugepaged takes a file's page table away")
STORY("The pages of a file are to become one huge page, and khugepaged takes away the page tables that map them: nothing is lost, whoever comes again faults. Fast GUP has read the entry for such a table with interrupts off, and goes on into a table that is freed, unless khugepaged interrupts every CPU before.")
KIND(race)
SOURCE("Jann Horn, 2022; 2ba99c5e0881, 8d3c106e19e8, f268f6cf875f (6.1)")
LOOK("who waits for the CPU that walks with interrupts off")
WITH(PT_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap_file(A, 1, 0, PROT_READ, false); load(A); kernel_thread(1); }

PROCESS(0) CPU(0) void gup(void)
{
	int got = get_user_pages_fast(A, 0, 0);
	if (got > 0) {
		reached("GUP has the file's page");
		u64 seen = dma_read(0, 0);
		assert(seen == 0);
		unpin(0);
	}
}

DAEMON PROCESS(1) CPU(1) void khugepaged(void) { retract_page_table(0, A); }
