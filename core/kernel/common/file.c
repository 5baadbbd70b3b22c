/* Memory that shows a file: its pages are in the page cache, and a private mapping copies them where it writes. */

int page_cache[NR_FILES][FILE_PAGES];  /* frame of each page of each file; 0: not in memory */

/* The first file is on a disk, whose file system keeps something with each page; the others are memory itself. */
enum { DISK_FILE = 0 };

/* A new page of a file, in the cache. */
struct page *add_to_page_cache(int file, int index)
{
	struct page *page = alloc_page();

	atomic {
		page->flags = file == DISK_FILE ? (1 << PG_private) | (1 << PG_lru) : new_anon_flags() & (1 << PG_lru);
		if (file == DISK_FILE)
			page->refcount += 1;
		page_cache[file][index] = page_to_pfn(page);
	}
	clear_page(page);
	if (file != DISK_FILE)
		lru_cache_add(page);
	return page;
}

/* The page of the file that an area shows at `va`; memory grows where it is looked at. */
struct page *filemap_page(struct vm_area_struct *vma, int file, u64 va)
{
	int index = (va - READ_ONCE(vma->file_base)) >> PAGE_SHIFT;
	int pfn = READ_ONCE(page_cache[file][index]);

	return pfn ? pfn_to_page(pfn) : add_to_page_cache(file, index);
}

/* write(2): every word of the file's page. */
SYSCALL void file_write(int file, int index, u64 value)
{
	int pfn = READ_ONCE(page_cache[file][index]);
	struct page *page = pfn ? pfn_to_page(pfn) : add_to_page_cache(file, index);
	u64 *word = page_address(page);

	for (int i = 0; i < PAGE_WORDS; i++)
		WRITE_ONCE(word[i], value);
}

/* read(2): the first word of the file's page. */
SYSCALL u64 file_read(int file, int index)
{
	int pfn = READ_ONCE(page_cache[file][index]);
	return pfn ? READ_ONCE(*page_address(pfn_to_page(pfn))) : 0;
}

SYSCALL int mmap_file(u64 va, int pages, int file, int prot, bool shared)
{
	u64 vm_flags = VM_MAYWRITE | ((prot & PROT_READ) ? VM_READ : 0) | ((prot & PROT_WRITE) ? VM_WRITE : 0);

	return mmap_area(va, pages, file + 1, shared ? vm_flags | VM_SHARED : vm_flags);
}

/* Nothing is mapped yet: the file's page, or, for a write to a private mapping, a copy of it. */
int do_file_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, int file, int flags)
{
	struct page *page = filemap_page(vma, file, va);
	u64 vm_flags = READ_ONCE(vma->flags);
	bool write = flags & FAULT_FLAG_WRITE;
	bool copy = write && !(vm_flags & VM_SHARED);
	u64 entry;

	get_page(page);
	if (vm_flags & VM_SHARED)
		ghost_shared(page_to_pfn(page));
	if (copy) {
		struct page *new = alloc_page();
		copy_page(new, page);
		put_page(page);
		page = new;
		entry = area_pte(vm_flags, mk_pte(page_to_pfn(page), PTE_D));
	} else {
		entry = mk_pte(page_to_pfn(page), write ? PTE_D : 0);
		/* A file on a disk wants to know of the first write. */
		if ((vm_flags & VM_SHARED) && (write || file != DISK_FILE))
			entry = area_pte(vm_flags, entry);
	}
	spin_lock(&mm->page_table_lock);
	if (READ_ONCE(*ptep) == 0) {
		if (copy) {
			page_add_new_anon_rmap(page, va);
			lru_cache_add(page);
		} else {
			page_dup_rmap(page);
		}
		WRITE_ONCE(*ptep, entry);
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		put_page(page);
	return 0;
}

/* A write, or unsharing, of a file's page that is mapped read-only. Page-table lock held; returns with it released. */
int wp_file_page(struct mm_struct *mm, struct vm_area_struct *vma, u64 va, u64 *ptep, u64 pte, int flags)
{
	struct page *page = pte_page(pte);

	if (READ_ONCE(vma->flags) & VM_SHARED) {
		wp_page_reuse(mm, vma, ptep, pte);
		return 0;
	}
	if ((flags & FAULT_FLAG_UNSHARE) && !unshare_copies_files()) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	get_page(page);
	return wp_page_copy(mm, vma, va, ptep, pte, page, flags);
}

/* From 6.2 on. */
bool unshare_copies_files(void)
{
	return false;
}
