TITLE("Selftest: an io_uring fixed buffer")
STORY("A page is registered as a fixed buffer. Then it is write-protected and made writable again, or the process forks. The process writes, and the device writes the page to a file: it must be what the process wrote.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: R/O-mapping a page registered as iouring fixed buffer; fork() with an iouring fixed buffer")
LOOK("the frame of the pin and the frame that is mapped")
VARIANT(readonly, SWAPPED = 0, FORK = 0)
VARIANT(readonly_swapped, SWAPPED = 1, FORK = 0)
VARIANT(fork, SWAPPED = 0, FORK = 1)
VARIANT(fork_swapped, SWAPPED = 1, FORK = 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, 1);
	store(A, 1);
	if (SWAPPED)
		madvise(A, 1, MADV_PAGEOUT);
}

PROCESS(0) CPU(0) void parent(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE | FOLL_LONGTERM, 0);
	if (FORK) {
		fork(1);
	} else {
		mprotect(A, 1, PROT_READ);
		clear_refs(A, 1);
		mprotect(A, 1, PROT_READ | PROT_WRITE);
	}
	store(A, 2);
	assert(got > 0);
	u64 file = dma_read(0, 0);
	reached("what the device reads is compared");
	assert(file == 2);
	unpin(0);
}
