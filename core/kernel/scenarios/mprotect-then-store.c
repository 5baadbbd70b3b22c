TITLE("A store after mprotect")
STORY("One thread takes the right to write away, and says so when mprotect has returned. Another one, whose CPU still has the old translation, stores: it must be refused.")
KIND(tlb)
SOURCE("POSIX mprotect(); Documentation/core-api/cachetlb.rst: flush_tlb_range() after the page tables were changed")
LOOK("the second CPU's TLB when mprotect returns")

#define A 0x1000

int readonly;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { store(A, 1); }

PROCESS(0) CPU(0) void protects(void)
{
	mprotect(A, 1, PROT_READ);
	readonly = 1;
}
PROCESS(0) CPU(1) void writes(void)
{
	await(readonly);
	store(A, 2);
	reached("a write after mprotect");
	assert(faulted());
}
