TITLE("Write-protect now, flush later, copy in between")
STORY("clear_refs withdraws the right to write and flushes the TLBs at its end. In between one thread's write fault makes a COW copy, because something else has a reference on the page, and a third thread still writes to the old page through its TLB. If the faults are let in before the flush, that write is lost.")
KIND(tlb)
SOURCE("Yu Zhao and Nadav Amit, December 2020; 29a951dfb3c3")
LOOK("the third CPU's TLB while the copy is made")
SIZE(NR_CPUS, 3)

#define A 0x1000

int flushed;
int copied;
int stored;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); get_user_pages_fast(A, 0, 0); }
SETUP PROCESS(0) CPU(1) void warm1(void) { load(A); }
SETUP PROCESS(0) CPU(2) void warm2(void) { store(A + 8, 1); }

PROCESS(0) CPU(0) void clears(void) { clear_refs(A, PAGES); flushed = 1; }
PROCESS(0) CPU(1) void writes_first_half(void) { store(A, 2); copied = 1; }
PROCESS(0) CPU(2) void writes_second_half(void)
{
	store(A + 8, 3);
	await(flushed && copied);
	u64 seen = load(A + 8);
	reached("the third thread reads what it wrote, after flush and copy");
	assert(seen == 3);
}
