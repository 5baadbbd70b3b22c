TITLE("The map count of a huge page, read while it moves")
STORY("Parent and child map a huge page as a whole. The parent splits its mapping: a mapping leaves the count of the whole and enters the counts of the single pages. At that moment the child writes, or pins the page to read from it, and adds up counter after counter. If it sees the single counts before and the whole count after the move, it takes the page for its own.")
KIND(race)
SOURCE("Jann Horn, CVE-2020-29368; c444eb564fb1 (5.8); David Hildenbrand, December 2021, [PATCH v1 05/11]: a sequence count for GUP")
LOOK("the map counts of the pages of the huge one, and its count of whole mappings")
VARIANT(write, MEM = THP, HOW = WRITE)
VARIANT(get, MEM = THP, HOW = GET)

#define WRITE 0
#define GET 1

#define A MEM_START

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	make_memory(1);
	fork(1);
}

int written;

PROCESS(0) CPU(0) void parent(void)
{
	mprotect(A + PAGE_SIZE, 1, PROT_READ);
	await(written);
	u64 seen = load(A);
	reached("the parent looks at its page");
	assert(seen == 1);
}

PROCESS(1) CPU(1) void child(void)
{
	if (HOW == GET)
		get_user_pages_fast(A, 0, 0);
	else
		store(A, 2);
	written = 1;
}
