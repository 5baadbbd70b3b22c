TITLE("A reader in an interrupt waits for the writer that it interrupted")
STORY("Parent and child map a huge page. The child needs memory, and reclaim, on the child's CPU, splits the parent's mapping: while the map counts move, a sequence count is odd. An interrupt comes in there, and its handler takes a reference with fast GUP, as a profiler does that walks the user's stack. To learn whether the page is shared it reads the map counts, and waits until the sequence count is even: for ever, unless the writer kept interrupts off.")
KIND(race)
SOURCE("David Hildenbrand, LKML, December 2021, [PATCH v1 05/11]")
LOOK("the sequence count of the huge page, and the interrupt flag")
SIZE(MEM, 2)

#define A MEM_START
#define PROFILER 40

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	make_memory(1);
	fork(1);
}

void other_interrupt(int vector)
{
	if (vector != PROFILER)
		return;
	struct page *page = lockless_pages_from_mm(current_mm(), A, FOLL_GET);
	if (page) {
		reached("the handler has its page");
		gup_put_page(page, FOLL_GET);
	}
}

PROCESS(1) CPU(1) void child(void) { reclaim(0, A); }

PROCESS(0) CPU(0) void interrupts(void) { send_ipi(1, PROFILER); }
