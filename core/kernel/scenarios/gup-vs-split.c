TITLE("fast GUP against a huge page that comes apart")
STORY("The pages of a huge page are mapped one by one. Fast GUP has found the second one, and the head of the huge page, where its reference has to go. Meanwhile reclaim splits the huge page, so that its pages are on their own. The reference lands on what is now another page, and the second one is anybody's.")
KIND(race)
SOURCE("the retry loop of try_get_folio, mm/gup.c; the head of a compound page is read before the reference is there")
LOOK("compound_head of the second page, and which count the reference is added to")
SIZE(MEM, 4)

#define A MEM_START

int split;

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void takes_a_reference(void)
{
	int got = get_user_pages_fast(A + PAGE_SIZE, 0, 0);
	await(split);
	munmap(A + PAGE_SIZE, 1);
	if (got > 0) {
		reached("the device reads");
		dma_read(0, 0);
		unpin(0);
	}
}

PROCESS(0) CPU(1) void reclaims(void)
{
	madvise(A, 1, MADV_PAGEOUT);
	split = 1;
}
