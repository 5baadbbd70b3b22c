TITLE("A new page is mapped before the old one is forgotten")
STORY("One thread's write makes a COW copy. If the new page is mapped before the old translation has left every TLB, a second thread can write to the new page while a third still reads the old one, even though it has heard of the write.")
KIND(tlb)
SOURCE("the comment in wp_page_copy: the old translation goes before the new entry is set")
LOOK("two CPUs, one address, two frames")
SIZE(NR_CPUS, 3)

#define A 0x1000

int told;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); }
SETUP PROCESS(0) CPU(1) void warm1(void) { load(A); }
SETUP PROCESS(0) CPU(2) void warm2(void) { load(A); }

PROCESS(0) CPU(0) void copies(void) { store(A + 8, 5); }
PROCESS(0) CPU(1) void writes(void) { store(A, 2); told = 1; }
PROCESS(0) CPU(2) void reads(void)
{
	await(told);
	u64 seen = load(A);
	reached("the third thread reads what it has heard of");
	assert(seen == 2);
}
