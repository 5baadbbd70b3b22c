/*
 * 7.3-folio: a page that is swapped in from memory leaves the swap cache at once.
 *
 * As 6.16, but a swap-in from a device that answers at once (a RAM disk) takes the page out of the swap cache as soon as no entry
 * names its slot; from a disk, a write does, whoever else refers to the page. And there every page goes through the swap cache.
 * Promises: as 6.1. No commit is known here: the rule is what 7.3.4 was measured to do (core/tests/data/kernels).
 */

BASE("6.16-folio")
TITLE("7.3: swap-in from memory leaves the swap cache")
STORY("As 6.16; measured on 7.3: after a swap-in from a RAM disk the page is no longer in the swap cache.")
ORIGIN("measured on 7.3.4")

bool swapin_skips_cache(int slot)
{
	return false;
}

bool swapin_sheds_batch(int flags, bool exclusive)
{
	return LRU_BATCH && (flags & FAULT_FLAG_WRITE) && !exclusive;
}

bool should_try_to_free_swap(struct page *page, int flags)
{
	return flags & FAULT_FLAG_WRITE;
}

/* Too late for this fault to find out that it is the last owner. */
void swapin_mapped(struct page *page)
{
	if (SWAP_RAM)
		try_to_free_swap(page);
}
