/*
 * What the designs' promises need to know of a run. Ghosts only: nothing here takes a step or changes one.
 *
 * during_fork: a reference returned by a GUP call that overlaps in time fork's copy of that page-table entry
 *              is not on a page that this fork shared.
 * while_held:  no live GUP reference is on an anonymous page that two page-table entries map.
 * gup_fast_takes_no_lock, cow_never_sleeps: fast GUP waits for nobody; a COW fault of a base page does not sleep for the page lock.
 */

/* The page is anonymous, and two entries map it. Read for free. */
#if NR_HUGE
#define head_of(page) ((page)->compound_head ? pfn_to_page((page)->compound_head) : (page))
#define double_map(page) (head_of(page)->flags >> PG_double_map & 1)
#define mapped_twice(page) ((head_of(page)->flags & (1 << PG_anon)) && \
	(page)->mapcount - (int)double_map(page) + head_of(page)->entire_mapcount > 1)
#else
#define head_of(page) (page)
#define mapped_twice(page) (((page)->flags & (1 << PG_anon)) && (page)->mapcount > 1)
#endif

int ghost_refs[NR_PAGES];            /* live references of user programs, by page */
int ghost_ref_page[NR_REFS];          /* the page that each reference of a user program is on; 0: none */
int ghost_ref_count[NR_REFS];         /* what it adds to the count of a page on its own */
u64 ghost_copy_va[NR_MMS];           /* fork copies the entry of this address now; bit 0: one is being copied */
int ghost_copy_returned[NR_MMS];     /* the page a GUP call returned while that copy went on */
u64 ghost_gup_va[NR_CPUS];           /* a GUP call is under way for this address; bit 0: one is */
int ghost_gup_mm[NR_CPUS];
int ghost_gup_shared[NR_CPUS];       /* the page that a fork shared meanwhile at that address */
bool ghost_gup_returned[NR_MMS];     /* some GUP call of this address space has returned */
bool ghost_copy_done[NR_MMS];        /* some fork of this address space has copied an entry */

bool ghost_in_gup_fast[NR_CPUS];      /* fast GUP walks and grabs here */
bool ghost_in_cow[NR_CPUS];           /* a write or unshare fault decides here between reuse and copy */

void note_gup_fast(bool begins)
{
	ghost_in_gup_fast[smp_processor_id()] = begins;
}

void note_cow(bool begins)
{
	ghost_in_cow[smp_processor_id()] = begins;
}

/* A lock is taken here that may have to be waited for. */
void note_lock(void)
{
	ghost_promise(gup_fast_takes_no_lock, !ghost_in_gup_fast[smp_processor_id()]);
}

/* The page lock is, by sleeping. */
void note_page_lock(struct page *page)
{
	note_lock();
	ghost_promise(cow_never_sleeps, !ghost_in_cow[smp_processor_id()] || !(page->flags & (1 << PG_locked)));
}

void note_copy_begin(struct mm_struct *mm, u64 va)
{
	ghost_copy_va[mm_number(mm)] = va | 1;
	scenario_copy_begins(mm_number(mm));
}

/* Fork is done with the entry: it shared `page`, or copied it (NULL). */
void note_copy_end(struct mm_struct *mm, u64 va, struct page *page)
{
	int m = mm_number(mm);
	if (page) {
		int pfn = page_to_pfn(page);
		ghost_promise(during_fork, ghost_copy_returned[m] != pfn);
		for (int cpu = 0; cpu < NR_CPUS; cpu++)
			if (ghost_gup_va[cpu] == (va | 1) && ghost_gup_mm[cpu] == m)
				ghost_gup_shared[cpu] = pfn;
	}
	ghost_copy_va[m] = 0;
	ghost_copy_returned[m] = 0;
	ghost_copy_done[m] = true;
}

void note_gup_begin(struct mm_struct *mm, u64 va)
{
	int cpu = smp_processor_id();
	ghost_gup_va[cpu] = va | 1;
	ghost_gup_mm[cpu] = mm_number(mm);
	ghost_gup_shared[cpu] = 0;
	scenario_gup_begins(mm_number(mm));
}

/* A GUP call has its reference (`page`), or has failed (NULL). */
void note_gup_return(struct mm_struct *mm, u64 va, struct page *page)
{
	int cpu = smp_processor_id();
	int m = mm_number(mm);
	if (page) {
		int pfn = page_to_pfn(page);
		ghost_promise(during_fork, ghost_gup_shared[cpu] != pfn);
		if (ghost_copy_va[m] == (va | 1))
			ghost_copy_returned[m] = pfn;
	}
	ghost_gup_va[cpu] = 0;
	ghost_gup_shared[cpu] = 0;
	ghost_gup_returned[m] = true;
}

/* A user program holds a reference on the page from here on. */
void note_ref(struct page *page)
{
	ghost_refs[page_index(page)]++;
	ghost_promise(while_held, !mapped_twice(page));
}

/* The page has one mapping more. */
void note_mapped(struct page *page)
{
	ghost_promise(while_held, ghost_refs[page_index(page)] == 0 || !mapped_twice(page));
}

/* For scenarios that are about some orders only: here they may say which runs they mean. */
void scenario_copy_begins(int mm)
{
}

void scenario_gup_begins(int mm)
{
}

/* Somebody else can see the entry from here on. */
void note_entry(u64 *ptep)
{
}
