TITLE("A fault under the area's lock, during fork")
STORY("Fork has withdrawn the right to write from a page and not yet flushed the TLBs. A second thread's write fault makes a COW copy; a third thread still writes to the old page through its TLB. Before 6.4 the fault waits for mmap_lock; in 6.4.0 it took the area's own lock, which fork did not.")
KIND(tlb)
SOURCE("bugzilla.kernel.org 217624; fb49c455323f (6.5)")
LOOK("what keeps the second thread's fault out while fork runs")
SIZE(NR_CPUS, 3)

#define A 0x1000

int forked;
int copied;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm1(void) { load(A); }
SETUP PROCESS(0) CPU(2) void warm2(void) { store(A + 8, 1); }

PROCESS(0) CPU(0) void forks(void) { fork(1); forked = 1; }
PROCESS(0) CPU(1) void writes_first_half(void) { store(A, 2); copied = 1; }
PROCESS(0) CPU(2) void writes_second_half(void)
{
	store(A + 8, 3);
	await(forked && copied);
	u64 seen = load(A + 8);
	reached("the third thread reads what it wrote, after fork and copy");
	assert(seen == 3);
}
