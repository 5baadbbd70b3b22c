/* What programs and kernels agree on: the numbers that scenarios write. */

/* What a GUP caller wants. The values are the kernel's. */
enum foll_flags {
	FOLL_WRITE = 0x01,
	FOLL_GET = 0x04,
	FOLL_FORCE = 0x10,
	FOLL_LONGTERM = 0x100,
	FOLL_COW = 0x4000,
	FOLL_PIN = 0x40000,
};

enum errors {
	EIO = 5,
	EAGAIN = 11,
	ENOMEM = 12,
	EFAULT = 14,
	EBUSY = 16,
	EINVAL = 22,
	EMLINK = 31,
	ENOSYS = 38,
	EOPNOTSUPP = 95,
};

enum protections {
	PROT_NONE = 0,
	PROT_READ = 1,
	PROT_WRITE = 2,
};

/* What madvise is told. */
enum {
	MADV_DONTNEED = 4, MADV_DONTFORK = 10, MADV_DOFORK = 11, MADV_WIPEONFORK = 18, MADV_KEEPONFORK = 19, MADV_PAGEOUT = 21,
};

/* A program writes to the first word of each page of its memory. */
void store_pages(u64 va, u64 value)
{
	for (int i = 0; i < PAGES; i++)
		store(va + i * PAGE_SIZE, value);
}
