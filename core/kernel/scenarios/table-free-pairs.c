TITLE("Calls that walk a page table, and one that frees it")
STORY("One thread calls the kernel for a page while another one unmaps the area, and the page table is freed with it. Slow walks take no reference on tables: what keeps the table there is mmap_lock, held for reading by the one and for writing by the other.")
KIND(race)
SOURCE("Documentation/mm/process_addrs.rst: page tables are walked under mmap_lock, and freed under it held for writing")
LOOK("which lock munmap waits for")
VARIANT(dontneed, CALL = 1)
VARIANT(pageout, CALL = 2)
VARIANT(clear_refs, CALL = 3)
VARIANT(pin, CALL = 4)
VARIANT(touch, CALL = 5)
WITH(PT_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 1); }

PROCESS(0) CPU(0) void calls(void)
{
	switch (CALL) {
	case 1:
		madvise(A, 1, MADV_DONTNEED);
		break;
	case 2:
		madvise(A, 1, MADV_PAGEOUT);
		break;
	case 3:
		clear_refs(A, 1);
		break;
	case 4:
		if (pin_user_pages(A, FOLL_WRITE, 0) > 0)
			unpin(0);
		break;
	default:
		store(A, 2);
		break;
	}
	reached("the call returns");
}
PROCESS(0) CPU(1) void unmaps(void) { munmap(A, 1); }
