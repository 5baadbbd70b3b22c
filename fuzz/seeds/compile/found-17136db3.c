TITLE("Selftest: basic COW after fork()")
STORY("The child saves a copy of its memory0) CPU(0) void parent(void)
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
	assert(aft, the parent writes, the child compares.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW after fork(), with and wit the kernel's GUP; what a machine changes that flushes TLBs remotely without interrupts")
LOOK("what keeps the frame f after = load(A);
	reached("the child compares");
	assert(after == before);
}
