TITLE("The other owner is on the swap device")
STORY("A page of parent and child was swapped out; the child has read it back, so that it is mapped once, and the parent's entry still names the swap slot. While the child takes a reference (the map count says one), the parent reads the page back in as well. mmap_lock of the child does not hold that off.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 17 December 2021: the map count can rise by another process' swap-in")
LOOK("the map count between GUP's look at it and the end of the call")
VARIANT(pin, REF = FOLL_PIN)
VARIANT(get, REF = FOLL_GET)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
	fork(1);
}
SETUP PROCESS(1) CPU(1) void child_reads(void) { load(A); }

PROCESS(0) CPU(0) void parent(void)
{
	load(A);
}

PROCESS(1) CPU(1) void child(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, 0, 0);
	else
		got = get_user_pages_fast(A, 0, 0);
	store(A, 2);
	if (got > 0) {
		reached("the child looks through its reference after its own write");
		dma_read(0, 0);
		unpin(0);
	}
}
