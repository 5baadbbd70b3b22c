/* The operations of measured sequences, on one region at the same address in every process. */

#define SEQ_VA (NR_HUGE ? PMD_SIZE : PAGE_SIZE)
/* Slots of the module, and pipes. */
#define SEQ_SLOTS 16

struct seq_ref {
	int pfn;
	u64 flags;
	int times;
};

struct seq_ref seq_slot[SEQ_SLOTS];
struct seq_ref seq_pipe[SEQ_SLOTS];
/* The fixed buffer of each process. */
struct seq_ref seq_buffer[NR_MMS];
int seq_pages;    /* pages of the region */
int seq_many;     /* the next address space that no program runs in */
bool seq_began[NR_MMS];

void seq_fail(int error)
{
	observe("errno", error);
}

/* User programs: the first page, or all. */
void seq_fill(u64 value, int pages)
{
	for (int page = 0; page < pages; page++) {
		for (int i = 0; i < PAGE_WORDS; i++) {
			store(SEQ_VA + page * PAGE_SIZE + i * 8, value);
			if (faulted()) {
				observe("segv", 1);
				return;
			}
		}
	}
}

void seq_read(bool show)
{
	u64 value = load(SEQ_VA);

	if (faulted())
		observe("segv", 1);
	else if (show)
		observe("value", value);
}

/* What a reference reads and writes: the frame, whoever maps it. */
u64 seq_ref_read(struct seq_ref *r)
{
	return READ_ONCE(*page_address(pfn_to_page(r->pfn)));
}

void seq_ref_fill(struct seq_ref *r, u64 value)
{
	u64 *word = page_address(pfn_to_page(r->pfn));

	for (int i = 0; i < PAGE_WORDS; i++)
		WRITE_ONCE(word[i], value);
}

/* Takes a reference on the first page of `mm`. */
SYSCALL bool seq_take(struct seq_ref *r, int process, u64 gup_flags, bool fast)
{
	struct mm_struct *mm = &mms[process];
	struct page *page;
	int movable = 0;

	if ((gup_flags & FOLL_LONGTERM) && longterm_pins_are_elsewhere())
		movable = alloc_frame();
	if (fast)
		page = internal_get_user_pages_fast(mm, SEQ_VA, gup_flags);
	else
		page = internal_get_user_pages(mm, SEQ_VA, gup_flags);
	if (movable)
		free_frame(movable);
	if (!page)
		return false;
	r->pfn = page_to_pfn(page);
	r->flags = gup_flags;
	r->times++;
	return true;
}

SYSCALL void seq_give_back(struct seq_ref *r)
{
	for (; r->times; r->times--)
		gup_put_page(pfn_to_page(r->pfn), r->flags);
	r->pfn = 0;
}

void seq_get(int slot, u64 gup_flags, bool fast)
{
	if (!has_probe_module()) {
		observe("nomod", 1);
		return;
	}
	seq_give_back(&seq_slot[slot]);
	if (seq_take(&seq_slot[slot], current_process(), gup_flags, fast))
		observe("page", seq_slot[slot].pfn);
	else
		seq_fail(EFAULT);
}

/* The device behind a slot. */
void seq_device(int slot, bool write, u64 value)
{
	if (!has_probe_module())
		observe("nomod", 1);
	else if (!seq_slot[slot].times)
		seq_fail(EINVAL);
	else if (write)
		seq_ref_fill(&seq_slot[slot], value);
	else
		observe("value", seq_ref_read(&seq_slot[slot]));
}

void seq_put(int slot)
{
	if (!has_probe_module())
		observe("nomod", 1);
	else if (!seq_slot[slot].times)
		seq_fail(EINVAL);
	else
		seq_give_back(&seq_slot[slot]);
}

void seq_vmsplice(int pipe, int times)
{
	seq_give_back(&seq_pipe[pipe]);
	for (int i = 0; i < times; i++) {
		if (!seq_take(&seq_pipe[pipe], current_process(), FOLL_GET, true)) {
			seq_fail(EFAULT);
			return;
		}
	}
}

void seq_pipe_read(int pipe)
{
	if (seq_pipe[pipe].times)
		observe("value", seq_ref_read(&seq_pipe[pipe]));
	else
		seq_fail(EAGAIN);
}

/* io_uring: a fixed buffer is a long-term write pin. */
void seq_register(void)
{
	struct seq_ref *buffer = &seq_buffer[current_process()];
	struct vm_area_struct *vma = find_vma(current_mm(), SEQ_VA);

	if (!has_io_uring()) {
		seq_fail(ENOSYS);
		return;
	}
	if (buffer->times) {
		seq_fail(EBUSY);
		return;
	}
	/* Setting up the ring empties the batch, and so does waiting for it. */
	lru_add_drain();
	if (!seq_take(buffer, current_process(), FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM, true)) {
		seq_fail(EFAULT);
		return;
	}
	if (vma && vma->file == DISK_FILE + 1 && !io_uring_takes_files()) {
		seq_give_back(buffer);
		seq_fail(EOPNOTSUPP);
	}
}

void seq_ring(bool into_memory, u64 value)
{
	struct seq_ref *buffer = &seq_buffer[current_process()];

	if (!buffer->times) {
		observe("noring", 1);
		return;
	}
	lru_add_drain();
	if (into_memory)
		seq_ref_fill(buffer, value);
	else
		observe("value", seq_ref_read(buffer));
}

void seq_unregister(void)
{
	seq_give_back(&seq_buffer[current_process()]);
}

/* A write that is done by the kernel through a reference of its own, and given back at once. */
void seq_write_through(int process, u64 gup_flags, bool fast, u64 value, int error)
{
	struct seq_ref r;

	r.times = 0;
	if (!seq_take(&r, process, gup_flags, fast)) {
		seq_fail(error);
		return;
	}
	seq_ref_fill(&r, value);
	seq_give_back(&r);
}

/* The entry of the first page in an address space; 0: none. */
u64 seq_entry(void)
{
	struct mm_struct *mm = current_mm();
	if (!find_vma(mm, SEQ_VA))
		return 0;
#if NR_HUGE
	u64 *pmdp = pmd_offset(mm, SEQ_VA);
	if (pmdp && pmd_leaf(READ_ONCE(*pmdp)))
		return READ_ONCE(*pmdp);
#endif
	u64 *ptep = pte_offset(mm, SEQ_VA);
	return ptep ? READ_ONCE(*ptep) : 0;
}

/* The frame that the first page is in now, so that frames get their names in the order of their appearance. */
void seq_appears(void)
{
	u64 pte = seq_entry();

	if (pte_present(pte))
		observe("frame", pte_pfn(pte));
}

SYSCALL void seq_pageout(void)
{
	for (int page = 0; page < seq_pages; page++)
		user_pageout(current_mm(), SEQ_VA + page * PAGE_SIZE);
}

void seq_pageout_told(void)
{
	u64 pte = seq_entry();

	if (pte_present(pte) && !pte_special(pte) && !PageAnon(pte_page(pte))) {
		observe("na", 1);
		return;
	}
	seq_pageout();
	pte = seq_entry();
	observe("swapped", !pte_none(pte) && !pte_present(pte));
}

void seq_state(void)
{
	u64 pte = seq_entry();

	observe("module", has_probe_module());
	if (pte_none(pte)) {
		observe("none", 1);
		return;
	}
	if (!pte_present(pte)) {
		observe("swpexcl", (pte & PTE_SWAP_EXCL) != 0);
		return;
	}
	struct page *page = pte_page(pte);
	observe("frame", pte_pfn(pte));
	observe("rw", pte_write(pte));
	observe("zeropage", pte_special(pte));
	observe("pmd", pmd_leaf(pte));
	observe("thp", PageCompound(page));
	observe("map", page_mapcount(page));
	observe("ref", page_count(page));
	if (has_anon_exclusive() && PageAnon(page))
		observe("ae", observed_anon_exclusive(page));
	observe("maybepinned", gup_refs(FOLL_PIN) > 1 && page_maybe_dma_pinned(page));
	observe("swapcache", PageSwapCache(page));
	observe("lrubatch", LRU_BATCH && !pte_special(pte) && !PageKsm(page) && !test_bit(PG_lru, &compound_head(page)->flags));
}

void seq_fork(int child)
{
	fork(child);
	/* Parent and child use pages of theirs at once; as many as the measured rows tell. */
	lru_cache_add_others(7);
}

void seq_exit(void)
{
	if (seq_buffer[current_process()].times)
		seq_give_back(&seq_buffer[current_process()]);
	exit();
}

#if KSM

/* Where the twin of the first page is. */
#define SEQ_TWIN (SEQ_VA + 4 * PAGE_SIZE)

/* A second page with the same contents, which ksmd has found first: it is the one that stays. */
SYSCALL bool seq_ksm(void)
{
	struct mm_struct *mm = current_mm();
	u64 pte = seq_entry();
	bool merged = false;

	if (!pte_present(pte) || pte_special(pte) || !PageAnon(pte_page(pte)))
		return false;
	struct page *twin = alloc_page();
	copy_page(twin, pte_page(pte));
	page_add_new_anon_rmap(twin, SEQ_TWIN);
	set_bit(PG_lru, &twin->flags);
	u64 *ptep = pte_alloc(mm, SEQ_TWIN);
	WRITE_ONCE(*ptep, mk_pte(page_to_pfn(twin), PTE_D | PTE_RW));
	lru_add_drain();
	ksm_pfn = page_to_pfn(twin);
	merged = ksm_merge(current_process(), SEQ_VA);
	if (merged) {
		/* What is merged is nobody's own; and was looked at. */
		atomic {
			twin->flags &= ~(u64)(1 << PG_anon_exclusive);
			twin->flags |= (1 << PG_ksm) | (1 << PG_referenced);
			*ptep = pte_wrprotect(*ptep);
		}
		flush_tlb_page(mm, SEQ_TWIN);
		/* ksmd runs on another CPU: the frame that it gave back is not the next to be had here. */
		alloc_frame();
	}
	return merged;
}

#endif
