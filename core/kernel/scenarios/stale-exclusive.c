TITLE("A bit that outlives its page")
STORY("The second page of a huge page has the exclusive bit when the huge page is given up. The same memory becomes another huge page, which a fork shares. Then the parent's mapping is split: each page has a bit of its own now. If the second page still has the old one, the parent writes in place, and the child sees it.")
KIND(sequential)
SOURCE("6c287605fd56 (5.19): PG_anon_exclusive is cleared when a page is freed, and checked for when one is handed out")
LOOK("PG_anon_exclusive of the second page, from one life to the next")
SIZE(MEM, 4)
SIZE(NR_HUGE, 1)

/* Where the memory is mapped in its second life. */
#define A (MEM_START + PMD_SIZE)
#define SECOND (A + PAGE_SIZE)

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	make_memory(1);
	munmap(MEM_START, SUBPAGES);
	mmap_thp(A);
	store(SECOND, 1);
}

int written;

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	mprotect(A, 1, PROT_READ);
	store(SECOND, 2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	await(written);
	u64 seen = load(SECOND);
	reached("the child looks");
	assert(seen == 1);
}
