TITLE("MADV_DONTFORK: the child misses more than the buffer")
STORY("A program pins half a page for a device, and keeps something else in the other half. To keep fork from write-protecting the device's page it marks it MADV_DONTFORK, as RDMA programs do: the child then has no page there at all, and cannot read the other half. If fork copies pinned pages, no mark is needed.")
KIND(sequential)
SOURCE("RDMA and fork: ibv_fork_init and MADV_DONTFORK; 70e806e4e645 is what made it unnecessary")
LOOK("whether the child has the other half of the page")
VARIANT(mark, MARK = 1)
VARIANT(no_mark, MARK = 0)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); store(A + 8, 5); }

PROCESS(0) CPU(0) void parent(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE | FOLL_LONGTERM, 0);
	if (MARK)
		madvise(A, PAGES, MADV_DONTFORK);
	fork(1);
	store(A, 2);
	assert(got > 0);
	u64 sent = dma_read(0, 0);
	assert(sent == 2);
	unpin(0);
}

PROCESS(1) CPU(1) void child(void)
{
	u64 other_half = load(A + 8);
	reached("the child reads the other half");
	assert(!faulted() && other_half == 5);
}
