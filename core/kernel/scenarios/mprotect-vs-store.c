TITLE("A store after mprotect has returned")
STORY("One thread takes the right to write from a page that another thread has written to. When mprotect returns, the first says so, and the second tries to write again: it must be refused, whatever its TLB still knew. A flush that does not reach the other CPU leaves the old right where it was.")
KIND(tlb)
SOURCE("Intel SDM vol. 3, 4.10.4.2: a right that is withdrawn has to be flushed, and 4.10.5: on every processor that may cache it")
LOOK("the entry in the second CPU's TLB when mprotect returns")

#define A 0x1000

int protected;

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); }
SETUP PROCESS(0) CPU(1) void warm(void) { store(A, 1); }

PROCESS(0) CPU(0) void protects(void)
{
	mprotect(A, PAGES, PROT_READ);
	protected = 1;
}

PROCESS(0) CPU(1) void stores(void)
{
	store(A, 2);
	await(protected);
	store(A, 3);
	if (faulted())
		reached("the store is refused");
}
