/* The objects of the memory manager, reduced to what the argument is about. */

/* Bits of page->flags: the names are Linus' tree's, the numbers are ours. */
enum page_flags {
	PG_locked,
	PG_anon,
	PG_swapcache,
	PG_dirty,
	PG_writeback,
	PG_lru,
	PG_ksm,
	PG_reserved,
	PG_anon_exclusive,
	PG_hugetlb,
	PG_double_map,
	PG_referenced,
	PG_active,
	PG_lazyfree,     /* MADV_FREE: reclaim may drop it */
	PG_private,      /* a file system keeps something with the page, and a reference on it */
};

/* One frame of memory. */
struct page {
	int refcount;  /* who keeps the frame: mappings, references, the swap cache, the moment's users. Free at 0 */
	int mapcount;  /* page-table entries that map it (the number itself; the kernel stores one less) */
	u64 flags;
	u64 index;     /* where its mappers map it: the reverse map of this model */
	int slot;      /* its place on the swap device while PG_swapcache */
#if NR_HUGE
	/* A compound page: its first page, the head, has the reference count and the flags of all; each has its own map count. */
	int compound_head;    /* frame number of the head, in every page of it; 0: a page on its own */
	int entire_mapcount;  /* head: entries that map all of it */
	int pincount;         /* head: pins */
#endif
};

/* VMA flags. */
enum vm_flags {
	VM_READ = 1,
	VM_WRITE = 2,
	VM_SHARED = 8,
	VM_MAYWRITE = 0x20,
	VM_DONTCOPY = 0x20000,
	VM_HUGETLB = 0x400000,
	VM_HUGEPAGE = 0x20000000,
	VM_WIPEONFORK = 0x2000000,
};

/* A memory area: [start, end). An empty one is free. */
struct vm_area_struct {
	u64 start;
	u64 end;
	u64 flags;
	int file;             /* 1 + the file whose pages it shows; 0: anonymous memory */
	u64 file_base;        /* where the first page of the file is, or would be */
	bool anon_vma;        /* pages of its own may be mapped here: without, fork copies no entry */
	int vm_lock;          /* of this area alone (6.4 and later): 0 free, n readers, -1 a writer */
	u64 vm_lock_seq;      /* equal to its address space's: write-locked until that one's mmap_lock is let go */
};

/* An address space. Number n belongs to process n. */
struct mm_struct {
	u64 pgd;                /* physical address of the PML4 */
	int mmap_lock;          /* 0: free, n > 0: n readers, -1: a writer */
	int page_table_lock;    /* of the one page of page-table entries that the model's addresses need */
	u64 write_protect_seq;  /* odd while fork write-protects */
	bool has_pinned;        /* some page of it was pinned, ever */
	u64 mm_lock_seq;        /* counts the releases of mmap_lock held for writing (6.4 and later) */
	u64 cpumask;            /* CPUs that may cache its translations */
#if UFFD
	int tlb_flush_pending;  /* rights were withdrawn whose flush is still to come */
#endif
#if BATCH_FLUSH
	int tlb_flush_batched;  /* reclaim took entries out, and has put their flush off */
#endif
#if LAZY_TLB
	u64 tlb_gen;            /* counts the flushes */
#endif
	struct vm_area_struct vma[NR_VMAS];
};

/* A reference that a user program holds through some device or pipe. */
struct page_ref {
	int pfn;
	u64 flags;
};

struct page mem_map[NR_PAGES];
struct mm_struct mms[NR_MMS];
struct page_ref refs[NR_REFS];
int zero_pfn;  /* the page of zeroes */

/* What a fault is about. */
enum fault_flags {
	FAULT_FLAG_WRITE = 0x01,
	FAULT_FLAG_UNSHARE = 0x400,
};

/* A pin adds this much to the count of a small page, so that "maybe pinned" can be read off it. */
enum { GUP_PIN_COUNTING_BIAS = 1024 };

struct page *pfn_to_page(int pfn)
{
#if NR_HUGE
	if (pfn >= HUGE_PFN)
		return &mem_map[NR_FRAMES + (pfn - HUGE_PFN) / 512 * SUBPAGES + pfn % 512];
#endif
	return &mem_map[pfn];
}

/* Where a page stands in mem_map. */
int page_index(struct page *page)
{
	return page - mem_map;
}

int page_to_pfn(struct page *page)
{
	int n = page - mem_map;
#if NR_HUGE
	if (n >= NR_FRAMES)
		return HUGE_PFN + (n - NR_FRAMES) / SUBPAGES * 512 + (n - NR_FRAMES) % SUBPAGES;
#endif
	return n;
}

struct mm_struct *current_mm(void)
{
	return &mms[current_process()];
}

int mm_number(struct mm_struct *mm)
{
	return mm - mms;
}
