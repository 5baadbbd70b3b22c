TITLE("Claim 3: a copy on a lost race is wrong, not slow")
STORY("A COW fault that can't get the page lock at once makes a copy, because a copy is always allowed. That is so as long as nobody relies on the page staying. Here the process has pinned its page, and GUP has made sure that it is its own; reclaim holds the page lock for a moment when the process writes. With a copy the device goes on with the old page.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 17 December 2021 (the founding mail): the optimistic copy is wrong when GUP and COW follow different rules")
LOOK("who holds the page lock when the write fault tries it")
VARIANT(read, RIGHTS = 0)
VARIANT(write, RIGHTS = FOLL_WRITE)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got = pin_user_pages_fast(A, RIGHTS, 0);
	mprotect(A, PAGES, PROT_READ);
	mprotect(A, PAGES, PROT_READ | PROT_WRITE);
	store(A, 2);
	if (got > 0) {
		reached("the device reads after the owner's write");
		u64 seen = dma_read(0, 0);
		assert(seen == 2);
		unpin(0);
	}
}

/* Somebody who locks the page for a moment and changes nothing. */
SYSCALL void lock_for_a_moment(void)
{
	struct page *page = isolate_page(&mms[0], A, false);
	if (page) {
		if (trylock_page(page))
			unlock_page(page);
		put_page(page);
	}
}

DAEMON PROCESS(1) CPU(1) void somebody(void) { lock_for_a_moment(); }
