TITLE("A long-term read pin of the page of zeroes")
STORY("A program has only read from its fresh memory: it maps the shared page of zeroes. A device pins the page for a long time, to read from it. The program writes, gets a page of its own, and the device goes on reading zeroes.")
KIND(sequential)
SOURCE("cow selftest: R/O longterm GUP pin, shared zeropage; 8d6a0ac09a16 (6.2)")
LOOK("the frame that the device holds, and the one that the program writes to")
VARIANT(slow, FAST = 0)
VARIANT(fast, FAST = 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); load(A); }

PROCESS(0) CPU(0) void program(void)
{
	int got;
	if (FAST)
		got = pin_user_pages_fast(A, FOLL_LONGTERM, 0);
	else
		got = pin_user_pages(A, FOLL_LONGTERM, 0);
	store(A, 2);
	if (got > 0) {
		reached("the device reads");
		u64 seen = dma_read(0, 0);
		assert(seen == 2);
		unpin(0);
	}
}
