TITLE("fork against fast GUP: what keeps the count still?")
STORY("One thread takes a reference to a page with fast GUP, without any lock. At the same time another thread forks, and the fork copies the very page-table entry that GUP reads. Can GUP come back with a page that this fork has just made shared? Afterwards the parent unmaps the page, the child writes to it, and the parent looks through its reference.")
KIND(race)
SOURCE("Linus Torvalds and David Hildenbrand, LKML, 17 December 2021, [PATCH v1 06/11] mm: support GUP-triggered unsharing")
LOOK("the map count of the page: GUP reads 1, then fork makes it 2")
VARIANT(get, REF = FOLL_GET, START = EX_SHARED)
VARIANT(pin, REF = FOLL_PIN, START = EX_SHARED)
VARIANT(get_exclusive, REF = FOLL_GET, START = EXCLUSIVE)
VARIANT(pin_exclusive, REF = FOLL_PIN, START = EXCLUSIVE)
VARIANT(get_writable, REF = FOLL_GET, START = WRITABLE)
VARIANT(pin_writable, REF = FOLL_PIN, START = WRITABLE)
SIZE(NR_MMS, 3)

/* How the parent maps the page: read-only since an earlier child that is gone; read-only by mprotect; writable. */
#define EX_SHARED 0
#define EXCLUSIVE 1
#define WRITABLE 2

#define A 0x1000

int forked;
int unmapped;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	if (START == EXCLUSIVE)
		mprotect(A, PAGES, PROT_READ);
	if (START == EX_SHARED)
		fork(2);
}

#if START == EX_SHARED
SETUP PROCESS(2) CPU(1) void earlier_child(void) { exit(); }
#endif

SETUP PROCESS(0) CPU(0) void warm_cpu0(void) { load(A); }
SETUP PROCESS(0) CPU(1) void warm_cpu1(void) { load(A); ghost_copy_done[0] = false; }

/* Only the runs are meant in which the GUP call and fork's copy of the entry overlap in time. */
void scenario_copy_begins(int mm) { assume(mm != 0 || !ghost_gup_returned[0]); }
void scenario_gup_begins(int mm) { assume(mm != 0 || !ghost_copy_done[0]); }

PROCESS(0) CPU(0) void parent_gup(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, 0, 0);
	else
		got = get_user_pages_fast(A, 0, 0);
	if (got > 0)
		reached("a reference that was asked for during the fork");
	await(forked);
	munmap(A, PAGES);
	unmapped = 1;
	await(written);
	if (got > 0) {
		dma_read(0, 0);
		unpin(0);
	}
}

PROCESS(0) CPU(1) void parent_fork(void)
{
	fork(1);
	forked = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	await(unmapped);
	if (START == EXCLUSIVE)
		mprotect(A, PAGES, PROT_READ | PROT_WRITE);
	store(A, 2);
	written = 1;
}
