TITLE("Fast GUP stands in a page table that is freed")
STORY("Fast GUP reads the levels of the page table one after the other, with interrupts off and without a lock. Another thread unmaps the area, and frees the table that GUP is about to read. Where flushing TLBs takes interrupts the flush waits for GUP; where the hardware flushes by itself, something else must.")
KIND(race)
SOURCE("the comment on fast GUP in mm/gup.c: IPIs or RCU for page-table pages (MMU_GATHER_RCU_TABLE_FREE)")
LOOK("who waits for the CPU that walks with interrupts off")
WITH(PT_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(1) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(0) void warm(void) { load(A); }

PROCESS(0) CPU(0) void gup(void)
{
	int got = get_user_pages_fast(A, 0, 0);
	if (got > 0) {
		reached("GUP was first");
		dma_read(0, 0);
		unpin(0);
	}
}
PROCESS(0) CPU(1) void unmaps(void)
{
	munmap(A, PAGES);
	reached("the area is gone");
}
