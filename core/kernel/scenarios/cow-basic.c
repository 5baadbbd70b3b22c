TITLE("Selftest: basic COW after fork()")
STORY("The child saves a copy of its memory, the parent writes, the child compares.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW after fork(), with and without mprotect() optimization")
LOOK("two frames after the write")
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

int saved;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	await(saved);
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
	saved = 1;
	await(written);
	u64 after = load(A);
	reached("the child compares");
	assert(after == before);
}
