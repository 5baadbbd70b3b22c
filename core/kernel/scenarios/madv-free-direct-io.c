TITLE("A page that may be dropped, and a disk that fills it")
STORY("The program has said that it does not need a page's contents any more (MADV_FREE), and then reads a file into it with O_DIRECT. Reclaim finds the page clean, and drops it while the disk still writes to it; the program later reads zeroes. Reclaim must look for references, after it has taken the entry out.")
KIND(race)
SOURCE("6c8e2a256915 (5.18): mm: fix race between MADV_FREE reclaim and blkdev direct IO read")
LOOK("the reference that reclaim does not see, or sees")
VARIANT(direct_io, IO = 1)
VARIANT(store, IO = 0)
WITH(LAZY_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); madvise_free(A); load(A); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	if (IO) {
		if (read_direct(A, 3, 0)) {
			u64 seen = load(A);
			assert(seen == 3);
		}
	} else {
		store(A, 3);
		u64 seen = load(A);
		assert(seen == 3);
	}
}

DAEMON PROCESS(1) CPU(1) void kswapd(void)
{
	if (reclaim_lazyfree(0, A))
		reached("reclaim dropped the page");
}
