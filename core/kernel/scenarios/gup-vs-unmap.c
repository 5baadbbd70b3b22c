TITLE("Fast GUP against unmap and a new owner")
STORY("A thread walks the page table with fast GUP while another thread unmaps the page. The frame goes back to the allocator, and the next process gets it. Whatever GUP returns, it must not be a page of that process.")
KIND(race)
SOURCE("the comment on lockless walks in the kernel's GUP; what a machine changes that flushes TLBs remotely without interrupts")
LOOK("what keeps the frame from being freed while GUP stands between its two looks at the entry")

#define A 0x1000
#define B 0x3000

int unmapped;
int written;

/* The page comes from the second CPU's pool and goes back there, and the other process takes its page from that pool too. */
SETUP PROCESS(0) CPU(1) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); }
SETUP PROCESS(1) CPU(1) void child_leaves(void) { munmap(A, PAGES); mmap(B, 1); }
SETUP PROCESS(0) CPU(0) void warm(void) { load(A); }

PROCESS(0) CPU(0) void gup(void)
{
	int got = get_user_pages_fast(A, 0, 0);
	if (got > 0) {
		dma_read(0, 0);
		await(written);
		reached("the reference outlives the mapping");
		dma_read(0, 0);
		unpin(0);
	}
}
PROCESS(0) CPU(1) void unmaps(void) { munmap(A, PAGES); unmapped = 1; }
PROCESS(1) CPU(1) void other(void)
{
	await(unmapped);
	store(B, 2);
	written = 1;
}
