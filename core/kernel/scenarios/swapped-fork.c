TITLE("fork with a page on the swap device")
STORY("A page is swapped out while it belongs to one process alone; then the process forks. Both read it back and write. An entry that remembers the page as exclusive must forget that at the fork.")
KIND(race)
SOURCE("1493a1913e34 (5.19): the exclusive bit in swap entries, cleared by fork")
LOOK("the exclusive bit in the two swap entries")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
}

PROCESS(0) CPU(0) void parent(void) {
	fork(1);
	store(A, 2);
	u64 seen = load(A);
	assert(seen == 2);
}
PROCESS(1) CPU(1) void child(void) {
	store(A + 8, 3);
	u64 seen = load(A);
	reached("the child reads");
	assert(seen == 1);
}
