/*
 * 5.8-force-cow: "COW can break either way", so break it before a reference is handed out.
 *
 * Linus Torvalds, after the vmsplice report: with a reference to a shared page nobody knows which side of the COW it will end up on.
 * So GUP asks for a write fault even when it only wants to read: what it gets is mapped by its own address space alone at that moment.
 * Fast GUP takes writable entries only. The COW rule, fork and swap are as before.
 * It turned reads into writes: userfaultfd write protection saw events for reads, ptrace broke on memory that cannot be written, and
 * pages were copied that nobody ever wrote to. A reference from before a fork is not helped.
 * Promises: what all designs must, no more. Commit: 17839856fd58.
 */

BASE("4.19-mapcount")
TITLE("5.8: GUP breaks COW even to read")
STORY("A reference for reading is taken as if it were for writing, so that it is always on a page of one's own.")
ORIGIN("17839856fd58")
SWITCH(HUGE_COPY, 0, "a COW fault on a huge page copies all of it (until 5.7) instead of splitting the mapping and copying one page")
SWITCH(HUGE_ZERO_COPY, 0, "a write to the huge page of zeroes gives a new huge page (until 5.7, and since 6.13) instead of one small page")
SWITCH(SPLIT_PAGE_LOCK, 1, "splitting the mapping of a huge page holds the page lock while map counts move (5.8: c444eb564fb1)")
SWITCH(FORCE_COW, 1, "a read reference is asked for as if it were for writing")

u64 gup_slow_flags(u64 vm_flags, u64 gup_flags)
{
	return FORCE_COW && is_cow_mapping(vm_flags) ? gup_flags | FOLL_WRITE : gup_flags;
}

u64 gup_fast_flags(u64 gup_flags)
{
	return FORCE_COW ? gup_flags | FOLL_WRITE : gup_flags;
}

int gup_refs(u64 gup_flags)
{
	return (gup_flags & FOLL_PIN) ? GUP_PIN_COUNTING_BIAS : 1;
}
