TITLE("A driver gives back what it did not take")
STORY("A pin counts 1024 on a small page, a plain reference counts one. A driver that puts a pinned page leaves 1023 behind: the page looks pinned for ever. A driver that unpins a page it has only got takes 1023 too many: the count falls below what the mappings need.")
KIND(sequential)
SOURCE("Documentation/core-api/pin_user_pages.rst; CVE-2019-11487 for the other end of the counter")
LOOK("the reference count after the driver is done")
VARIANT(unpin_of_get, TAKEN = FOLL_GET, GIVEN = FOLL_PIN)
VARIANT(put_of_pin, TAKEN = FOLL_PIN, GIVEN = FOLL_GET)
VARIANT(right, TAKEN = FOLL_PIN, GIVEN = FOLL_PIN)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }

PROCESS(0) CPU(0) void driver(void)
{
	int got;
	if (TAKEN == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	if (got > 0) {
		refs[0].flags = FOLL_WRITE | GIVEN;
		unpin(0);
		reached("the driver is done");
	}
	load(A);
}
CHECK void nothing_is_left(void)
{
	struct page *page = pte_page(*pte_offset(&mms[0], A));
	assert(page->refcount == 1);
}
