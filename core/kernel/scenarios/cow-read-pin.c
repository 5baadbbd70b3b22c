TITLE("Selftest: a read-only pin of a read-only page")
STORY("A page is shared with a child, or was shared once, or is write-protected. A device pins it to read from it; then the process writes. The device must read what the process wrote.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: R/O GUP pin and GUP-fast pin on R/O-mapped shared, previously-shared and exclusive page")
LOOK("the frame of the pin and the frame that is mapped after the write")
VARIANT(shared, STATE = SHARED, FAST = 0, SWAPPED = 0)
VARIANT(shared_swapped, STATE = SHARED, FAST = 0, SWAPPED = 1)
VARIANT(shared_fast, STATE = SHARED, FAST = 1, SWAPPED = 0)
VARIANT(shared_fast_swapped, STATE = SHARED, FAST = 1, SWAPPED = 1)
VARIANT(previously_shared, STATE = PREVIOUSLY_SHARED, FAST = 0, SWAPPED = 0)
VARIANT(previously_shared_swapped, STATE = PREVIOUSLY_SHARED, FAST = 0, SWAPPED = 1)
VARIANT(previously_shared_fast, STATE = PREVIOUSLY_SHARED, FAST = 1, SWAPPED = 0)
VARIANT(previously_shared_fast_swapped, STATE = PREVIOUSLY_SHARED, FAST = 1, SWAPPED = 1)
VARIANT(exclusive, STATE = EXCLUSIVE, FAST = 0, SWAPPED = 0)
VARIANT(exclusive_swapped, STATE = EXCLUSIVE, FAST = 0, SWAPPED = 1)
VARIANT(exclusive_fast, STATE = EXCLUSIVE, FAST = 1, SWAPPED = 0)
VARIANT(exclusive_fast_swapped, STATE = EXCLUSIVE, FAST = 1, SWAPPED = 1)

#define SHARED 0
#define PREVIOUSLY_SHARED 1
#define EXCLUSIVE 2

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, 1);
	store(A, 1);
	if (SWAPPED)
		madvise(A, 1, MADV_PAGEOUT);
}

int gone;

PROCESS(0) CPU(0) void parent(void)
{
	int got;
	if (STATE == EXCLUSIVE) {
		mprotect(A, 1, PROT_READ);
		clear_refs(A, 1);
		mprotect(A, 1, PROT_READ | PROT_WRITE);
	} else {
		fork(1);
		await(gone);
	}
	if (FAST)
		got = pin_user_pages_fast(A, FOLL_LONGTERM, 0);
	else
		got = pin_user_pages(A, FOLL_LONGTERM, 0);
	store(A, 2);
	assert(got > 0);
	u64 seen = dma_read(0, 0);
	reached("what the device reads is compared");
	assert(seen == 2);
	unpin(0);
}

/* Not forked where the page is exclusive. */
DAEMON PROCESS(1) CPU(1) void child(void)
{
	if (STATE == PREVIOUSLY_SHARED)
		exit();
	gone = 1;
}
