TITLE("Huge Dirty COW: a look that makes the page of zeroes dirty")
STORY("A forced write knows its private copy by the dirty bit of the entry. Looking a page up for reading used to mark its entry dirty too, also for the page of zeroes: one thread throws the copy away and reads, and the write goes into the page of zeroes of the whole machine. The kernel had this with the huge page of zeroes; here it is the small one.")
KIND(race)
SOURCE("Eylon Ben Yaakov and Daniel Shapiro, CVE-2017-1000405; a8f97366452e (4.15)")
LOOK("the dirty bit in an entry that maps zeroes")

#define A 0x1000

int done;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, 1);
	load(A);
	fork(1);
	mprotect(A, 1, PROT_READ);
}
SETUP PROCESS(1) CPU(1) void victim_looks(void) { load(A); }

PROCESS(0) CPU(0) void attacker(void)
{
	if (write_proc_mem(A, 7, 0))
		reached("the write went somewhere");
	done = 1;
}
PROCESS(0) CPU(1) void helper(void)
{
	madvise(A, 1, MADV_DONTNEED);
	if (get_user_pages(A, 0, 1) > 0)
		unpin(1);
}
PROCESS(1) CPU(1) void victim(void)
{
	await(done);
	u64 seen = load(A);
	assert(seen == 0);
}
