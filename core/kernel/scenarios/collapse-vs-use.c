TITLE("Pages in use become a huge page")
STORY("Pages that are mapped one by one are collapsed into a huge page: their contents are copied to another place. Meanwhile another thread writes to one of them through what its TLB still holds, or pins one for a device. Nothing may be lost: collapse takes the page table out and flushes first, and then gives up if anybody has a reference.")
KIND(tlb)
SOURCE("mm/khugepaged.c: pmdp_collapse_flush, and the test of the reference count behind it")
LOOK("what is in the other CPU's TLB when the copy is made, and the reference count that is compared with the map count")
VARIANT(store, MEM = PTE_MAPPED_THP, PIN = 0)
VARIANT(pin, MEM = PTE_MAPPED_THP, PIN = 1)

#define A MEM_START

int done;

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void collapses(void)
{
	madvise_collapse(A);
	done = 1;
}

PROCESS(0) CPU(1) void uses(void)
{
	int got = 0;
	if (PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		store(A, 2);
	await(done);
	if (got > 0) {
		reached("the device writes");
		dma_write(0, 0, 2);
	}
	if (!PIN || got > 0) {
		u64 seen = load(A);
		reached("the program looks");
		assert(seen == 2);
	}
	if (got > 0)
		unpin(0);
}
