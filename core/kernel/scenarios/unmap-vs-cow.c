TITLE("The map count falls before the TLB forgets")
STORY("Parent and child share a page. One thread of the parent unmaps it: the entry goes, the map count goes down, and only then are the other CPUs told to forget the translation. In between the child writes. If a map count of one lets it write in place, the parent's other thread reads the child's data through its TLB.")
KIND(tlb)
SOURCE("5df397dec7c4: delay page_remove_rmap until after the TLB flush; the consequence for COW by map count is an inference")
LOOK("the second CPU's TLB while the map count is 1 already")
SIZE(NR_CPUS, 3)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); }
SETUP PROCESS(1) CPU(2) void warm_child(void) { load(A); }
SETUP PROCESS(0) CPU(1) void warm_parent(void) { load(A); }

PROCESS(0) CPU(0) void parent_unmaps(void)
{
	munmap(A, PAGES);
}

PROCESS(0) CPU(1) void parent_reads(void)
{
	u64 value = load(A);
	if (!faulted()) {
		reached("the old translation still serves");
		assert(value == 1);
	}
}

/* The child runs since the set-up: it waits for nobody. */
PROCESS(1) CPU(2) void child_writes(void)
{
	store(A, 2);
}
