TITLE("A pin against reclaim")
STORY("Reclaim looks whether the page may be pinned, finds no pin, and puts it into the swap cache; meanwhile fast GUP pins it for a device. The process comes back to its page by a read, and then writes to it. If the write makes a copy, the device is left behind with the old page.")
KIND(race)
SOURCE("David Hildenbrand, summary of all COW problems, section 3 (io_uring and VFIO with swap); the exclusive bit's protocol in 6.1")
LOOK("the order of: entry taken out, look for pins; pin, entry read again")
VARIANT(write, RIGHTS = FOLL_WRITE, FORK = 0)
VARIANT(read, RIGHTS = 0, FORK = 0)
VARIANT(write_fork, RIGHTS = FOLL_WRITE, FORK = 1)
SIZE(NR_MMS, 3)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got = pin_user_pages_fast(A, RIGHTS, 0);
	if (FORK)
		fork(2);
	load(A);
	store(A, 2);
	if (got > 0) {
		reached("the device works after the owner's write");
		if (RIGHTS)
			dma_write(0, 1, 3);
		else
			dma_read(0, 0);
		load(A + 8);
		unpin(0);
	}
}

/* Reclaim runs in its own thread, which works in no address space of its own. */
DAEMON PROCESS(1) CPU(1) void kswapd(void)
{
	reclaim(0, A);
}
SETUP PROCESS(0) CPU(0) void begin_kswapd(void) { kernel_thread(1); }
