TITLE("mremap: the old address outlives the move")
STORY("mremap moves a page's entry to another address and flushes the old one later. Somebody who finds the page through its new entry flushes the new address only, and frees the page: a thread whose TLB still has the old address then writes to a frame of nobody, or of somebody else. The kernel's report had ftruncate in reclaim's place.")
KIND(tlb)
SOURCE("Jann Horn, CVE-2018-18281; eb66ae030829 (4.19)")
LOOK("what the second CPU's TLB has for the old address when the frame is freed")
SIZE(NR_CPUS, 3)
WITH(MREMAP)

#define A 0x1000
#define B 0x3000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(1); }
SETUP PROCESS(0) CPU(1) void warm(void) { store(A, 1); }

PROCESS(0) CPU(0) void moves(void) { mremap(A, PAGES, B); }
PROCESS(0) CPU(1) void writes(void)
{
	store(A, 2);
	if (!faulted())
		reached("a write to the old address goes through");
}
DAEMON PROCESS(1) CPU(2) void kswapd(void) { reclaim(0, B); }
