TITLE("A pin, a split, a fork")
STORY("A device has pinned the second page of a huge page. The mapping of the huge page is split, and then the process forks. The pinned page must stay the parent's: fork asks the bit that says so, and after the split each page has its own.")
KIND(sequential)
SOURCE("6c287605fd56 (5.19): splitting the mapping hands PG_anon_exclusive on to every page")
LOOK("PG_anon_exclusive of the second page after the split")
SIZE(MEM, 2)

#define A MEM_START
#define SECOND (A + PAGE_SIZE)

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

PROCESS(0) CPU(0) void process(void)
{
	int got = pin_user_pages_fast(SECOND, FOLL_WRITE | FOLL_LONGTERM, 0);
	mprotect(A, 1, PROT_READ);
	mprotect(A, 1, PROT_READ | PROT_WRITE);
	fork(1);
	store(SECOND, 2);
	if (got > 0) {
		reached("the device reads what the process wrote");
		u64 seen = dma_read(0, 0);
		assert(seen == 2);
		unpin(0);
	}
}
