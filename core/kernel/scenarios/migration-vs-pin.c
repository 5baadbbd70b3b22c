TITLE("A page moves while it is pinned")
STORY("Compaction moves a page to another frame: every entry is replaced by one that says so, the references are counted, the words copied, and the entries put back for the new frame. A thread pins the page for a device at the same time. If the references were counted before the entries were gone, the pin lands on the frame that is left behind.")
KIND(race)
SOURCE("the freezing of references in migrate_page_move_mapping; page_try_share_anon_rmap (5.19) lets pinned pages fail earlier")
LOOK("when the references are counted, and what fast GUP finds after it took one")
VARIANT(pin, REF = FOLL_PIN)
VARIANT(get, REF = FOLL_GET)
WITH(MIGRATION)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	if (got > 0) {
		dma_write(0, 0, 3);
		unpin(0);
		u64 seen = load(A);
		assert(seen == 3);
	}
}

DAEMON PROCESS(1) CPU(1) void kcompactd(void)
{
	if (migrate(0, A))
		reached("the page moved");
}
