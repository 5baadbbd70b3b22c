TITLE("Fork copies a page that a device writes to")
STORY("Fork gives the child a copy of a pinned page, word by word, while the device goes on writing. The child may find any mixture of old and new words: the device's words were the parent's, and came while the fork ran. The parent loses nothing. Nothing is wrong here, and nothing may be called wrong.")
KIND(race)
SOURCE("70e806e4e645: fork's copy of pinned pages is a snapshot of no particular moment")
LOOK("the two words of the child's page")

#define A 0x1000

int sent;

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	store(A + 8, 1);
	pin_user_pages_fast(A, FOLL_WRITE, 0);
}

PROCESS(0) CPU(0) void parent(void)
{
	fork(1);
	load(A);
	load(A + 8);
	await(sent);
	unpin(0);
}
PROCESS(0) CPU(1) void device(void)
{
	dma_write(0, 0, 2);
	dma_write(0, 1, 2);
	sent = 1;
}
PROCESS(1) CPU(0) void child(void)
{
	u64 first = load(A);
	u64 second = load(A + 8);
	if (first == 2 && second == 1)
		reached("the child has one word of the device, and one from before");
}
