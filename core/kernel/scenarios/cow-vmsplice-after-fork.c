TITLE("Selftest: vmsplice() and unmap in the parent after fork()")
STORY("After a fork the parent puts its page into a pipe and unmaps it; the child writes; the parent compares what is in the pipe.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: vmsplice() + unmap in parent after fork()")
LOOK("the counts of the page when the child writes")
VARIANT(base, SWAPPED = 0)
VARIANT(swapped, SWAPPED = 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, 1);
	store(A, 1);
	if (SWAPPED)
		madvise(A, 1, MADV_PAGEOUT);
}

int unmapped;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	u64 before = load(A);
	fork(1);
	int got = vmsplice(0, A);
	munmap(A, 1);
	unmapped = 1;
	await(written);
	assert(got > 0);
	u64 after = read_pipe(0);
	reached("the parent compares");
	assert(after == before);
}

PROCESS(1) CPU(1) void child(void)
{
	await(unmapped);
	store(A, 2);
	written = 1;
}
