TITLE("Selftest: vmsplice() before fork(), unmap in the parent")
STORY("The parent puts its page into a pipe, forks and unmaps it; the child writes; the parent compares what is in the pipe.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: vmsplice() before fork(), unmap in parent after fork()")
LOOK("the counts of the page when the child writes")
VARIANT(base, MEM = BASE_PAGE)
VARIANT(swapped, MEM = SWAPPED)
VARIANT(thp, MEM = THP)
VARIANT(thp_swapped, MEM = SWAPPED_THP)
VARIANT(pte, MEM = PTE_MAPPED_THP)
VARIANT(pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP)
VARIANT(single, MEM = SINGLE_PTE_OF_THP)
VARIANT(single_swapped, MEM = SINGLE_PTE_SWAPPED)
VARIANT(moved, MEM = PARTLY_MOVED_THP)
VARIANT(shared_once, MEM = PARTLY_SHARED_THP)
VARIANT(hugetlb, MEM = HUGETLB)

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

int unmapped;
int written;

PROCESS(0) CPU(0) void parent(void)
{
	u64 before = load(A);
	int got = vmsplice(0, A);
	fork(1);
	munmap(A, MEM_PAGES);
	unmapped = 1;
	await(written);
	assert(got > 0);
	u64 after = read_pipe(0);
	reached("the parent compares");
	assert(after == before);
}

PROCESS(1) CPU(1) void child(void)
{
	await(unmapped);
	fill_memory(2);
	written = 1;
}
