TITLE("A pin that is given back, seen by fork")
STORY("Fast GUP takes its pin first and finds out afterwards that a fork is under way; then it gives the pin back and goes the slow way. In between fork can see the page as pinned, and copies it for the child though nobody holds a pin. A copy too many, and no harm.")
KIND(race)
SOURCE("57efa1fe5957 (5.11), internal_get_user_pages_fast: the pin is dropped when write_protect_seq has moved")
LOOK("the reference count that fork sees")

#define A 0x1000

int forked;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

/* Only the pin's beginning: whoever finds out that he is too late does not come again. */
PROCESS(0) CPU(0) void pins(void)
{
	mm_set_has_pinned_flag(&mms[0]);
	struct page *page = lockless_pages_from_mm(&mms[0], A, FOLL_PIN);
	await(forked);
	if (page) {
		gup_put_page(page, FOLL_PIN);
	} else {
		reached("the pin was given back");
		u64 mine = READ_ONCE(*pte_offset(&mms[0], A));
		u64 childs = READ_ONCE(*pte_offset(&mms[1], A));
		assert(pte_pfn(mine) == pte_pfn(childs));
	}
}
PROCESS(0) CPU(1) void forks(void) { fork(1); forked = 1; }
