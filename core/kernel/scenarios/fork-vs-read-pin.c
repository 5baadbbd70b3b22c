TITLE("fork against a fast read pin of a read-only page")
STORY("One thread pins a page for reading with fast GUP while another forks. The page-table entry is read-only already, so that fork changes nothing in it that GUP could notice. Then the parent writes, and its device should see what it wrote.")
KIND(race)
SOURCE("57efa1fe5957 (5.11); the read-only case follows from the code")
LOOK("the entry that fast GUP reads twice and finds unchanged")

#define A 0x1000

int forked;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); mprotect(A, PAGES, PROT_READ); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void parent_pins(void)
{
	int got = pin_user_pages_fast(A, 0, 0);
	await(forked);
	mprotect(A, PAGES, PROT_READ | PROT_WRITE);
	store(A, 2);
	if (got > 0) {
		reached("the device reads after the parent's write");
		dma_read(0, 0);
		unpin(0);
	}
}

PROCESS(0) CPU(1) void parent_forks(void)
{
	fork(1);
	forked = 1;
}
