TITLE("A write fault and reclaim want the same two locks")
STORY("Reclaim holds the page lock and then takes the page-table lock. A write fault holds the page-table lock and wants the page lock, to count owners. It must let go of the one before it sleeps for the other; and when it has both, look again whether the page is still there.")
KIND(race)
SOURCE("the trylock in do_wp_page until 5.8, and the pte_same() behind it")
LOOK("who holds which lock when nobody can go on")
SIZE(NR_MMS, 3)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); kernel_thread(2); }
SETUP PROCESS(1) CPU(0) void child_goes(void) { exit(); }

PROCESS(0) CPU(0) void writes(void)
{
	store(A, 2);
	u64 seen = load(A);
	reached("the writer is through");
	assert(seen == 2);
}
PROCESS(2) CPU(1) void kswapd(void) { reclaim(0, A); }
