TITLE("O_DIRECT into half a page, and clear_refs")
STORY("A process reads a file with O_DIRECT into the first half of a page. Somebody clears the soft-dirty bits, which write-protects the page. The process writes to the second half. If that write makes a copy, the disk's data goes to the old page and is lost. No fork is involved.")
KIND(sequential)
SOURCE("Andrea Arcangeli, page_count_do_wp_page.c, January 2021; David Hildenbrand, summary of all COW problems, section 2")
LOOK("the reference count when the process writes")
VARIANT(get, REF = FOLL_GET)
VARIANT(pin, REF = FOLL_PIN)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void process(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	clear_refs(A, PAGES);
	store(A + 8, 2);
	if (got > 0) {
		dma_write(0, 0, 3);
		unpin(0);
		reached("the process reads what the disk wrote");
		u64 seen = load(A);
		assert(seen == 3);
	}
}
