TITLE("A debugger looks at memory, and writes where the program may not")
STORY("A debugger reads a word of a program that only reads a file, and sets a breakpoint in it. Reading must not change what is mapped: the program stays on the file's page. Writing must reach the program, must stay its own, and must come to an end though somebody else has a reference on the page.")
KIND(race)
SOURCE("David Hildenbrand, summary of all COW problems: forced COW broke reads by ptrace (5.8); 4ceb5db9757a for the loop of a forced write")
LOOK("the frame that is mapped before and after the debugger's read")
VARIANT(peek, POKE = 0)
VARIANT(poke, POKE = 1)
WITH(COUNT_ROUNDS)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap_file(A, 1, 0, PROT_READ, false); load(A); }

PROCESS(0) CPU(0) void debugger(void)
{
	if (POKE) {
		bool done = write_proc_mem(A, 7, 0);
		assert(done);
		reached("the breakpoint is set");
		u64 seen = load(A);
		assert(seen == 7);
	} else {
		u64 before = READ_ONCE(*pte_offset(&mms[0], A));
		int got = get_user_pages(A, FOLL_FORCE, 0);
		u64 after = READ_ONCE(*pte_offset(&mms[0], A));
		reached("the debugger has read");
		assert(got > 0 && pte_pfn(before) == pte_pfn(after));
		unpin(0);
	}
}
PROCESS(0) CPU(1) void somebody(void)
{
	if (POKE && get_user_pages_fast(A, 0, 1) > 0)
		unpin(1);
}
CHECK void few_rounds(void) { assert(gup_rounds <= 2); }
