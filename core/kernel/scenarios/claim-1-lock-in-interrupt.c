TITLE("Claim 1: fast GUP can't take the mmap lock")
STORY("Fork holds mmap_lock while it copies. Somebody who looks at a page's map count without that lock sees it change under his eyes; with the lock he would not. But fast GUP may be called from an interrupt, and the interrupt may have hit the very CPU that holds the lock: then it waits for ever for the one whom it interrupted.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 17 December 2021 (the founding mail): fast GUP can't take mmap_lock, and fork holds it")
LOOK("who holds mmap_lock when the interrupt comes")
VARIANT(unlocked, HOW = UNLOCKED)
VARIANT(locked, HOW = LOCKED)
VARIANT(interrupt_locks, HOW = INTERRUPT_LOCKS)
VARIANT(interrupt_fast, HOW = INTERRUPT_FAST)

#define UNLOCKED 0
#define LOCKED 1
#define INTERRUPT_LOCKS 2
#define INTERRUPT_FAST 3

#define A 0x1000
#define PROFILER 33

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void forks(void) { fork(1); }

PROCESS(0) CPU(1) void looks(void)
{
	struct mm_struct *mm = &mms[0];
	if (HOW == INTERRUPT_LOCKS || HOW == INTERRUPT_FAST) {
		send_ipi(0, PROFILER);
		return;
	}
	if (HOW == LOCKED)
		down_read(&mm->mmap_lock);
	struct page *page = pte_page(READ_ONCE(*pte_offset(mm, A)));
	int first = page_mapcount(page);
	int second = page_mapcount(page);
	reached("the map count was read twice");
	assert(first == second);
	if (HOW == LOCKED)
		up_read(&mm->mmap_lock);
}

/* A profiler's interrupt looks at the user's stack, whatever its CPU was at. */
void other_interrupt(int vector)
{
	struct mm_struct *mm = &mms[0];
	if (HOW == INTERRUPT_LOCKS) {
		down_read(&mm->mmap_lock);
		reached("the interrupt has the lock");
		up_read(&mm->mmap_lock);
	} else {
		struct page *page = lockless_pages_from_mm(mm, A, FOLL_GET);
		if (page) {
			reached("the interrupt has a page");
			gup_put_page(page, FOLL_GET);
		}
	}
}
