TITLE("Selftest: vmsplice() and unmap in the child")
STORY("The child saves a copy, puts its page into a pipe and unmaps it; the parent writes; the child compares what is in the pipe.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: vmsplice() + unmap in child, with and without mprotect() optimization")
LOOK("the counts of the page when the parent writes")
VARIANT(base, SWAPPED = 0, MPROTECT = 0)
VARIANT(swapped, SWAPPED = 1, MPROTECT = 0)
VARIANT(base_mprotect, SWAPPED = 0, MPROTECT = 1)
VARIANT(swapped_mprotect, SWAPPED = 1, MPROTECT = 1)

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
	fork(1);
	await(unmapped);
	if (MPROTECT) {
		mprotect(A, 1, PROT_READ);
		mprotect(A, 1, PROT_READ | PROT_WRITE);
	}
	store(A, 2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	u64 before = load(A);
	int got = vmsplice(0, A);
	munmap(A, 1);
	unmapped = 1;
	await(written);
	assert(got > 0);
	u64 after = read_pipe(0);
	reached("the child compares");
	assert(after == before);
}
