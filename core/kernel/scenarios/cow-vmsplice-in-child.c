TITLE("Selftest: vmsplice() and unmap in the child")
STORY("The child saves a copy, puts its page into a pipe and unmaps it; the parent writes; the child compares what is in the pipe.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: vmsplice() + unmap in child, with and without mprotect() optimization")
LOOK("the counts of the page when the parent writes")
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

int unmapped;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	await(unmapped);
	if (MPROTECT) {
		mprotect(A, MEM_PAGES, PROT_READ);
		mprotect(A, MEM_PAGES, PROT_READ | PROT_WRITE);
	}
	fill_memory(2);
	written = 1;
}

PROCESS(1) CPU(1) void child(void)
{
	u64 before = load(A);
	int got = vmsplice(0, A);
	munmap(A, MEM_PAGES);
	unmapped = 1;
	await(written);
	assert(got > 0);
	u64 after = read_pipe(0);
	reached("the child compares");
	assert(after == before);
}
