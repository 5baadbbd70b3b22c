TITLE("A copy that nobody needs")
STORY("A new page waits in a per-CPU batch for its place on the LRU list, and the batch holds a reference on it. Or the page came back from the swap device, and the swap cache holds one. The process is the only one who maps the page; it writes, and a rule that counts references makes a copy. Nothing is wrong, only slower.")
KIND(sequential)
SOURCE("Nadav Amit and David Hildenbrand, summary of all COW problems, section 5; 53a05ad9f21d (5.18) sheds such references first")
LOOK("the reference count when the process writes: whose are they?")
VARIANT(batch, WAIT = 1)
VARIANT(swap_cache, WAIT = 0)
SIZE(LRU_BATCH, 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	if (WAIT) {
		mprotect(A, PAGES, PROT_READ);
		mprotect(A, PAGES, PROT_READ | PROT_WRITE);
	} else {
		madvise(A, PAGES, MADV_PAGEOUT);
		load(A);
	}
}

PROCESS(0) CPU(0) void writes(void)
{
	u64 before = READ_ONCE(*pte_offset(&mms[0], A));
	store(A, 2);
	u64 after = READ_ONCE(*pte_offset(&mms[0], A));
	reached("the two frames are compared");
	assert(pte_pfn(before) == pte_pfn(after));
}
