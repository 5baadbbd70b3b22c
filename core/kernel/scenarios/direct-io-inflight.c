TITLE("An O_DIRECT read in flight while the process forks")
STORY("The disk is about to write the first half of a page. Meanwhile the process forks; the child goes, or writes to the other half, or does nothing; the process writes to the other half. Then the disk's data comes. The process must find it, and the child must not.")
KIND(sequential)
SOURCE("measured: an O_DIRECT read held in flight on 4.19, 5.8, 5.10, 6.1, 6.12, 6.16 and 7.3 (rows c01, c03, c04, c05)")
LOOK("the frame that the disk writes to, and who maps it then; whether the reference is a pin")
VARIANT(no_fork, FORK = 0, CHILD_WRITES = 0, CHILD_STAYS = 0)
VARIANT(child_gone, FORK = 1, CHILD_WRITES = 0, CHILD_STAYS = 0)
VARIANT(child_writes, FORK = 1, CHILD_WRITES = 1, CHILD_STAYS = 1)
VARIANT(child_looks, FORK = 1, CHILD_WRITES = 0, CHILD_STAYS = 1)

#define A 0x1000

int written;   /* the child has written */
int complete;  /* the disk's data is there */

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void parent(void)
{
	int got;

	if (direct_io_flags() == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	if (FORK)
		fork(1);
	if (FORK && !CHILD_STAYS)
		wait(1);
	if (CHILD_WRITES)
		await(written);
	if (!CHILD_STAYS)
		store(A + 8, 2);
	if (got <= 0)
		return;
	dma_write(0, 0, 3);
	unpin(0);
	complete = 1;
	reached("the process reads what the disk wrote");
	u64 seen = load(A);
	assert(seen == 3);
}

PROCESS(1) CPU(1) void child(void)
{
	if (!CHILD_STAYS) {
		exit();
		return;
	}
	if (CHILD_WRITES) {
		store(A + 8, 4);
		written = 1;
	}
	await(complete);
	u64 seen = load(A);
	assert(seen == 1);
}
