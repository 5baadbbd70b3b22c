TITLE("A new page waits in the batch")
STORY("A new page waits in a batch of its CPU until the LRU list takes it, and the batch holds a reference while it does. When the batch is full, or when memory is unmapped, it goes to the list, and the references go with it.")
KIND(sequential)
SOURCE("lru_cache_add() and lru_add_drain() in the kernel's mm/swap.c")
LOOK("the reference counts before and after the batch goes to the list")
VARIANT(stays, UNMAPS = 0)
VARIANT(unmapped, UNMAPS = 1)
SIZE(LRU_BATCH, 1)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 2); }

PROCESS(0) CPU(0) void owner(void)
{
	store(A, 1);
	store(A + PAGE_SIZE, 2);
	if (UNMAPS)
		munmap(A, 2);
	reached("both pages were there");
}
