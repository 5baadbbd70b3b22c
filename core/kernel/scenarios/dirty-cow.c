TITLE("Dirty COW: a forced write that forgets that it is one")
STORY("A process maps a file read-only and private, and writes to it through /proc/self/mem: the kernel makes a private copy first. Another thread throws the copy away in between. If the retry then asks for a page to read, because a copy was made already, it gets the file's own page, and the write goes into the file, for everybody.")
KIND(race)
SOURCE("Phil Oester, CVE-2016-5195; 19be0eaffa3a (4.9)")
LOOK("what the second look asks for, and which page it finds")

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
PROCESS(0) CPU(1) void helper(void) { madvise(A, 1, MADV_DONTNEED); }
PROCESS(1) CPU(1) void victim(void)
{
	await(done);
	u64 seen = load(A);
	assert(seen == 0);
}
