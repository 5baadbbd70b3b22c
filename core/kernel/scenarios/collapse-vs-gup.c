TITLE("khugepaged against fast GUP")
STORY("khugepaged takes a page table out, sees that nobody else has a reference on its pages, and copies them to a place of their own. Fast GUP has read the entry for that table before, and now takes a reference through it: the page-table entry is unchanged, only the level above is not. The device gets a page that its program no longer maps.")
KIND(race)
SOURCE("70cbc3cc78a9, 2ba99c5e0881 (6.1)")
LOOK("the entry of the level above, between fast GUP's two looks")
WITH(PT_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 1); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	if (got > 0) {
		reached("the device has its page");
		dma_write(0, 0, 3);
		u64 seen = load(A);
		assert(seen == 3);
		unpin(0);
	}
}

DAEMON PROCESS(1) CPU(1) void khugepaged(void)
{
	if (khugepaged_collapse(0, A))
		reached("the table was replaced");
}
