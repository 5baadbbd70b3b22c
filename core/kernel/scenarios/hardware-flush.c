TITLE("Flushes that interrupt nobody")
STORY("The hardware flushes other CPUs' TLBs by itself, as AMD's INVLPGB and arm64 do. Translations are gone when it is done, as with interrupts. But nobody was interrupted: a fast GUP that walks with interrupts off has not been waited for, and page tables that it may stand in must wait for it in another way.")
KIND(tlb)
SOURCE("tlb_remove_table_sync_one() and MMU_GATHER_RCU_TABLE_FREE; 2ba99c5e0881 (6.1); AMD64 Architecture Programmer's Manual vol. 3, INVLPGB")
LOOK("what the second CPU still has when the flush is done")
VARIANT(unmap, STORY_OF = 0)
VARIANT(fork, STORY_OF = 1)
VARIANT(table, STORY_OF = 2)
VARIANT(file_table, STORY_OF = 3)
SIZE(BROADCAST_FLUSH, 1)
SIZE(NR_MMS, 3)
WITH(PT_FREE)

#define A 0x1000

SETUP PROCESS(0) CPU(1) void prepare(void)
{
	if (STORY_OF == 3)
		mmap_file(A, 1, 0, PROT_READ, false);
	else
		mmap(A, 1);
	if (STORY_OF != 3)
		store(A, 1);
}
SETUP PROCESS(0) CPU(0) void warm(void)
{
	load(A);
	if (STORY_OF != 3)
		store(A, 1);
}

PROCESS(0) CPU(0) void user(void)
{
	if (STORY_OF == 0)
		load(A);
	if (STORY_OF == 1)
		store(A, 2);
	if (STORY_OF >= 2 && get_user_pages_fast(A, 0, 0) > 0) {
		reached("GUP has the page");
		dma_read(0, 0);
		unpin(0);
	}
}

#if STORY_OF == 1
int forked;
PROCESS(0) CPU(1) void forks(void)
{
	fork(1);
	forked = 1;
}
PROCESS(1) CPU(1) void child(void)
{
	u64 first = load(A);
	u64 again = load(A);
	reached("the child looks twice");
	assert(first == again);
}
#else
PROCESS(0) CPU(1) void changes(void)
{
	if (STORY_OF == 3)
		retract_page_table(0, A);
	else
		munmap(A, 1);
	reached("the table or the page is gone");
}
#endif
