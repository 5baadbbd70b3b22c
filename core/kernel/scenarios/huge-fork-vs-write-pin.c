TITLE("fork of a huge page against a fast write pin")
STORY("One thread pins a page of a huge page for writing with fast GUP while another forks. If the fork shares the huge page and the pin still comes through, the parent's next write makes a copy, and its device goes on writing to the page that the parent has left. For hugetlb pages fork did not count write_protect_seq until 5.19.")
KIND(race)
SOURCE("57efa1fe5957 (5.11) for pages that can be split; 4eae4efa2c29 (5.12) and 623a1ddfeb23 (5.19) for hugetlb")
LOOK("where fork looks for pins, and where the pin lands")
VARIANT(thp, MEM = THP)
VARIANT(hugetlb, MEM = HUGETLB)

#define A MEM_START

int forked;

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void parent_pins(void)
{
	int got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	await(forked);
	store(A, 2);
	if (got > 0) {
		reached("the device writes");
		dma_write(0, 1, 3);
		load(A + 8);
		unpin(0);
	}
}

PROCESS(0) CPU(1) void parent_forks(void)
{
	fork(1);
	forked = 1;
}
