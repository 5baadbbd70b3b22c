/* References in the hands of user programs: devices, pipes. */

/*
 * What the invariants are told of a reference. A read pin of a page that is not anonymous (the page of zeroes) stays on that page
 * when the program writes and gets another: nobody promised otherwise before 6.2, so it counts as a plain reference there.
 */
u64 ghost_pin_kind(struct page *page, u64 gup_flags)
{
	if ((gup_flags & FOLL_WRITE) || (head_of(page)->flags & (1 << PG_anon)))
		return gup_flags;
	return (gup_flags & ~(u64)FOLL_PIN) | FOLL_GET;
}

/* The program holds the page in `slot` from the last step of the call that got it. */
int hold(int slot, u64 va, struct page *page, u64 gup_flags)
{
	if (!page)
		return -EFAULT;
	int pfn = page_to_pfn(page);
	note_ref(page);
	ghost_ref_page[slot] = page_index(page);
	ghost_ref_count[slot] = gup_refs(gup_flags);
	ghost_ref(slot, va, pfn, ghost_pin_kind(page, gup_flags));
	/* The caller's own array of pages. */
	atomic {
		refs[slot].pfn = pfn;
		refs[slot].flags = gup_flags;
	}
	return 1;
}

/* The page of `slot`; the program's hold on it ends before the first step of giving it back. */
SYSCALL void unpin(int slot)
{
	int pfn;
	u64 gup_flags;
	if (ghost_ref_page[slot]) {
		ghost_refs[ghost_ref_page[slot]]--;
		ghost_ref_page[slot] = 0;
		ghost_unref(slot);
	}
	atomic {
		pfn = refs[slot].pfn;
		gup_flags = refs[slot].flags;
		refs[slot].pfn = 0;
	}
	if (pfn)
		gup_put_page(pfn_to_page(pfn), gup_flags);
}

SYSCALL int get_user_pages_fast(u64 va, u64 gup_flags, int slot)
{
	gup_flags |= FOLL_GET;
	return hold(slot, va, internal_get_user_pages_fast(current_mm(), va, gup_flags), gup_flags);
}

SYSCALL int pin_user_pages_fast(u64 va, u64 gup_flags, int slot)
{
	gup_flags |= FOLL_PIN;
	return hold(slot, va, internal_get_user_pages_fast(current_mm(), va, gup_flags), gup_flags);
}

SYSCALL int get_user_pages(u64 va, u64 gup_flags, int slot)
{
	gup_flags |= FOLL_GET;
	return hold(slot, va, internal_get_user_pages(current_mm(), va, gup_flags), gup_flags);
}

SYSCALL int pin_user_pages(u64 va, u64 gup_flags, int slot)
{
	gup_flags |= FOLL_PIN;
	return hold(slot, va, internal_get_user_pages(current_mm(), va, gup_flags), gup_flags);
}

/* The device reads or writes through the reference: no page table is asked. Ringing its bell comes after all earlier stores. */
SYSCALL u64 dma_read(int slot, int word)
{
	smp_mb();
	return dma_load(slot, word);
}

SYSCALL void dma_write(int slot, int word, u64 value)
{
	smp_mb();
	dma_store(slot, word, value);
}

/* vmsplice: the pipe holds the page itself, not a copy of it. */
SYSCALL int vmsplice(int pipe, u64 va)
{
	return get_user_pages_fast(va, 0, PIPE_REF + pipe);
}

/* The first word of what is in the pipe. The page stays there. */
SYSCALL u64 read_pipe(int pipe)
{
	smp_mb();
	return dma_load(PIPE_REF + pipe, 0);
}

SYSCALL void close_pipe(int pipe)
{
	unpin(PIPE_REF + pipe);
}
