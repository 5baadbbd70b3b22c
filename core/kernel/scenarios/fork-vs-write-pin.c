TITLE("fork against a fast write pin")
STORY("One thread pins a page for writing with fast GUP while another forks. If the fork shares the page and the pin still comes through, the parent's next write makes a copy, and its device goes on writing to the page that the parent has left.")
KIND(race)
SOURCE("57efa1fe5957 (5.11): what the sequence count is for; f3c64eda3e50")
LOOK("where fork looks for pins, and where the pin lands")
VARIANT(pin, REF = FOLL_PIN)
VARIANT(get, REF = FOLL_GET)

#define A 0x1000

int forked;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); }

PROCESS(0) CPU(0) void parent_pins(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
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
