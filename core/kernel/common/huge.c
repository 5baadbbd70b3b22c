/*
 * Huge pages: compound pages that an entry of the page directory maps as one.
 *
 * The hardware walks such an entry as what it is, 2 MiB at an aligned address. Of the 512 pages SUBPAGES have memory and a struct page;
 * they follow each other in both. Where NR_HUGE is 0 nothing of this is there.
 */

enum { FAULT_SMALL = 1 };  /* a huge page has nothing to do with this fault */

/* An entry of the page directory that maps a huge page. */
bool pmd_leaf(u64 pmd)
{
	return NR_HUGE && pte_present(pmd) && (pmd & PTE_PS);
}

/* One whose mapping is being split: the hardware finds nothing there. */
bool pmd_splitting(u64 pmd)
{
	return !pte_present(pmd) && (pmd & PTE_PS);
}

/* The page that counts, flags and lock of a compound page stand in. A page on its own is its own head. */
struct page *compound_head(struct page *page)
{
#if NR_HUGE
	int head = READ_ONCE(page->compound_head);
	if (head)
		return pfn_to_page(head);
#endif
	return page;
}

bool PageCompound(struct page *page)
{
#if NR_HUGE
	return READ_ONCE(page->compound_head);
#else
	return false;
#endif
}

#if NR_HUGE

/* The huge page that the address is in. */
u64 huge_start(u64 va) { return va & ~(u64)(PMD_SIZE - 1); }
int subpage_of(u64 va) { return (va >> PAGE_SHIFT) & 511; }

u64 mk_huge_pmd(struct page *head, u64 bits)
{
	return mk_pte(page_to_pfn(head), bits | PTE_PS);
}

/* The entry of the page directory for `va`, with the tables above it made where they are missing. One step, as pte_alloc. */
u64 *pmd_alloc(struct mm_struct *mm, u64 va)
{
	u64 *entry;
	atomic {
		u64 table = mm->pgd;
		for (int shift = 39; shift > PMD_SHIFT; shift -= 9) {
			entry = table_entry(table, va, shift);
			if (!(*entry & PTE_P))
				*entry = new_table() | PTE_P | PTE_RW | PTE_US | PTE_A;
			table = *entry;
		}
		entry = table_entry(table, va, PMD_SHIFT);
	}
	return entry;
}

/* The same, or NULL where there is no page directory. */
u64 *pmd_offset(struct mm_struct *mm, u64 va)
{
	atomic {
		u64 table = mm->pgd;
		for (int shift = 39; shift > PMD_SHIFT; shift -= 9) {
			table = *table_entry(table, va, shift);
			if (!(table & PTE_P))
				return NULL;
		}
		return table_entry(table, va, PMD_SHIFT);
	}
}

/* A new compound page for one owner, or NULL. */
struct page *alloc_huge_page(u64 va)
{
	struct page *head;
	atomic {
		int pfn = alloc_huge_frame();
		if (pfn == 0)
			return NULL;
		head = pfn_to_page(pfn);
		for (int i = 0; i < SUBPAGES; i++) {
			head[i].compound_head = pfn;
			head[i].index = huge_start(va) + i * PAGE_SIZE;
			head[i].mapcount = 0;
			head[i].flags = flags_of_free_page(&head[i]);
			head[i].refcount = 0;
		}
		head->entire_mapcount = 0;
		head->pincount = 0;
		head->refcount = 1;
	}
	return head;
}

/* Inside a step: a page in nobody's hands keeps nothing of what it was. */
u64 flags_of_free_page(struct page *page)
{
	return 0;
}

/* Inside a step: the last reference to a compound page is gone. False: the page is on its own. */
bool free_compound_page(struct page *head)
{
	if (!head->compound_head)
		return false;
	for (int i = 0; i < SUBPAGES; i++) {
		head[i].flags = flags_of_free_page(&head[i]);
		head[i].compound_head = 0;
		free_frame(page_to_pfn(&head[i]));
	}
	return true;
}

void clear_huge_page(struct page *head)
{
	for (int i = 0; i < SUBPAGES; i++)
		clear_page(&head[i]);
}

void copy_huge_page(struct page *to, struct page *from)
{
	for (int i = 0; i < SUBPAGES; i++)
		copy_page(&to[i], &from[i]);
}

/* Until 6.1: while a huge page is mapped as a whole and page by page, a flag stands for one mapping of each page. */
bool double_maps(void)
{
	return true;
}

/* What a page's own map count does not say: the mappings of the whole. */
int huge_mapcount(struct page *page)
{
	struct page *head = compound_head(page);
	if (!PageCompound(head))
		return 0;
	int n = 0;
	if (double_maps() && test_bit(PG_double_map, &head->flags))
		n = -1;
	return n + atomic_read(&head->entire_mapcount);
}

/*
 * By how many address spaces the most shared page of a huge one is mapped. Counter after counter is read: only the page lock, if
 * everybody who changes them takes it, makes one number of it.
 */
int page_trans_huge_mapcount(struct page *page)
{
	struct page *head = compound_head(page);
	if (!PageCompound(head))
		return atomic_read(&page->mapcount);
	int most = 0;
	for (int i = 0; i < SUBPAGES; i++) {
		int n = atomic_read(&head[i].mapcount);
		if (n > most)
			most = n;
	}
	if (double_maps() && test_bit(PG_double_map, &head->flags))
		most -= 1;
	return most + atomic_read(&head->entire_mapcount);
}

int huge_pincount(struct page *head) { return atomic_read(&head->pincount); }

/* The first mapping of a new huge page. */
void huge_add_new_anon_rmap(struct page *head)
{
	atomic {
		head->flags |= new_anon_flags() | (1 << PG_lru);
		head->entire_mapcount = 1;
	}
	/* It goes to the LRU list at once, and takes the CPU's batch along. */
	lru_add_drain();
}

/* One mapping of the whole more. */
void huge_dup_rmap(struct page *head)
{
	atomic_inc(&head->entire_mapcount);
	for (int i = 0; i < SUBPAGES; i++)
		note_mapped(&head[i]);
}

/* One mapping of the whole less. With the last one, the flag that stood for it beside the pages' own counts goes. */
void huge_remove_rmap(struct page *head)
{
	if (atomic_dec_return(&head->entire_mapcount) == 0)
		clear_double_map(head);
}

void clear_double_map(struct page *head)
{
	if (!double_maps() || !test_and_clear_bit(PG_double_map, &head->flags))
		return;
	for (int i = 0; i < SUBPAGES; i++)
		atomic_dec(&head[i].mapcount);
}

#else

bool free_compound_page(struct page *page) { return false; }
int huge_mapcount(struct page *page) { return 0; }
int page_trans_huge_mapcount(struct page *page) { return page_mapcount(page); }
int huge_pincount(struct page *page) { return 0; }
int handle_huge_fault(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, int flags) { return FAULT_SMALL; }
int follow_huge_pmd(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 gup_flags, struct page **found)
{
	return FOLLOW_NONE;
}
struct page *gup_huge_pmd(u64 va, u64 *pmdp, u64 pmd, u64 gup_flags) { return NULL; }
bool try_get_compound_page(struct page *page, u64 gup_flags) { return false; }
void put_compound_page(struct page *page, u64 gup_flags) { }
bool copy_huge_pmd(struct mm_struct *dst, struct mm_struct *src, u64 va) { return false; }
bool zap_huge_pmd(struct mm_struct *mm, u64 va, u64 end) { return false; }
bool change_huge_pmd(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 end, int prot) { return false; }
void clear_soft_dirty_huge(struct mm_struct *mm, u64 va) { }
void large_page_mapped(struct mm_struct *mm, struct page *page, int n) { }
void copy_hugetlb_page_range(struct mm_struct *dst, struct mm_struct *src, u64 start, u64 end) { }
void split_huge_pmd(struct mm_struct *mm, u64 va) { }
bool split_huge_page(struct page *page) { return false; }
bool huge_page_may_go(struct mm_struct *mm, u64 va, bool alone) { return true; }

#endif
