TITLE("A reference before the fork")
STORY("The parent puts a page into a pipe, forks, and unmaps the page. Now the child is the only one who maps it, but the pipe still refers to it. The child writes: if it may write in place, the parent reads the child's data from the pipe. Nothing here runs at the same time as anything else.")
KIND(sequential)
SOURCE("Linus Torvalds, LKML, 17 December 2021: the child has to COW before writing")
LOOK("the map count is 1 when the child writes, the reference count is not")
VARIANT(get, REF = FOLL_GET)
VARIANT(pin, REF = FOLL_PIN)

#define A 0x1000

int unmapped;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
}

PROCESS(0) CPU(0) void parent(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, 0, 0);
	else
		got = get_user_pages_fast(A, 0, 0);
	fork(1);
	munmap(A, PAGES);
	unmapped = 1;
	await(written);
	if (got > 0) {
		reached("the parent looks through its reference");
		dma_read(0, 0);
		unpin(0);
	}
}

PROCESS(1) CPU(1) void child(void)
{
	await(unmapped);
	store(A, 2);
	written = 1;
}
