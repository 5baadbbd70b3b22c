/*
 * 6.1-anon-exclusive: a bit says who owns an anonymous page.
 *
 * David Hildenbrand, after the argument of December 2021 and Linus Torvalds' sketch in it: neither counter means "mine alone", so a
 * bit in struct page does. PG_anon_exclusive is set when a page has one owner and may be made writable without another look.
 * Fork clears it when it shares the page, and does not share a page that may be pinned. A pin is taken on exclusive pages only;
 * a page that is not exclusive is unshared first: copied, or made exclusive if nobody else has a reference.
 * A plain reference (FOLL_GET) promises nothing; its isolation rests on the COW rule, which without the bit still counts references.
 * Since 6.1 the bit is cleared by a protocol that fast GUP can see without interrupts: take the entry out, barrier, look for pins,
 * clear the bit, barrier, put the entry back; and fast GUP: pin, barrier, read the entry again, barrier, read the bit.
 * Promises: read_pins, gup_fast_takes_no_lock, cow_never_sleeps, and what the bit means. Commits: 6c287605fd56, 088b8aa537c2, 70cbc3cc78a9.
 */

TITLE("6.1: PG_anon_exclusive")
STORY("A bit in struct page says that one address space owns the page. COW reuses what has it, pins need it, fork takes it away.")
ORIGIN("78fbe906cc90, 6c287605fd56, c89357e27f20, a7f226604170, 1493a1913e34 (5.19); 088b8aa537c2, 70cbc3cc78a9 (6.1)")
PROMISE(gup_fast_takes_no_lock, "fast GUP takes no lock and waits for nobody")
PROMISE(cow_never_sleeps, "a COW fault of a base page does not sleep for the page lock")
PROMISE(read_pins, "a page that is pinned for reading stays the page that its owner reaches, as one pinned for writing does")
PROMISE(writable_is_exclusive, "an anonymous page that is mapped writable is exclusive, whenever nobody holds the page-table lock")
PROMISE(exclusive_is_alone, "an exclusive page is mapped once")
PROMISE(exclusive_entry_is_alone, "a swapped entry that remembers its page as exclusive is the only one for its slot")
SWITCH(FORK_KEEPS_PTL, 1, "fork keeps the page-table lock from taking the bit away to taking the right to write away")
SWITCH(SHARE_BARRIER_1, 1, "when the bit is taken away: a full barrier between taking the entry out and looking for pins")
SWITCH(SHARE_PIN_TEST, 1, "when the bit is taken away: look for pins, and give up if there are any")
SWITCH(SHARE_BARRIER_2, 1, "when the bit is taken away: a full barrier between clearing the bit and writing the entry")
SWITCH(GUP_BARRIER_1, 1, "fast GUP: a full barrier between the pin and reading the entry again")
SWITCH(GUP_BARRIER_2, 1, "fast GUP: a read barrier between reading the entry again and reading the bit")
SWITCH(GUP_EXCLUSIVE, 1, "GUP pins read-only pages only if they are exclusive")
SWITCH(GUP_PMD_RECHECK, 1, "fast GUP reads the entry of the level above again too")
SWITCH(FORK_CLEARS_EXCLUSIVE, 1, "fork clears the bit of a page that it shares")
SWITCH(WP_COUNT_TEST, 1, "a write to a page without the bit looks at the reference count before it reuses it")
SWITCH(LONGTERM_UNSHARE, 0, "long-term read pins unshare the page of zeroes and file pages too (6.2)")
SWITCH(SHARE_FLUSH, 0, "when reclaim takes the bit away: flush the TLBs at once, so that the interrupts keep fast GUP out (5.19)")
SWITCH(SWAPIN_WRITABLE, 0, "a read fault maps a swapped page that is exclusive writable at once (6.11)")
SWITCH(FORCE_EXCLUSIVE, 1, "a forced write goes to an exclusive page only, whatever its call remembers (6.0, commit 5535be309971)")
SWITCH(SWAP_EXCL_CLEAR, 1, "fork clears the exclusive bit in the entries of swapped pages")

SWITCH(SPLIT_PAGE_LOCK, 0, "splitting the mapping of a huge page holds the page lock while map counts move (5.8: c444eb564fb1)")
SWITCH(SPLIT_EXCLUSIVE, 1, "splitting the mapping of a huge page hands the exclusive bit on to each of its pages")
SWITCH(FREE_CLEARS_EXCLUSIVE, 1, "a page of a huge page that is freed is rid of the exclusive bit, so that who gets it next does not inherit it")
SWITCH(HUGETLB_SEQCOUNT, 1, "fork counts write_protect_seq around its copy of hugetlb areas too (5.19: 623a1ddfeb23)")

bool PageAnonExclusive(struct page *page)
{
	return test_bit(PG_anon_exclusive, &page->flags);
}

/* The new page of a fault has one owner. */
u64 new_anon_flags(void)
{
	return (1 << PG_anon) | (1 << PG_anon_exclusive) | (LRU_BATCH ? 0 : 1 << PG_lru);
}
