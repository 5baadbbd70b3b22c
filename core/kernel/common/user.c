/* What user programs of a kernel's time could see and ask for: the rows measured on real kernels depend on it, no verdict does. */

/* Whether struct page says who owns an anonymous page (5.19), and what it says. */
bool has_anon_exclusive(void)
{
	return false;
}

bool observed_anon_exclusive(struct page *page)
{
	return false;
}

/* io_uring came with 5.1, and took buffers in file mappings from 6.12 at the latest. */
bool has_io_uring(void)
{
	return true;
}

bool io_uring_takes_files(void)
{
	return false;
}

/* O_DIRECT took plain references; pins since about 6.5. */
u64 direct_io_flags(void)
{
	return FOLL_GET;
}

/* New pages of long-term pins are not taken from where movable pages are given back to (5.13). */
bool longterm_pins_are_elsewhere(void)
{
	return false;
}

/* A module was there that holds references in numbered slots and reads struct page. */
bool has_probe_module(void)
{
	return true;
}

/* What a user does to have his page swapped out: MADV_PAGEOUT. */
void user_pageout(struct mm_struct *mm, u64 va)
{
	pageout_own(mm, va);
}

/* What a user does to empty this CPU's LRU batch: map, touch and unmap a page. */
void user_drain(void)
{
	unmap_drains_lru();
}

/* Pages in the LRU batch when a program begins that are not its own. */
int lru_batch_at_start(void)
{
	return 0;
}

/* A child does something for the first time: its own pages come and go. */
void child_begins(void)
{
}
