TITLE("Claim 5: a reference, a fork, an unmap, a write")
STORY("The parent has a reference on its page, forks, and unmaps the page; the child writes. The map count is one, and says that the child owns the page; the reference count says two. The child has to copy before it writes. Nothing here runs at the same time as anything else.")
KIND(sequential)
SOURCE("Linus Torvalds, LKML, 17 December 2021: the child has to COW before writing")
LOOK("the two counts when the child writes")

#define A 0x1000

int unmapped;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void parent(void)
{
	int got = get_user_pages_fast(A, 0, 0);
	fork(1);
	munmap(A, PAGES);
	unmapped = 1;
	await(written);
	assert(got > 0);
	u64 seen = dma_read(0, 0);
	reached("the parent looks through its reference");
	assert(seen == 1);
	unpin(0);
}
PROCESS(1) CPU(1) void child(void)
{
	await(unmapped);
	store(A, 2);
	written = 1;
}
