TITLE("The same swap slot, another time")
STORY("Two threads fault on a swapped page, and each reads the slot into a page of its own. One maps its page, writes to it, and the page is swapped out again, to the same slot: the entry is the same as before. The other thread compares the entry, finds it unchanged, and maps what it read: the old contents.")
KIND(race)
SOURCE("CVE-2024-26759; 13ddaf26be32 (6.8)")
LOOK("the entry before and after: the same number, another time")
SIZE(SWAP_RAM, 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	mmap(A, PAGES);
	store_pages(A, 1);
	madvise(A, PAGES, MADV_PAGEOUT);
}

PROCESS(0) CPU(0) void writes(void)
{
	store(A, 2);
	madvise(A, PAGES, MADV_PAGEOUT);
	u64 seen = load(A);
	reached("the writer reads back");
	assert(seen == 2);
}
PROCESS(0) CPU(1) void reads(void) { load(A); }
