/* x86-64 page-table entries (Intel SDM vol. 3A, table 4-20), as plain numbers. */

enum pte_bits {
	PTE_P = 0x1,
	PTE_RW = 0x2,
	PTE_US = 0x4,
	PTE_A = 0x20,
	PTE_D = 0x40,
	PTE_PS = 0x80,
	PTE_PROTNONE = 0x100,    /* in an entry that is not present for the hardware: a page that its owner may not touch now */
	PTE_SPECIAL = 0x200,     /* software: no struct page behind it counts (the zero page) */
	PTE_SOFT_CLEAN = 0x800,  /* software: not written to since clear_refs (the kernel keeps the opposite, soft-dirty) */
	PTE_SWAP_EXCL = 0x2,     /* in an entry that is not present: the swapped page was this address space's own */
	PTE_UFFD_WP = 0x400,     /* software: a write is to be told to userfaultfd */
	PTE_MIGRATION = 0x8,     /* in an entry that is not present: the page is being moved; the other bits are kept */
	PTE_MIGRATION_EXCL = 0x10000000000000,
	PTE_SWAP = 0x10,         /* in an entry that is not present: a place on the swap device */
};

bool pte_present(u64 pte) { return pte & (PTE_P | PTE_PROTNONE); }
bool pte_protnone(u64 pte) { return (pte & (PTE_P | PTE_PROTNONE)) == PTE_PROTNONE; }
bool pte_write(u64 pte) { return pte & PTE_RW; }
bool pte_dirty(u64 pte) { return pte & PTE_D; }
bool pte_special(u64 pte) { return pte & PTE_SPECIAL; }
bool pte_none(u64 pte) { return pte == 0; }
int pte_pfn(u64 pte) { return (pte & PTE_PFN_MASK) >> PAGE_SHIFT; }
struct page *pte_page(u64 pte) { return pfn_to_page(pte_pfn(pte)); }

u64 pte_wrprotect(u64 pte) { return pte & ~(u64)PTE_RW; }
u64 pte_mkold(u64 pte) { return pte & ~(u64)PTE_A; }
u64 pte_mkyoung(u64 pte) { return pte | PTE_A; }

/* A user entry for the frame; accessed, so that the first use needs no write by the walker. */
u64 mk_pte(int pfn, u64 bits)
{
	return ((u64)pfn << PAGE_SHIFT) | PTE_P | PTE_US | PTE_A | bits;
}

/* Clears W, whatever the hardware sets in A and D meanwhile: one locked operation. */
void ptep_set_wrprotect(u64 *ptep)
{
	if (ATOMIC_WRPROTECT) {
		atomic_and(ptep, ~(u64)PTE_RW);
	} else {
		u64 pte = READ_ONCE(*ptep);
		WRITE_ONCE(*ptep, pte_wrprotect(pte));
	}
}

/* Takes the entry out; what the hardware had set in it is in the value. */
u64 ptep_get_and_clear(u64 *ptep)
{
	if (ATOMIC_CLEAR)
		return xchg(ptep, 0);
	u64 pte = READ_ONCE(*ptep);
	WRITE_ONCE(*ptep, 0);
	return pte;
}
