/*
 * 6.2-longterm-unshare: long-term pins of memory that a write would replace.
 *
 * David Hildenbrand: a device that pins a page for a long time to read it, while the program has only read from it, sits on the page
 * of zeroes or on a page of a file; the first write gives the program another page, and the device goes on reading the old one.
 * Drivers had to ask for write access to get around it. Now an unshare fault replaces anything in a private mapping.
 * Promises: as 6.1. Commits: 8d6a0ac09a16, 84209e87c696.
 */

BASE("6.1-anon-exclusive")
TITLE("6.2: long-term read pins unshare everything")
STORY("As 6.1; a long-term read pin of the page of zeroes or of a file page gets a page of the program's own first.")
ORIGIN("8d6a0ac09a16, 84209e87c696")
SWITCH(LONGTERM_UNSHARE, 1, "long-term read pins unshare the page of zeroes and file pages too (6.2)")

bool double_maps(void)
{
	return false;
}

/* Huge pages as small ones. */
bool can_change_pmd_writable(struct vm_area_struct *vma, u64 pmd)
{
	return can_change_pte_writable(vma, pmd);
}
