TITLE("Reclaim against a write through the TLB")
STORY("Reclaim takes a page out of the page table, writes it to the swap device and frees it. A thread of its owner writes through its TLB at the same time, and reads back. The flush must come before the page is written out.")
KIND(tlb)
SOURCE("TTU_BATCH_FLUSH and try_to_unmap_flush_dirty in the kernel's reclaim")
LOOK("when the owner's CPU forgets the translation")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(0) void begin_kswapd(void) { kernel_thread(1); }

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
