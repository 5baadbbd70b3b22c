TITLE("fork meets a page that is being moved")
STORY("While a page moves, its entry holds no frame but a note of the rights it had. Fork copies the note; both sides must have lost the right to write in it, or each finds itself the owner of the new frame.")
KIND(race)
SOURCE("copy_nonpresent_pte: a writable migration entry is made a readable one in parent and child")
LOOK("the rights in the two migration entries")
WITH(MIGRATION)
SIZE(NR_MMS, 3)
SIZE(NR_CPUS, 2)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); kernel_thread(2); }

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	store(A, 2);
	u64 seen = load(A);
	assert(seen == 2);
}
PROCESS(1) CPU(0) void child(void)
{
	u64 seen = load(A);
	assert(seen == 1);
}
DAEMON PROCESS(2) CPU(1) void kcompactd(void)
{
	if (migrate(0, A))
		reached("the page moved");
}
