TITLE("UFFDIO_CONTINUE into memory that goes away")
STORY("A monitor maps a file's page for a program, and another thread unmaps the area at the same moment. mmap_lock keeps the two apart: without it the page is mapped where no area is any more, and nobody will ever unmap it.")
KIND(race)
SOURCE("Documentation/admin-guide/mm/userfaultfd.rst; the mfill operations hold mmap_lock for reading")
LOOK("the entry when munmap has returned")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap_file(A, 1, 0, PROT_READ, false); load(A); madvise(A, 1, MADV_DONTNEED); }

PROCESS(0) CPU(0) void monitor(void)
{
	uffd_continue(A);
	reached("the monitor is done");
}
PROCESS(0) CPU(1) void unmaps(void) { munmap(A, 1); }
