TITLE("Selftest: an io_uring fixed buffer")
STORY("A page is registered as a fixed buffer. Then it is write-protected and made writable again, or the process forks. The process writes, and the device writes the page to a file: it must be what the process wrote.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: R/O-mapping a page registered as iouring fixed buffer; fork() with an iouring fixed buffer")
LOOK("the frame of the pin and the frame that is mapped")
VARIANT(readonly, MEM = BASE_PAGE, FORK = 0)
VARIANT(readonly_swapped, MEM = SWAPPED, FORK = 0)
VARIANT(readonly_thp, MEM = THP, FORK = 0)
VARIANT(readonly_thp_swapped, MEM = SWAPPED_THP, FORK = 0)
VARIANT(readonly_pte, MEM = PTE_MAPPED_THP, FORK = 0)
VARIANT(readonly_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, FORK = 0)
VARIANT(readonly_single, MEM = SINGLE_PTE_OF_THP, FORK = 0)
VARIANT(readonly_single_swapped, MEM = SINGLE_PTE_SWAPPED, FORK = 0)
VARIANT(readonly_moved, MEM = PARTLY_MOVED_THP, FORK = 0)
VARIANT(readonly_shared_once, MEM = PARTLY_SHARED_THP, FORK = 0)
VARIANT(readonly_hugetlb, MEM = HUGETLB, FORK = 0)
VARIANT(fork, MEM = BASE_PAGE, FORK = 1)
VARIANT(fork_swapped, MEM = SWAPPED, FORK = 1)
VARIANT(fork_thp, MEM = THP, FORK = 1)
VARIANT(fork_thp_swapped, MEM = SWAPPED_THP, FORK = 1)
VARIANT(fork_pte, MEM = PTE_MAPPED_THP, FORK = 1)
VARIANT(fork_pte_swapped, MEM = SWAPPED_PTE_MAPPED_THP, FORK = 1)
VARIANT(fork_single, MEM = SINGLE_PTE_OF_THP, FORK = 1)
VARIANT(fork_single_swapped, MEM = SINGLE_PTE_SWAPPED, FORK = 1)
VARIANT(fork_moved, MEM = PARTLY_MOVED_THP, FORK = 1)
VARIANT(fork_shared_once, MEM = PARTLY_SHARED_THP, FORK = 1)
VARIANT(fork_hugetlb, MEM = HUGETLB, FORK = 1)

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

PROCESS(0) CPU(0) void parent(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE | FOLL_LONGTERM, 0);
	if (FORK) {
		fork(1);
	} else {
		mprotect(A, MEM_PAGES, PROT_READ);
		clear_refs(A, MEM_PAGES);
		mprotect(A, MEM_PAGES, PROT_READ | PROT_WRITE);
	}
	fill_memory(2);
	assert(got > 0);
	u64 file = dma_read(0, 0);
	reached("what the device reads is compared");
	assert(file == 2);
	unpin(0);
}
