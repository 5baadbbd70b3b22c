TITLE("An O_DIRECT read that ends at any moment of a fork")
STORY("The disk writes the first half of a page, some time. The process forks, the child goes, and the process writes to the other half. Whenever the disk's data comes: once the read is complete, the process must find it.")
KIND(race)
SOURCE("David Hildenbrand, summary of all COW problems: O_DIRECT and fork, the oldest of them; measured with the read held in flight (direct-io-inflight)")
LOOK("the frame that the disk writes to and the frame that is mapped when the read is complete")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

DEVICE("disk") DAEMON void disk(void) { dma_device(); }

PROCESS(0) CPU(0) void parent(void)
{
	int got;

	if (direct_io_flags() == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	if (got <= 0)
		return;
	io_submit_dma_write(0, 0, 3);
	fork(1);
	wait(1);
	store(A + 8, 2);
	io_wait_dma();
	unpin(0);
	reached("the read is complete");
	u64 seen = load(A);
	assert(seen == 3);
}

PROCESS(1) CPU(1) void child(void)
{
	exit();
}
