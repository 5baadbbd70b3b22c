TITLE("Unshare, fork, unshare, fork")
STORY("GUP finds a shared page, and a fault makes the caller a copy of its own. Before GUP looks again, another thread forks, and the copy is shared. As long as slow GUP holds mmap_lock from the fault to the next look no fork can come between; if the fault lets go of it, GUP goes round once for every fork, and nothing but luck ends it.")
KIND(race)
SOURCE("an inference from the loop of slow GUP with FAULT_FLAG_UNSHARE; fork needs mmap_lock for writing")
LOOK("how often GUP goes round")
SIZE(NR_MMS, 4)
WITH(COUNT_ROUNDS)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); }

PROCESS(0) CPU(0) void pins(void)
{
	int got = pin_user_pages(A, 0, 0);
	if (got > 0) {
		reached("GUP came to an end");
		unpin(0);
	}
	assert(gup_rounds <= 1);
}
PROCESS(0) CPU(1) void forks(void)
{
	fork(2);
	fork(3);
}
