TITLE("Selftest: basic COW after fork()")
STORY("The child saves a copy of its memory, the parent writes, the child compares.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW after fork(), with and without mprotect() optimization")
LOOK("two frames after the write")
VARIANT(base, MEM = BASE_PAGE, MPROTECT = 0)
VARIANT(swapped, MEM = SWAPPED, MPROTECT = 0)
VARIANT(thp, MEM = THP, MPROTECT = 0)
VARIANT(thp_swapped, MEM = SWAPPED_THP, MPROTECT = 0)
VARIANT(pte, MEM = PTE_MAPPED_THP, MPROTECT = 0)
VARIANT(pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, MPROTECT = 0)
VARIANT(single, MEM = SINGLE_PTE_OF_THP, MPROTECT = 0)
VARIANT(single_swapped, MEM = SINGLE_PTE_SWAPPED, MPROTECT = 0)
VARIANT(moved, MEM = PARTLY_MOVED_THP, MPROTECT = 0)
VARIANT(shared_once, MEM = PARTLY_SHARED_THP, MPROTECT = 0)
VARIANT(hugetlb, MEM = HUGETLB, MPROTECT = 0)
VARIANT(base_mprotect, MEM = BASE_PAGE, MPROTECT = 1)
VARIANT(swapped_mprotect, MEM = SWAPPED, MPROTECT = 1)
VARIANT(thp_mprotect, MEM = THP, MPROTECT = 1)
VARIANT(thp_swapped_mprotect, MEM = SWAPPED_THP, MPROTECT = 1)
VARIANT(pte_mprotect, MEM = PTE_MAPPED_THP, MPROTECT = 1)
VARIANT(pte_swapped_mprotect, MEM = SWAPPED_PTE_MAPPED_THP, MPROTECT = 1)
VARIANT(single_mprotect, MEM = SINGLE_PTE_OF_THP, MPROTECT = 1)
VARIANT(single_swapped_mprotect, MEM = SINGLE_PTE_SWAPPED, MPROTECT = 1)
VARIANT(moved_mprotect, MEM = PARTLY_MOVED_THP, MPROTECT = 1)
VARIANT(shared_once_mprotect, MEM = PARTLY_SHARED_THP, MPROTECT = 1)
VARIANT(hugetlb_mprotect, MEM = HUGETLB, MPROTECT = 1)

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

int saved;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	await(saved);
	if (MPROTECT) {
		mprotect(A, MEM_PAGES, PROT_READ);
		mprotect(A, MEM_PAGES, PROT_READ | PROT_WRITE);
	}
	fill_memory(2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	/* What it saves is known: it need only look, so that what was swapped out comes back. */
	for (int i = 0; i < MEM_PAGES; i++)
		load(A + i * PAGE_SIZE);
	saved = 1;
	await(written);
	for (int i = 0; i < MEM_PAGES; i++) {
		u64 after = load(A + i * PAGE_SIZE);
		reached("the child compares");
		assert(after == 1);
	}
}
