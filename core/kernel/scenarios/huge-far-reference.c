TITLE("A reference on one page of a huge page, and a write to another")
STORY("Only the first page of a huge page is mapped. A disk writes into it, and nobody else has ever seen it. But a pipe holds another page of the same huge page, and all of them share one reference count. The process makes its page read-only and writable again, and writes the other half of it: does it keep its page, with what the disk brings?")
KIND(sequential)
SOURCE("Andrea Arcangeli, LKML, January 2021: effect at a distance; the reference count of a huge page is one for all its pages")
LOOK("the reference count of the head, and who holds what")
VARIANT(near, MEM = SINGLE_PTE_OF_THP, FAR = 0)
VARIANT(far, MEM = THP, FAR = 1)

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	make_memory(1);
	if (FAR) {
		vmsplice(1, A + PAGE_SIZE);
		madvise(A + PAGE_SIZE, SUBPAGES - 1, MADV_DONTNEED);
	}
}

PROCESS(0) CPU(0) void process(void)
{
	u64 *ptep = pte_offset(current_mm(), A);
	u64 before = READ_ONCE(*ptep);
	mprotect(A, 1, PROT_READ);
	clear_refs(A, 1);
	mprotect(A, 1, PROT_READ | PROT_WRITE);
	store(A + 8, 2);
	u64 after = READ_ONCE(*ptep);
	reached("the process has written");
	assert(pte_pfn(after) == pte_pfn(before));
}
