TITLE("Selftest: COW after pages were collapsed into a huge one")
STORY("The pages of a huge page are mapped one by one. madvise(MADV_COLLAPSE) copies them into a new huge page, before a fork, or after one that shared all of them, the lower half or the upper half. The parent writes; the child compares what it shares.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW after fork() when collapsing before and after fork()")
LOOK("the huge page of the parent and the small pages that stay the child's")
VARIANT(before_fork, WHEN = BEFORE_FORK, MEM = PTE_MAPPED_THP)
VARIANT(fully_shared, WHEN = FULLY_SHARED, MEM = PTE_MAPPED_THP)
VARIANT(lower_shared, WHEN = LOWER_SHARED, MEM = PTE_MAPPED_THP)
VARIANT(upper_shared, WHEN = UPPER_SHARED, MEM = PTE_MAPPED_THP)

#define BEFORE_FORK 0
#define FULLY_SHARED 1
#define LOWER_SHARED 2
#define UPPER_SHARED 3

#define A MEM_START
/* The half that the child does not get. */
#define KEPT (WHEN == LOWER_SHARED ? A + HUGE_SIZE / 2 : A)
#define HALF (SUBPAGES / 2)

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

int saved;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	int got = 0;
	if (WHEN == BEFORE_FORK)
		got = madvise_collapse(A);
	if (WHEN == LOWER_SHARED || WHEN == UPPER_SHARED)
		madvise(KEPT, HALF, MADV_DONTFORK);
	fork(1);
	await(saved);
	if (WHEN == LOWER_SHARED || WHEN == UPPER_SHARED)
		madvise(KEPT, HALF, MADV_DOFORK);
	if (WHEN != BEFORE_FORK)
		got = madvise_collapse(A);
	assert(got == 0);
	fill_memory(2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	u64 first = WHEN == UPPER_SHARED ? A + HUGE_SIZE / 2 : A;
	int pages = WHEN == LOWER_SHARED || WHEN == UPPER_SHARED ? HALF : SUBPAGES;

	saved = 1;
	await(written);
	for (int i = 0; i < pages; i++) {
		u64 after = load(first + i * PAGE_SIZE);
		reached("the child compares");
		assert(after == 1);
	}
}
