TITLE("Two calls at once on one huge page")
STORY("As call-pairs, on a page of 2 MiB: two threads of a process call the kernel at the same moment, for the same huge page. What keeps the calls apart is the page-table lock, mmap_lock and the page lock; what one of them has looked at before it had the lock, it looks at again. Where one of these is missing, counts do not add up at the end, a page is lost, or somebody uses one that was given back.")
KIND(race)
SOURCE("Documentation/mm/transhuge.rst and split_page_table_lock.rst: what the locks of the page directory and of the page are for")
LOOK("which lock the second call waits for, and what it looks at again when it has it")
VARIANT(write_write, MEM = THP, FIRST = 2, SECOND = 2, STATE = 0)
VARIANT(read_write, MEM = THP, FIRST = 1, SECOND = 2, STATE = 0)
VARIANT(read_read, MEM = THP, FIRST = 1, SECOND = 1, STATE = 0)
VARIANT(shared_write_write, MEM = THP, FIRST = 2, SECOND = 2, STATE = 2)
VARIANT(shared_write_munmap, MEM = THP, FIRST = 2, SECOND = 4, STATE = 2)
VARIANT(left_write_dontneed, MEM = THP, FIRST = 2, SECOND = 3, STATE = 3)
VARIANT(left_write_write, MEM = THP, FIRST = 2, SECOND = 2, STATE = 3)
VARIANT(zero_write_write, MEM = THP, FIRST = 2, SECOND = 2, STATE = 4)
VARIANT(munmap_load, MEM = THP, FIRST = 1, SECOND = 4, STATE = 1)
VARIANT(dontneed_dontneed, MEM = THP, FIRST = 3, SECOND = 3, STATE = 1)
VARIANT(dontneed_protnone, MEM = THP, FIRST = 3, SECOND = 12, STATE = 1)
VARIANT(mprotect_store, MEM = THP, FIRST = 2, SECOND = 5, STATE = 1)
VARIANT(pin_dontneed, MEM = THP, FIRST = 8, SECOND = 3, STATE = 1)
VARIANT(fastpin_dontneed, MEM = THP, FIRST = 9, SECOND = 3, STATE = 1)
VARIANT(part_dontneed, MEM = THP, FIRST = 11, SECOND = 3, STATE = 1)
VARIANT(part_part, MEM = THP, FIRST = 11, SECOND = 11, STATE = 1)
VARIANT(part_write, MEM = THP, FIRST = 11, SECOND = 2, STATE = 2)
VARIANT(collapse_dontneed, MEM = PTE_MAPPED_THP, FIRST = 13, SECOND = 3, STATE = 1)
VARIANT(collapse_write, MEM = PTE_MAPPED_THP, FIRST = 13, SECOND = 2, STATE = 2)
VARIANT(collapse_clear_refs, MEM = PTE_MAPPED_THP, FIRST = 13, SECOND = 6, STATE = 1)
VARIANT(fork_dontneed, MEM = THP, FIRST = 7, SECOND = 3, STATE = 1)
VARIANT(hugetlb_write_write, MEM = HUGETLB, FIRST = 2, SECOND = 2, STATE = 2)
VARIANT(hugetlb_write_dontneed, MEM = HUGETLB, FIRST = 2, SECOND = 3, STATE = 2)
VARIANT(hugetlb_touch_touch, MEM = HUGETLB, FIRST = 1, SECOND = 2, STATE = 0)
SIZE(NR_MMS, 4)

#define A MEM_START

/* The page before the calls: 0 not there yet, 1 the process's own, 2 shared with a child, 3 shared once, 4 the huge page of zeroes. */
SETUP PROCESS(0) CPU(0) void prepare(void)
{
	if (STATE == 0 || STATE == 4) {
		if (MEM == HUGETLB)
			mmap_hugetlb(A);
		else
			mmap_thp(A);
		if (STATE == 4)
			load(A);
	} else {
		make_memory(1);
	}
	if (STATE == 2 || STATE == 3)
		fork(3);
	if (STATE == 3)
		exit_of(3);
}

/* The other CPU has the translation already. */
SETUP PROCESS(0) CPU(1) void warm(void)
{
	if (STATE)
		load(A);
}

void make(int call, int ref)
{
	switch (call) {
	case 1:
		load(A);
		break;
	case 2:
		store(A, 2);
		break;
	case 3:
		madvise(A, SUBPAGES, MADV_DONTNEED);
		break;
	case 4:
		munmap(A, SUBPAGES);
		break;
	case 5:
		mprotect(A, SUBPAGES, PROT_READ);
		break;
	case 6:
		clear_refs(A, SUBPAGES);
		break;
	case 7:
		fork(2);
		break;
	case 8:
		if (pin_user_pages(A, FOLL_WRITE, ref) > 0)
			unpin(ref);
		break;
	case 9:
		if (pin_user_pages_fast(A, FOLL_WRITE, ref) > 0)
			unpin(ref);
		break;
	case 11:
		madvise(A + PAGE_SIZE, 1, MADV_DONTNEED);
		break;
	case 12:
		mprotect(A, SUBPAGES, PROT_NONE);
		break;
	case 13:
		madvise_collapse(A);
		break;
	default:
		break;
	}
}

PROCESS(0) CPU(0) void first(void) { make(FIRST, 0); }
PROCESS(0) CPU(1) void second(void)
{
	make(SECOND, 1);
	reached("both calls were made");
}
