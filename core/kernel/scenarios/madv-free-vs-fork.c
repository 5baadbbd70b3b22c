TITLE("Fork loses the dirty bit of a page of MADV_FREE")
STORY("MADV_FREE has made an entry clean and left it writable: a write would set the dirty bit again, and keep the page. While fork write-protects the entry the owner's CPU sets that bit and writes. A locked operation keeps the bit; a load and a store lose it. Then reclaim finds the page clean, drops it, and the write with it.")
KIND(tlb)
SOURCE("madvise(2), MADV_FREE: a later write keeps the page; why ptep_set_wrprotect is a locked operation")
LOOK("the dirty bit in the parent's entry, before and after")
WITH(LAZY_FREE)
SIZE(NR_MMS, 3)

#define A 0x1000

int written;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, 1);
	store(A, 1);
	madvise_free(A);
	load(A);
}

PROCESS(0) CPU(0) void owner(void)
{
	store(A, 2);
	written = 1;
}
PROCESS(0) CPU(1) void forks(void)
{
	fork(1);
	await(written);
	reclaim_lazyfree(0, A);
	u64 seen = load(A);
	reached("the owner's write is looked at");
	assert(seen == 2);
}
