TITLE("A thousand references look like a pin")
STORY("Whether a small page is pinned is read off its reference count: 1024 and more may be a pin. Somebody with a thousand plain references to a page makes fork copy it, and reclaim leave it alone, for nothing. That costs something, and breaks nothing.")
KIND(sequential)
SOURCE("Documentation/core-api/pin_user_pages.rst: page_maybe_dma_pinned() may say yes wrongly, never no")
LOOK("the frame of the child's page right after the fork")
VARIANT(safe, COST = 0)
VARIANT(cost, COST = 1)

#define A 0x1000

/* The references stand for a page that was put into pipes a thousand times; some pin made the address space known for pins. */
SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	if (pin_user_pages_fast(A, 0, 0) > 0)
		unpin(0);
	int pfn = pte_pfn(*pte_offset(&mms[0], A));
	mem_map[pfn].refcount += GUP_PIN_COUNTING_BIAS;
	ghost_ref(PIPE_REF, 0, pfn, FOLL_GET);
	ghost_ref_count[PIPE_REF] = GUP_PIN_COUNTING_BIAS;
}

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	if (COST) {
		u64 mine = READ_ONCE(*pte_offset(&mms[0], A));
		u64 childs = READ_ONCE(*pte_offset(&mms[1], A));
		reached("the two frames are compared");
		assert(pte_pfn(mine) == pte_pfn(childs));
	} else {
		store(A, 2);
		u64 seen = load(A);
		assert(seen == 2);
	}
}
PROCESS(1) CPU(1) void child(void)
{
	if (!COST) {
		u64 seen = load(A);
		reached("the child reads");
		assert(seen == 1);
	}
}
