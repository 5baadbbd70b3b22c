TITLE("KSM against a read pin: the order of the exclusive bit")
STORY("A page is mapped read-only, and a thread pins it to read from it while KSM looks at it. KSM puts back the very same entry, so that fast GUP's second look finds nothing changed; only the exclusive bit tells. It is cleared between taking the entry out and putting it back, with full barriers that x86 has for free in its locked operations.")
KIND(race)
SOURCE("088b8aa537c2 (6.1): the barriers of the exclusive bit; they need a machine with weaker order than x86 to be missed")
LOOK("the entry that comes back as it was, and the exclusive bit in between")
MEMORY(tso)
WITH(KSM)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 0); mprotect(A, 1, PROT_READ); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got = pin_user_pages_fast(A, 0, 0);
	mprotect(A, 1, PROT_READ | PROT_WRITE);
	store(A, 2);
	if (got > 0) {
		reached("the device reads after the owner's write");
		dma_read(0, 0);
		unpin(0);
	}
}

DAEMON PROCESS(1) CPU(1) void ksmd(void) { ksm_merge(0, A); }
