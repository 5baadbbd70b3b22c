TITLE("vmsplice of a page that was swapped out")
STORY("The parent's page is swapped out before the fork. The child reads it (it comes back from the swap device, mapped once), puts it into a pipe and unmaps it. The parent writes: its swapped entry is the last one, and the map count is zero. If that counts as one owner, the child reads the secret from its pipe.")
KIND(sequential)
SOURCE("David Hildenbrand, RFC v2 of the COW fixes, January 2022: the remaining instances of CVE-2020-29374; cow selftest with swapped-out pages")
LOOK("map count and swap count when the parent writes, and who else has a reference")

#define A 0x1000

int unmapped;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
}

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	await(unmapped);
	store(A, 2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	load(A);
	int got = vmsplice(0, A);
	munmap(A, PAGES);
	unmapped = 1;
	await(written);
	if (got > 0) {
		reached("the child reads its pipe");
		read_pipe(0);
		close_pipe(0);
	}
}
