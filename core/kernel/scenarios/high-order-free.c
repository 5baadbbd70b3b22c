TITLE("A passing reference, and a free of two pages")
STORY("Fast GUP has read an entry. The page is unmapped and freed, a driver allocates a block of two pages that begins with it, and GUP takes its reference: on the driver's block. The driver frees the block: not the last reference, so nothing is freed. GUP sees that the entry has changed, gives its reference back, and frees one page. The other one is lost for ever.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 12 January 2021; e320d3012d25: __free_pages() frees the tail of a block whose head somebody else holds")
LOOK("the second page of the block when everybody is done")
VARIANT(before, FREE_TAIL = 0)
VARIANT(after, FREE_TAIL = 1)
SIZE(BROADCAST_FLUSH, 1)

#define A 0x1000

int tail_pfn;   /* of the driver's block, while it has one */
bool tail_freed;

SETUP PROCESS(0) CPU(1) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(0) void warm(void) { load(A); }

PROCESS(0) CPU(0) void gup(void)
{
	int got = get_user_pages_fast(A, 0, 0);
	if (got > 0)
		unpin(0);
}

/* The page goes back to this CPU's pool, from which the driver takes it. Two frames are a block here, neighbours or not. */
PROCESS(0) CPU(1) void driver(void)
{
	munmap(A, PAGES);
	struct page *head = alloc_page();
	tail_pfn = page_to_pfn(alloc_page());
	if (atomic_sub_and_test(&head->refcount, 1)) {
		free_page(head);
		put_page(pfn_to_page(tail_pfn));
		tail_freed = true;
	} else {
		reached("somebody else has the head");
		if (FREE_TAIL) {
			put_page(pfn_to_page(tail_pfn));
			tail_freed = true;
		}
	}
}
CHECK void nothing_is_lost(void) { assert(!tail_pfn || tail_freed); }
