TITLE("Fork loses a dirty bit")
STORY("A page came back from the swap device by a read, writable and clean; its copy there is still good. While fork write-protects the entry the owner's CPU sets the dirty bit in it and writes. A locked operation keeps the bit; a load and a store lose it. Then reclaim finds the page clean, drops it, and the write with it.")
KIND(tlb)
SOURCE("why ptep_set_wrprotect is a locked operation; needs entries that are writable and clean (6.11 and later)")
LOOK("the dirty bit in the parent's entry, before and after")
SIZE(NR_MMS, 3)

#define A 0x1000

int forked;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
	kernel_thread(2);
	load(A);
}

PROCESS(0) CPU(0) void owner(void)
{
	store(A, 2);
	written = 1;
}
PROCESS(0) CPU(1) void forks(void)
{
	fork(1);
	forked = 1;
	await(written);
	reclaim(0, A);
	u64 seen = load(A);
	reached("the owner reads back");
	assert(seen == 2);
}
