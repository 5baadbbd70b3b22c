TITLE("A mapping that is meant to be shared")
STORY("Parent and child map the same page of memory with MAP_SHARED. After the fork either sees what the other has written: fork must not write-protect such pages, and COW has no business with them.")
KIND(sequential)
SOURCE("POSIX, mmap: MAP_SHARED; is_cow_mapping() is what tells the two kinds apart in fork")
LOOK("one frame, two writable entries")
SIZE(NR_FILES, 2)

#define A 0x1000
/* A file that is memory. */
#define SHM 1

int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap_file(A, 1, SHM, PROT_READ | PROT_WRITE, true);
	store(A, 1);
	fork(1);
}

PROCESS(0) CPU(0) void parent(void)
{
	store(A, 2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	u64 before = load(A);
	assert(before == 1 || before == 2);
	await(written);
	u64 after = load(A);
	reached("the child reads what its parent wrote");
	assert(after == 2);
	store(A + 8, 3);
}
