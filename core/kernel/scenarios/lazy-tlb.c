TITLE("A CPU that slept through a flush")
STORY("A thread sleeps, and its CPU idles with the address space still loaded. Flushes do not interrupt it. Another thread unmaps a page, which is freed. When the sleeper wakes up, its CPU must find out that it has missed a flush before it uses its TLB again.")
KIND(tlb)
SOURCE("145f573b89a6 (4.20): x86/mm/tlb: make lazy TLB mode lazier; the count of flushes per address space")
LOOK("the two counts of flushes when the sleeper wakes up")
WITH(LAZY_TLB)

#define A 0x1000

int gone;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void unmaps(void) { munmap(A, PAGES); gone = 1; }
PROCESS(0) CPU(1) void sleeps(void)
{
	sleep_until(&gone);
	load(A);
	reached("the sleeper is back");
	assert(faulted());
}
