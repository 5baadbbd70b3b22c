struct page { int count; int flags; };
int first, last;
int first;
struct page page;
static void helper(int a, int b) { first = a + b; }
static void helpe the child writes; the parent compares what is in the pipe.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: vmsplice() + unmap in parent after fork()")
LOOK("the counts of the page when the child writes")
VARIANT(base, SWAPPED = 0)
VARIANT(swapped, SWAPPED = 1)

T);
}

int unmapped;
int written;

PROCESS(0) CPU(0) r(int a) { first = a; }
vITLE("vmsplice of a page that was swapped out")
STORY("The parent's page is swapped out before the fork. The child reads it (it comes back from the swap device, mapped once),mp_bm();
	xchg(&first);
}
void g(void)
}
vITLE("vmsplice of a page that was swapped out")
STORY("The parent's page is swapp}
void smp_mb(void) { }
