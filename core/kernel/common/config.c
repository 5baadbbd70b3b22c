/* How large the modelled machine is. A scenario may say otherwise: SIZE(NR_CPUS, 3). */

/* A scenario that runs on several kinds of memory says MEM (see memory_kinds.c). The huge ones need room for a few copies. */
#ifndef MEM
#define MEM 0
#endif
#if MEM > 1
#ifndef NR_HUGE
#define NR_HUGE 3
#endif
#ifndef NR_VMAS
#define NR_VMAS 3
#endif
#ifndef NR_SWAP
#define NR_SWAP SUBPAGES
#endif
#ifndef NR_MMS
#define NR_MMS 3
#endif
#endif

#ifndef NR_CPUS
#define NR_CPUS 2
#endif
#ifndef NR_MMS
#define NR_MMS 2
#endif
/* Frames of memory; number 0 is never used. */
#ifndef NR_FRAMES
#define NR_FRAMES 32
#endif
/* Memory areas of one address space. */
#ifndef NR_VMAS
#define NR_VMAS 1
#endif
/* Pages of the memory that scenarios look at, where one will do: the second has neighbours' effects only. */
#ifndef PAGES
#define PAGES 1
#endif
/* Slots of the swap device. */
#ifndef NR_SWAP
#define NR_SWAP PAGES
#endif

/* Huge frames: 2 MiB of addresses each. 0: the texts know nothing of huge pages, and no search pays for them. */
#ifndef NR_HUGE
#define NR_HUGE 0
#endif
/* Pages that exist of a huge one: its first, of the machine's 512. */
#ifndef SUBPAGES
#define SUBPAGES 2
#endif
/* Number of the first huge frame: an entry that maps 2 MiB names an aligned one. */
#define HUGE_PFN ((NR_FRAMES + 511) / 512 * 512)
/* What mem_map has room for. */
#define NR_PAGES (NR_FRAMES + NR_HUGE * SUBPAGES)
/*
 * The swap device: it takes its time (SWAP_DISK: a page that was written out stays in the swap cache), or it is memory and answers
 * at once (SWAP_RAM). Neither: a page that was written out is given back at once, and comes back through the swap cache.
 */
#ifndef SWAP_DISK
#define SWAP_DISK 0
#endif
#ifndef SWAP_RAM
#define SWAP_RAM 0
#endif
/* Files that memory can be mapped from, and the pages of each. The first is on a disk, others are memory (shared anonymous mappings). */
#ifndef NR_FILES
#define NR_FILES 1
#endif
#ifndef FILE_PAGES
#define FILE_PAGES 1
#endif
/* Places of a CPU's LRU batch. */
#ifndef LRU_BATCH_PAGES
#define LRU_BATCH_PAGES PAGES
#endif

/* Operations that only some scenarios need: WITH(KSM). What is 0 is not compiled, and no search pays for it. */
#ifndef UFFD
#define UFFD 0         /* userfaultfd write protection: uffd.c */
#endif
#ifndef KSM
#define KSM 0          /* merging of pages with the same contents: ksm.c */
#endif
#ifndef MIGRATION
#define MIGRATION 0    /* a page moves to another frame: migrate.c */
#endif
#ifndef LAZY_FREE
#define LAZY_FREE 0    /* MADV_FREE: lazyfree.c */
#endif
#ifndef MREMAP
#define MREMAP 0       /* mremap.c */
#endif
#ifndef PT_FREE
#define PT_FREE 0      /* page tables are freed, or replaced: pgtable_free.c */
#endif
#ifndef BATCH_FLUSH
#define BATCH_FLUSH 0  /* mprotect flushes only what it changed itself, while reclaim puts flushes off */
#endif
#ifndef LAZY_TLB
#define LAZY_TLB 0     /* CPUs that idle in somebody's address space are not interrupted by flushes: lazy_tlb.c */
#endif
#ifndef COUNT_ROUNDS
#define COUNT_ROUNDS 0 /* slow GUP counts how often it looks a page up */
#endif

/* Words that exist of each frame: a page table has 8 entries here, not 512. */
#ifndef FRAME_WORDS
#define FRAME_WORDS 8
#endif
/* Words of a page that hold data: two, so that losing half a page can be seen. */
#define PAGE_WORDS 2

/* References that user programs can hold at a time; pipe n owns number PIPE_REF + n. */
#define NR_REFS 4
#define PIPE_REF 2

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096
#define PMD_SHIFT 21
#define PMD_SIZE 0x200000
/* The part of a huge page's addresses that has memory. */
#define HUGE_SIZE (SUBPAGES * PAGE_SIZE)
/* Bits 51 to 12 of an entry: the frame. */
#define PTE_PFN_MASK 0x000ffffffffff000

/* What the machine is built from. */
enum machine_sizes {
	CFG_CPUS = NR_CPUS,
	CFG_FRAMES = NR_FRAMES,
	CFG_FRAME_WORDS = FRAME_WORDS,
	CFG_PAGE_WORDS = PAGE_WORDS,
	CFG_HUGE = NR_HUGE,
	CFG_SUBPAGES = SUBPAGES,
};
