TITLE("A device writes to a page across a fork")
STORY("The parent hands a page to a device that will write to it, and forks. Then the parent writes to the page, and the device does too. Do both still look at the same page? With a plain reference (O_DIRECT until 6.x) nobody ever promised that; with a pin it is what pins are for.")
KIND(sequential)
SOURCE("RDMA and fork: MADV_DONTFORK in the documentation of RDMA; 70e806e4e645")
LOOK("which frame the parent's entry names after its write, and which one the device holds")
VARIANT(pin, REF = FOLL_PIN)
VARIANT(get, REF = FOLL_GET)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
}

PROCESS(0) CPU(0) void parent(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	fork(1);
	store(A, 2);
	if (got > 0) {
		reached("the device writes after the fork");
		dma_write(0, 1, 3);
		load(A + 8);
		unpin(0);
	}
}

PROCESS(1) CPU(1) void child(void)
{
	u64 seen = load(A);
	assert(seen == 1);
	load(A + 8);
}
