/*
 * 6.16-folio: large folios know their owner.
 *
 * David Hildenbrand: since 6.7 a write to a page of a large folio that is mapped page by page and was shared once always copied, because
 * the reference count of the folio says nothing of one page. Since 6.15 a large folio counts its mappings, and keeps for two address
 * spaces how many of them are theirs. If all mappings are one address space's, and every reference is a mapping, the folio is that
 * address space's own, and a write reuses the page in place. A folio of which only one page is left mapped is copied all the same,
 * so that it can be freed.
 * Mappings count again, this time with a lock of their own, and with references, which must be equal: who has one more is seen.
 * Since 6.13 a write to the huge page of zeroes gives a huge page again. For base pages nothing changed since 6.12.
 * Promises: as 6.1. Commits: 6af8cb80d3a9, 1da190f4d0a6 (6.15).
 */

BASE("6.12-folio")
TITLE("6.16: large folios track who maps them")
STORY("As 6.12; a large folio all of whose references are mappings of one address space belongs to it.")
ORIGIN("6af8cb80d3a9, 1da190f4d0a6 (6.15): large folio reuse by map counts; measured on 6.16.12")
SWITCH(HUGE_ZERO_COPY, 1, "a write to the huge page of zeroes gives a new huge page (until 5.7, and since 6.13) instead of one small page")
SWITCH(LARGE_REUSE, 1, "a large folio all of whose references are mappings of one address space is reused page by page")
SWITCH(LARGE_MM_TEST, 1, "large folio reuse asks whether all mappings are one address space's")
SWITCH(LARGE_REF_TEST, 1, "large folio reuse asks whether all references are mappings")

#if NR_HUGE

/* What a large folio knows of its mappings; by huge frame. */
struct large_folio {
	int lock;
	int mapcount;        /* all entries that map it or a page of it */
	int mm[2];           /* address spaces, plus one, that are kept account of; 0: free */
	int mm_mapcount[2];  /* how many of the entries are theirs */
};

struct large_folio large_folios[NR_HUGE];

struct large_folio *page_large_folio(struct page *page)
{
	return &large_folios[(page_index(page) - NR_FRAMES) / SUBPAGES];
}

/* One step: the folio's own lock makes it one. Who comes third is not kept account of; then nobody has all mappings. */
void large_page_mapped(struct mm_struct *mm, struct page *page, int n)
{
	if (!PageCompound(page))
		return;
	atomic {
		struct large_folio *folio = page_large_folio(page);
		int id = mm_number(mm) + 1;
		int place = folio->mm[0] == id ? 0 : folio->mm[1] == id ? 1 : folio->mm[0] == 0 ? 0 : folio->mm[1] == 0 ? 1 : 2;
		folio->mapcount += n;
		if (place < 2 && (folio->mm[place] == id || n > 0)) {
			folio->mm[place] = id;
			folio->mm_mapcount[place] += n;
			if (folio->mm_mapcount[place] == 0)
				folio->mm[place] = 0;
		}
	}
}

bool large_page_has_no_other_owner(struct page *page)
{
	bool mine;

	if (!LARGE_REUSE)
		return false;
	/* Stands for the folio's lock: the map count holds still while the references are counted. */
	atomic {
		struct large_folio *folio = page_large_folio(page);
		int all = folio->mapcount;
		/* A folio of which one page is left is better freed. */
		mine = all > 1;
		if (LARGE_MM_TEST && folio->mm_mapcount[0] != all && folio->mm_mapcount[1] != all)
			mine = false;
		if (LARGE_REF_TEST && pfn_to_page(page->compound_head)->refcount != all)
			mine = false;
	}
	return mine;
}

#endif
