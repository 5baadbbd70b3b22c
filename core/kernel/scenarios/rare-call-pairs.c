TITLE("Two rarer calls at once on one page")
STORY("As call-pairs, with the calls that change what a page is: merging by KSM, MADV_FREE and its reclaim, migration, mremap, write protection by userfaultfd, khugepaged. Each meets another call for the same page. Locks, flushes and second looks keep them apart.")
KIND(race)
SOURCE("Documentation/mm/locking and process_addrs.rst: mmap_lock, page-table lock, page lock, and the order in which they are taken")
LOOK("which lock the second call waits for, and what it looks at again when it has it")
VARIANT(ksm_munmap, FIRST = 1, SECOND = 10)
VARIANT(ksm_store, FIRST = 1, SECOND = 11)
VARIANT(ksm_load, FIRST = 1, SECOND = 12)
VARIANT(ksm_pageout, FIRST = 1, SECOND = 13)
VARIANT(free_munmap, FIRST = 2, SECOND = 10)
VARIANT(free_pageout, FIRST = 2, SECOND = 13)
VARIANT(lazyfree_pageout, FIRST = 3, SECOND = 13)
VARIANT(lazyfree_clear_refs, FIRST = 3, SECOND = 14)
VARIANT(lazyfree_protnone, FIRST = 3, SECOND = 15)
VARIANT(migrate_pageout, FIRST = 4, SECOND = 13)
VARIANT(mremap_store, FIRST = 5, SECOND = 11)
VARIANT(mremap_pageout, FIRST = 5, SECOND = 13)
VARIANT(protect_munmap, FIRST = 6, SECOND = 10)
VARIANT(protect_store, FIRST = 6, SECOND = 11)
VARIANT(collapse_store, FIRST = 7, SECOND = 11)
VARIANT(collapse_pageout, FIRST = 7, SECOND = 13)
VARIANT(retract_load, FIRST = 8, SECOND = 12)
WITH(KSM)
WITH(LAZY_FREE)
WITH(MIGRATION)
WITH(MREMAP)
WITH(UFFD)
WITH(PT_FREE)

#define A 0x1000
#define B 0x3000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	if (FIRST == 8) {
		mmap_file(A, 1, 0, PROT_READ, false);
		load(A);
	} else {
		mmap(A, 1);
		/* Zeroes, as KSM's page has. */
		store(A, 0);
	}
	if (FIRST == 3)
		madvise_free(A);
}
/* The other CPU has the translation already, and may write by it. */
SETUP PROCESS(0) CPU(1) void warm(void)
{
	load(A);
	if (FIRST != 8 && FIRST != 3)
		store(A, 0);
}

PROCESS(0) CPU(0) void first(void)
{
	switch (FIRST) {
	case 1:
		ksm_merge(0, A);
		break;
	case 2:
		madvise_free(A);
		break;
	case 3:
		reclaim_lazyfree(0, A);
		break;
	case 4:
		migrate(0, A);
		break;
	case 5:
		mremap(A, 1, B);
		break;
	case 6:
		userfaultfd_writeprotect(A, 1, true);
		u64 seen = load(A);
		u64 again = load(A);
		assert(SECOND != 11 || seen == again);
		userfaultfd_writeprotect(A, 1, false);
		break;
	case 7:
		khugepaged_collapse(0, A);
		break;
	default:
		retract_page_table(0, A);
		break;
	}
	reached("the first call returns");
}

PROCESS(0) CPU(1) void second(void)
{
	switch (SECOND) {
	case 10:
		munmap(A, 1);
		break;
	case 11:
		store(A, 2);
		break;
	case 12:
		load(A);
		break;
	case 13:
		madvise(A, 1, MADV_PAGEOUT);
		break;
	case 14:
		clear_refs(A, 1);
		break;
	default:
		mprotect(A, 1, PROT_NONE);
		break;
	}
	reached("the second call returns");
}
