TITLE("Selftest: a read-only pin of a read-only page")
STORY("A page is shared with a child, or was shared once, or is write-protected. A device pins it to read from it; then the process writes. The device must read what the process wrote.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: R/O GUP pin and GUP-fast pin on R/O-mapped shared, previously-shared and exclusive page")
LOOK("the frame of the pin and the frame that is mapped after the write")
VARIANT(shared, MEM = BASE_PAGE, STATE = SHARED, FAST = 0)
VARIANT(shared_swapped, MEM = SWAPPED, STATE = SHARED, FAST = 0)
VARIANT(shared_thp, MEM = THP, STATE = SHARED, FAST = 0)
VARIANT(shared_thp_swapped, MEM = SWAPPED_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_pte, MEM = PTE_MAPPED_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_single, MEM = SINGLE_PTE_OF_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = SHARED, FAST = 0)
VARIANT(shared_moved, MEM = PARTLY_MOVED_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_shared_once, MEM = PARTLY_SHARED_THP, STATE = SHARED, FAST = 0)
VARIANT(shared_hugetlb, MEM = HUGETLB, STATE = SHARED, FAST = 0)
VARIANT(shared_fast, MEM = BASE_PAGE, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_swapped, MEM = SWAPPED, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_thp, MEM = THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_thp_swapped, MEM = SWAPPED_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_pte, MEM = PTE_MAPPED_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_single, MEM = SINGLE_PTE_OF_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_moved, MEM = PARTLY_MOVED_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_shared_once, MEM = PARTLY_SHARED_THP, STATE = SHARED, FAST = 1)
VARIANT(shared_fast_hugetlb, MEM = HUGETLB, STATE = SHARED, FAST = 1)
VARIANT(previously_shared, MEM = BASE_PAGE, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_swapped, MEM = SWAPPED, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_thp, MEM = THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_thp_swapped, MEM = SWAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_pte, MEM = PTE_MAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_single, MEM = SINGLE_PTE_OF_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_moved, MEM = PARTLY_MOVED_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_shared_once, MEM = PARTLY_SHARED_THP, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_hugetlb, MEM = HUGETLB, STATE = PREVIOUSLY_SHARED, FAST = 0)
VARIANT(previously_shared_fast, MEM = BASE_PAGE, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_swapped, MEM = SWAPPED, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_thp, MEM = THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_thp_swapped, MEM = SWAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_pte, MEM = PTE_MAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_single, MEM = SINGLE_PTE_OF_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_moved, MEM = PARTLY_MOVED_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_shared_once, MEM = PARTLY_SHARED_THP, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(previously_shared_fast_hugetlb, MEM = HUGETLB, STATE = PREVIOUSLY_SHARED, FAST = 1)
VARIANT(exclusive, MEM = BASE_PAGE, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_swapped, MEM = SWAPPED, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_thp, MEM = THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_thp_swapped, MEM = SWAPPED_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_pte, MEM = PTE_MAPPED_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_single, MEM = SINGLE_PTE_OF_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_moved, MEM = PARTLY_MOVED_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_shared_once, MEM = PARTLY_SHARED_THP, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_hugetlb, MEM = HUGETLB, STATE = EXCLUSIVE, FAST = 0)
VARIANT(exclusive_fast, MEM = BASE_PAGE, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_swapped, MEM = SWAPPED, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_thp, MEM = THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_thp_swapped, MEM = SWAPPED_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_pte, MEM = PTE_MAPPED_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_single, MEM = SINGLE_PTE_OF_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_single_swapped, MEM = SINGLE_PTE_SWAPPED, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_moved, MEM = PARTLY_MOVED_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_shared_once, MEM = PARTLY_SHARED_THP, STATE = EXCLUSIVE, FAST = 1)
VARIANT(exclusive_fast_hugetlb, MEM = HUGETLB, STATE = EXCLUSIVE, FAST = 1)

#define SHARED 0
#define PREVIOUSLY_SHARED 1
#define EXCLUSIVE 2

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

int gone;

PROCESS(0) CPU(0) void parent(void)
{
	int got;
	if (STATE == EXCLUSIVE) {
		mprotect(A, MEM_PAGES, PROT_READ);
		clear_refs(A, MEM_PAGES);
		mprotect(A, MEM_PAGES, PROT_READ | PROT_WRITE);
	} else {
		fork(1);
		await(gone);
	}
	if (FAST)
		got = pin_user_pages_fast(A, FOLL_LONGTERM, 0);
	else
		got = pin_user_pages(A, FOLL_LONGTERM, 0);
	fill_memory(2);
	assert(got > 0);
	u64 seen = dma_read(0, 0);
	reached("what the device reads is compared");
	assert(seen == 2);
	unpin(0);
}

/* Not forked where the page is exclusive. */
DAEMON PROCESS(1) CPU(1) void child(void)
{
	if (STATE == PREVIOUSLY_SHARED)
		exit();
	gone = 1;
}
