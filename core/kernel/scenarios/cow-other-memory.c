TITLE("Selftest: private mappings of what is not anonymous")
STORY("A private mapping shows the page of zeroes, a page of shared memory or a page of a file. The process writes: the file must stay as it was. Or a device pins the page to read it for a long time, the process writes, and the device must read what was written.")
KIND(sequential)
SOURCE("the kernel's own selftest mm/cow.c: Basic COW, R/O longterm GUP pin, R/O longterm GUP-fast pin, each with shared zeropage, memfd and tmpfile")
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

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void)
{
	if (FILE) {
		file_write(FILE - 1, 0, 7);
		mmap_file(A, 1, FILE - 1, PROT_READ | PROT_WRITE, false);
	} else {
		mmap(A, 1);
	}
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
		u64 file = file_read(FILE - 1, 0);
		assert(file == 7);
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
