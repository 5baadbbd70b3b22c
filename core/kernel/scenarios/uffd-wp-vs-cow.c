TITLE("userfaultfd: write-protect now, flush later, copy in between")
STORY("A monitor write-protects a page and has not yet flushed the TLBs when another of its threads lifts the protection again. Now a write fault makes a COW copy, because something else has a reference on the page, while a third thread still writes to the old page through its TLB: that write is lost.")
KIND(tlb)
SOURCE("Yu Zhao and Nadav Amit, December 2020; 6ce64428d620 (5.12)")
LOOK("the third CPU's TLB while the copy is made, and who knows that a flush is still to come")
SIZE(NR_CPUS, 3)
WITH(UFFD)

#define A 0x1000

int flushed;
int copied;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); get_user_pages_fast(A, 0, 0); }
SETUP PROCESS(0) CPU(1) void warm1(void) { load(A); }
SETUP PROCESS(0) CPU(2) void warm2(void) { store(A + 8, 1); }

PROCESS(0) CPU(0) void protects(void) { userfaultfd_writeprotect(A, 1, true); flushed = 1; }
PROCESS(0) CPU(1) void lifts_and_writes(void)
{
	/* Another thread of the monitor: it has been told of a write. */
	await(*pte_offset(&mms[0], A) & PTE_UFFD_WP);
	userfaultfd_writeprotect(A, 1, false);
	store(A, 2);
	copied = 1;
}
PROCESS(0) CPU(2) void writes_second_half(void)
{
	store(A + 8, 3);
	await(flushed && copied);
	u64 seen = load(A + 8);
	reached("the third thread reads what it wrote");
	assert(seen == 3);
}
