TITLE("mprotect finds nothing to do, and returns too early")
STORY("Reclaim has taken a page out of the table and puts the TLB flush off to do many at once. A thread makes the area read-only: the entry is gone, there is nothing to change and nothing to flush, and the call returns. A third thread still writes through its TLB.")
KIND(tlb)
SOURCE("3ea277194daa (4.13): mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries")
LOOK("the third CPU's TLB when mprotect returns")
SIZE(NR_CPUS, 3)
WITH(BATCH_FLUSH)

#define A 0x1000

int readonly;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(1); }
SETUP PROCESS(0) CPU(1) void warm(void) { store(A, 1); }

PROCESS(0) CPU(0) void protects(void) { mprotect(A, PAGES, PROT_READ); readonly = 1; }
PROCESS(0) CPU(1) void writes(void)
{
	await(readonly);
	store(A, 2);
	reached("a write after mprotect");
	assert(faulted());
}
DAEMON PROCESS(1) CPU(2) void kswapd(void) { reclaim(0, A); }
