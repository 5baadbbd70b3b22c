TITLE("fork against reclaim")
STORY("Reclaim finds a page by the reverse map and changes its entry, under the page-table lock alone, while fork goes through the same table with mmap_lock. What fork does with one entry must be one piece under the page-table lock: the page is no longer its owner's alone, and the owner may no longer write to it.")
KIND(race)
SOURCE("the order in copy_present_pte: the exclusive bit goes, then the right to write, both under the page-table lock")
LOOK("an entry with the right to write, and a page without the exclusive bit")
SIZE(NR_MMS, 3)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(2); }

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	store(A, 2);
	u64 seen = load(A);
	assert(seen == 2);
}
PROCESS(1) CPU(0) void child(void)
{
	u64 seen = load(A);
	reached("the child reads");
	assert(seen == 1);
}
DAEMON PROCESS(2) CPU(1) void kswapd(void)
{
	if (reclaim(0, A))
		reached("reclaim got the page");
}
