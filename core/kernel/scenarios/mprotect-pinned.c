TITLE("mprotect on a range that a device uses")
STORY("A process pins a page for a device, makes the range read-only and writable again, and writes. The entry stayed read-only, so that the write faults. If the fault makes a copy, the device is left behind.")
KIND(sequential)
SOURCE("Linus Torvalds and Jason Gunthorpe, LKML, December 2021 (mprotect games; VFIO with write protection); cow selftest: R/O-mapping a page registered as iouring fixed buffer")
LOOK("the reference count at the write fault: mapping and pin")
VARIANT(mprotect, HOW = 0)
VARIANT(clear_refs, HOW = 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void process(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE | FOLL_LONGTERM, 0);
	mprotect(A, PAGES, PROT_READ);
	if (HOW)
		clear_refs(A, PAGES);
	mprotect(A, PAGES, PROT_READ | PROT_WRITE);
	store(A, 2);
	if (got > 0) {
		reached("the device reads what the process wrote");
		u64 seen = dma_read(0, 0);
		assert(seen == 2);
		unpin(0);
	}
}
