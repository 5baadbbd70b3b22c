TITLE("A dirty bit that the hardware sets in the last moment")
STORY("A page came back from the swap device by a read; its copy there is still good, so that reclaim need not write it again if it is clean. While reclaim takes the entry out, the owner's CPU sets the dirty bit in it and writes. An exchange sees the bit; a load and a store do not.")
KIND(tlb)
SOURCE("why the kernel takes page-table entries out by an exchange")
LOOK("the dirty bit in the entry, and PG_dirty of the page")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
	kernel_thread(1);
	load(A);
}

PROCESS(0) CPU(0) void owner(void)
{
	store(A, 2);
	u64 seen = load(A);
	assert(seen == 2);
}

DAEMON PROCESS(1) CPU(1) void kswapd(void)
{
	if (reclaim(0, A))
		reached("reclaim got the page");
}
