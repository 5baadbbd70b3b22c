TITLE("A write that clear_refs should have noticed")
STORY("A program that saves another one's memory again and again clears all soft-dirty bits, and later looks which pages have them again. A write after clear_refs has returned must set the bit, whatever the writer's TLB holds.")
KIND(tlb)
SOURCE("Documentation/admin-guide/mm/soft-dirty.rst")
LOOK("the entry after the second write, and the writer's TLB before it")

#define A 0x1000

int cleared;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { store(A, 1); }

PROCESS(0) CPU(0) void clears(void)
{
	clear_refs(A, 1);
	cleared = 1;
}
PROCESS(0) CPU(1) void writes(void)
{
	await(cleared);
	store(A, 2);
	reached("a write after clear_refs");
}
CHECK void the_write_is_known(void) { assert(!(*pte_offset(&mms[0], A) & PTE_SOFT_CLEAN)); }
