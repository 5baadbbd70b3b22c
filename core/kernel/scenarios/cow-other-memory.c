TITLE("Selftest: private mappings of what is not anonymous")
STORY("A private mapping shows the page of zeroes, the huge one, a page of shared memory, of a file or of a hugetlb file. The process writes: the file must stay as it was. Or a device pins the page to read it for a long time, the process writes, and the device must read what was written.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW, R/O longterm GUP pin, R/O longterm GUP-fast pin, each with shared and huge zeropage, memfd, tmpfile and memfd hugetlb")
LOOK("the frame of the pin and the frame that is mapped after the write")
SIZE(NR_FILES, 2)
VARIANT(zeropage, FILE = 0, PIN = 0, FAST = 0)
VARIANT(memfd, FILE = 2, PIN = 0, FAST = 0)
VARIANT(tmpfile, FILE = 1, PIN = 0, FAST = 0)
VARIANT(pin_zeropage, FILE = 0, PIN = 1, FAST = 0)
VARIANT(pin_memfd, FILE = 2, PIN = 1, FAST = 0)
VARIANT(pin_tmpfile, FILE = 1, PIN = 1, FAST = 0)
VARIANT(pin_fast_zeropage, FILE = 0, PIN = 1, FAST = 1)
VARIANT(pin_fast_memfd, FILE = 2, PIN = 1, FAST = 1)
VARIANT(pin_fast_tmpfile, FILE = 1, PIN = 1, FAST = 1)
VARIANT(huge_zeropage, FILE = 0, PIN = 0, FAST = 0, MEM = THP)
VARIANT(hugetlb, FILE = 1, PIN = 0, FAST = 0, MEM = HUGETLB)
VARIANT(pin_huge_zeropage, FILE = 0, PIN = 1, FAST = 0, MEM = THP)
VARIANT(pin_hugetlb, FILE = 1, PIN = 1, FAST = 0, MEM = HUGETLB)
VARIANT(pin_fast_huge_zeropage, FILE = 0, PIN = 1, FAST = 1, MEM = THP)
VARIANT(pin_fast_hugetlb, FILE = 1, PIN = 1, FAST = 1, MEM = HUGETLB)

#define A MEM_START

/* What the file holds, and its first word now. */
#if MEM > 1
#define BEFORE 0
#define NOW read_hugetlb_file()
#else
#define BEFORE 7
#define NOW file_read(FILE - 1, 0)
#endif

SETUP PROCESS(0) CPU(0) void prepare(void)
{
#if MEM > 1
	if (FILE)
		mmap_hugetlb_file(A);
	else
		mmap_thp(A);
#else
	if (FILE) {
		file_write(FILE - 1, 0, 7);
		mmap_file(A, 1, FILE - 1, PROT_READ | PROT_WRITE, false);
	} else {
		mmap(A, 1);
	}
#endif
	load(A);
}

PROCESS(0) CPU(0) void process(void)
{
	int got = 0;

	if (PIN && FAST)
		got = pin_user_pages_fast(A, FOLL_LONGTERM, 0);
	else if (PIN)
		got = pin_user_pages(A, FOLL_LONGTERM, 0);
	store(A, 2);
	if (FILE) {
		reached("the file is compared");
		u64 file = NOW;
		assert(file == BEFORE);
	}
	if (PIN && got > 0) {
		reached("what the device reads is compared");
		u64 device = dma_read(0, 0);
		assert(device == 2);
		unpin(0);
	}
	u64 seen = load(A);
	assert(seen == 2);
}
