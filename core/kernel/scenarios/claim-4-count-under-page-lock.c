TITLE("Claim 4: the map count rule needs the page lock")
STORY("A page of parent and child came back from the swap device for the child; the parent's entry still names the swap slot. The child writes: it adds up mappings and swapped entries, and may write in place only if the sum is one. The parent reads at the same time: what leaves one counter enters the other. Only the page lock makes the sum hold still.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 17 December 2021: it forced COW to always take the page lock; c475a8ab625d (2005)")
LOOK("the two reads of the child's sum, and what the parent does between them")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
	fork(1);
}
SETUP PROCESS(1) CPU(1) void child_reads(void) { load(A); }

PROCESS(0) CPU(0) void parent(void)
{
	u64 seen = load(A);
	assert(seen == 1);
	seen = load(A);
	assert(seen == 1);
}
PROCESS(1) CPU(1) void child(void)
{
	store(A, 2);
	reached("the child has written");
}
