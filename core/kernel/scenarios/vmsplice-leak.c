TITLE("vmsplice: a child keeps a page by a pipe")
STORY("After a fork the child puts a shared page into a pipe and unmaps it. The parent is the only one who maps it now, and writes a secret. If it may write in place, the child reads the secret from its pipe (CVE-2020-29374).")
KIND(sequential)
SOURCE("Jann Horn, 2020, CVE-2020-29374; cow selftest: vmsplice() + unmap in child")
LOOK("the map count is 1 when the parent writes, the reference count is 2")

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
	fork(1);
	await(unmapped);
	store(A, 2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
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
