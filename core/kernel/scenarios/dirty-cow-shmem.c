TITLE("Dirty COW again: a page that is dirty, and is not a copy")
STORY("After Dirty COW a forced write knew its private copy by the dirty bit of the entry. A monitor with userfaultfd can map the file's own page dirty: thrown away and replaced in the right moment, it is taken for the copy.")
KIND(race)
SOURCE("David Hildenbrand, CVE-2022-2590; 5535be309971 (6.0). Designs before 5.13 did not have the call that it takes: their rule is judged here, not their release")
LOOK("the dirty bit in the entry that the monitor made")

#define A 0x1000

int done;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap_file(A, 1, 0, PROT_READ, false); load(A); fork(1); }
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
	uffd_continue(A);
}
PROCESS(1) CPU(1) void victim(void)
{
	await(done);
	u64 seen = load(A);
	assert(seen == 0);
}
