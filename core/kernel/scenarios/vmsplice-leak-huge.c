TITLE("vmsplice: a huge page kept by a pipe")
STORY("A page of a huge page is put into a pipe, by the child after the fork or by the parent before it, and whoever did that unmaps it. The other one writes. Base pages went by the reference count since 5.9, but huge pages that can be split counted mappings until 5.17, and hugetlb pages do to this day.")
KIND(sequential)
SOURCE("David Hildenbrand, LKML, December 2021: the reproducer of CVE-2020-29374 on huge pages; cow selftest, THP and hugetlb; Linus Torvalds, 17 December 2021, for the pipe before the fork")
LOOK("how often the huge page is mapped at the write, and how many references it has")
VARIANT(thp, MEM = THP, WHO = CHILD)
VARIANT(hugetlb, MEM = HUGETLB, WHO = CHILD)
VARIANT(thp_before_fork, MEM = THP, WHO = PARENT)
VARIANT(hugetlb_before_fork, MEM = HUGETLB, WHO = PARENT)

#define CHILD 0
#define PARENT 1

#define A MEM_START

int unmapped;
int written;

SETUP PROCESS(0) CPU(0) void prepare(void) { make_memory(1); }

void splices(bool first)
{
	int got = first ? vmsplice(0, A) : 0;
	if (WHO == PARENT)
		fork(1);
	else
		got = vmsplice(0, A);
	munmap(A, MEM_PAGES);
	unmapped = 1;
	await(written);
	if (got > 0) {
		reached("the pipe is read");
		read_pipe(0);
		close_pipe(0);
	}
}

void writes(void)
{
	await(unmapped);
	store(A, 2);
	written = 1;
}

PROCESS(0) CPU(0) void parent(void)
{
	if (WHO == PARENT) {
		splices(true);
	} else {
		fork(1);
		writes();
	}
}

PROCESS(1) CPU(1) void child(void)
{
	if (WHO == PARENT)
		writes();
	else
		splices(false);
}
