TITLE("Claim 2: a map count read without a lock races with fork")
STORY("Fast GUP finds a page that is mapped read-only, reads a map count of one, and takes it for its own. In the same moment fork makes it two: the entry does not change, for it was read-only before. GUP returns a page that this fork has just shared. For pins the sequence count of fork tells; for plain references nothing does.")
KIND(race)
SOURCE("Linus Torvalds, LKML, 17 December 2021 (the founding mail); David Hildenbrand's answer: caught by write_protect_seq")
LOOK("the map count when GUP reads it, and when it returns")
VARIANT(get, REF = FOLL_GET)
VARIANT(pin, REF = FOLL_PIN)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); mprotect(A, PAGES, PROT_READ); }
SETUP PROCESS(0) CPU(1) void warm(void) { load(A); ghost_copy_done[0] = false; }

/* Only the runs are meant in which the GUP call and fork's copy of the entry overlap in time. */
void scenario_copy_begins(int mm) { assume(mm != 0 || !ghost_gup_returned[0]); }
void scenario_gup_begins(int mm) { assume(mm != 0 || !ghost_copy_done[0]); }

PROCESS(0) CPU(0) void gup(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, 0, 0);
	else
		got = get_user_pages_fast(A, 0, 0);
	if (got > 0) {
		reached("a reference that was asked for during the fork");
		unpin(0);
	}
}
PROCESS(0) CPU(1) void forks(void) { fork(1); }
