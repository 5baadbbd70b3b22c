/*
 * The kinds of memory that the kernel's own COW selftests (mm/cow.c) run on. A scenario sets MEM to one of them, maps MEM_PAGES pages
 * at MEM_START with make_memory(), and has them written once.
 */

enum memory_kinds {
	BASE_PAGE,
	SWAPPED,
	THP,                  /* mapped as a whole */
	SWAPPED_THP,
	PTE_MAPPED_THP,       /* the mapping split by mprotect of a part */
	SWAPPED_PTE_MAPPED_THP,
	SINGLE_PTE_OF_THP,    /* all but the first page discarded */
	SINGLE_PTE_SWAPPED,
	PARTLY_MOVED_THP,     /* the upper half moved elsewhere by mremap */
	PARTLY_SHARED_THP,    /* the first page was shared with a child once, the others never */
	HUGETLB,
};

/* One page of the first table, or what exists of the second huge region. */
#if MEM > 1
#define MEM_START PMD_SIZE
#define MEM_PAGES (MEM == SINGLE_PTE_OF_THP || MEM == SINGLE_PTE_SWAPPED ? 1 : MEM == PARTLY_MOVED_THP ? SUBPAGES / 2 : SUBPAGES)
#else
#define MEM_START PAGE_SIZE
#define MEM_PAGES 1
#endif

/* The first word of every page. */
void fill_memory(u64 value)
{
	for (int i = 0; i < MEM_PAGES; i++)
		store(MEM_START + i * PAGE_SIZE, value);
}

#if MEM > 1

void make_memory(u64 value)
{
	if (MEM == HUGETLB)
		mmap_hugetlb(MEM_START);
	else
		mmap_thp(MEM_START);
	for (int i = 0; i < SUBPAGES; i++)
		store(MEM_START + i * PAGE_SIZE, value);
	u64 rest = MEM_START + PAGE_SIZE;
	switch (MEM) {
	case PTE_MAPPED_THP:
	case SWAPPED_PTE_MAPPED_THP:
		mprotect(rest, 1, PROT_READ);
		mprotect(rest, 1, PROT_READ | PROT_WRITE);
		break;
	case SINGLE_PTE_OF_THP:
	case SINGLE_PTE_SWAPPED:
		madvise(rest, SUBPAGES - 1, MADV_DONTNEED);
		break;
	case PARTLY_MOVED_THP:
		mremap(MEM_START + HUGE_SIZE / 2, SUBPAGES / 2, MEM_START + PMD_SIZE);
		break;
	case PARTLY_SHARED_THP:
		madvise(rest, SUBPAGES - 1, MADV_DONTFORK);
		fork(2);
		exit_of(2);
		madvise(rest, SUBPAGES - 1, MADV_DOFORK);
		break;
	}
	if (MEM == SWAPPED_THP || MEM == SWAPPED_PTE_MAPPED_THP || MEM == SINGLE_PTE_SWAPPED)
		madvise(MEM_START, SUBPAGES, MADV_PAGEOUT);
}

/* A child that does nothing but exit. */
SYSCALL void exit_of(int process)
{
	struct mm_struct *mm = &mms[process];

	for (int i = 0; i < NR_VMAS; i++) {
		u64 start = mm->vma[i].start;
		u64 end = mm->vma[i].end;
		if (end)
			zap_page_range(mm, start, end);
		mm->vma[i].end = 0;
	}
}

#else

void make_memory(u64 value)
{
	mmap(MEM_START, 1);
	store(MEM_START, value);
	if (MEM == SWAPPED)
		madvise(MEM_START, 1, MADV_PAGEOUT);
}

#endif
