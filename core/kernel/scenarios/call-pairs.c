TITLE("Two calls at once on one page")
STORY("Two threads of a process call the kernel at the same moment, and both calls concern the same page: a fault and a fault, an munmap and reclaim, a fork and a GUP call, and so on. Nothing dramatic is meant to happen. What keeps them apart is the page-table lock, mmap_lock, the page lock, and the looks that are taken again once a lock is held; where one of these is missing, counts do not add up at the end, or a value is lost.")
KIND(race)
SOURCE("Documentation/mm/locking: what mmap_lock and the page-table lock are for")
LOOK("which lock the second call waits for, and what it looks at again when it has it")
VARIANT(touch_touch, FIRST = 1, SECOND = 1, STATE = 0)
VARIANT(write_write, FIRST = 2, SECOND = 2, STATE = 2)
VARIANT(write_dontneed, FIRST = 2, SECOND = 3, STATE = 2)
VARIANT(write_munmap, FIRST = 2, SECOND = 4, STATE = 2)
VARIANT(write_mprotect, FIRST = 2, SECOND = 5, STATE = 1)
VARIANT(write_clear_refs, FIRST = 2, SECOND = 6, STATE = 1)
VARIANT(write_reclaim, FIRST = 2, SECOND = 0, STATE = 2)
VARIANT(swapin_swapin, FIRST = 1, SECOND = 1, STATE = 3)
VARIANT(swapin_dontneed, FIRST = 1, SECOND = 3, STATE = 3)
VARIANT(swapin_fork, FIRST = 1, SECOND = 7, STATE = 3)
VARIANT(dontneed_dontneed, FIRST = 3, SECOND = 3, STATE = 1)
VARIANT(dontneed_reclaim, FIRST = 3, SECOND = 0, STATE = 1)
VARIANT(munmap_munmap, FIRST = 4, SECOND = 4, STATE = 1)
VARIANT(munmap_reclaim, FIRST = 4, SECOND = 0, STATE = 2)
VARIANT(mprotect_reclaim, FIRST = 5, SECOND = 0, STATE = 1)
VARIANT(mprotect_munmap, FIRST = 5, SECOND = 4, STATE = 1)
VARIANT(clear_refs_reclaim, FIRST = 6, SECOND = 0, STATE = 1)
VARIANT(fork_dontneed, FIRST = 7, SECOND = 3, STATE = 1)
VARIANT(fork_munmap, FIRST = 7, SECOND = 4, STATE = 1)
VARIANT(pin_dontneed, FIRST = 8, SECOND = 3, STATE = 1)
VARIANT(pin_munmap, FIRST = 8, SECOND = 4, STATE = 1)
VARIANT(pin_reclaim, FIRST = 8, SECOND = 0, STATE = 1)
VARIANT(fastpin_munmap, FIRST = 9, SECOND = 4, STATE = 1)
VARIANT(fastpin_reclaim, FIRST = 9, SECOND = 0, STATE = 1)
VARIANT(fastpin_fork, FIRST = 9, SECOND = 7, STATE = 1)
VARIANT(swapped_munmap_fork, FIRST = 4, SECOND = 7, STATE = 3)
VARIANT(touch_exit, FIRST = 1, SECOND = 10, STATE = 0)
VARIANT(pageout_reclaim, FIRST = 11, SECOND = 0, STATE = 1)
VARIANT(protnone_reclaim, FIRST = 12, SECOND = 0, STATE = 1)
VARIANT(protnone_dontneed, FIRST = 12, SECOND = 3, STATE = 1)
VARIANT(reprotect_reclaim, FIRST = 13, SECOND = 0, STATE = 4)
VARIANT(mmap_mmap, FIRST = 14, SECOND = 15, STATE = 5, NR_VMAS = 2)
VARIANT(dontfork_mprotect, FIRST = 16, SECOND = 5, STATE = 1, NR_VMAS = 2)
SIZE(NR_MMS, 4)

#define A 0x1000
#define B 0x3000

int mapped[2];

/* The page before the calls: 0 not there yet, 1 the process's own, 2 shared with a child, 3 swapped out, 4 read-only; 5: no memory at all. */
SETUP PROCESS(0) CPU(0) void prepare(void)
{
	if (STATE != 5)
		mmap(A, 1);
	if (STATE && STATE != 5)
		store(A, 1);
	if (STATE == 4)
		mprotect(A, 1, PROT_READ);
	if (STATE == 2)
		fork(3);
	if (STATE == 3)
		madvise(A, 1, MADV_PAGEOUT);
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
		madvise(A, 1, MADV_DONTNEED);
		break;
	case 4:
		munmap(A, 1);
		break;
	case 5:
		mprotect(A, 1, PROT_READ);
		break;
	case 6:
		clear_refs(A, 1);
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
	case 10:
		exit();
		break;
	case 11:
		madvise(A, 1, MADV_PAGEOUT);
		break;
	case 12:
		mprotect(A, 1, PROT_NONE);
		break;
	case 13:
		mprotect(A, 1, PROT_READ | PROT_WRITE);
		break;
	case 14:
		if (mmap(A, 1) == 0)
			mapped[0] = 1;
		break;
	case 15:
		if (mmap(B, 1) == 0)
			mapped[1] = 1;
		break;
	case 16:
		madvise(A, 1, MADV_DONTFORK);
		break;
	default:
		break;
	}
}

/* What both calls did is there when they have returned. */
CHECK void nothing_is_undone(void)
{
	struct vm_area_struct *vma = find_vma(&mms[0], A);
	assert(!mapped[0] || vma);
	assert(!mapped[1] || find_vma(&mms[0], B));
	assert(FIRST != 16 || ((vma->flags & VM_DONTCOPY) && !(vma->flags & VM_WRITE)));
}

PROCESS(0) CPU(0) void first(void)
{
	make(FIRST, 0);
}

#if SECOND
PROCESS(0) CPU(1) void second(void)
{
	make(SECOND, 1);
	reached("both calls were made");
}
#else
/* Reclaim runs in its own thread, which works in no address space of its own. */
DAEMON PROCESS(1) CPU(1) void kswapd(void)
{
	reclaim(0, A);
	reached("reclaim looked at the page");
}
SETUP PROCESS(0) CPU(0) void begin_kswapd(void) { kernel_thread(1); }
#endif
