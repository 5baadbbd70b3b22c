TITLE("A copy gives up the old page too early")
STORY("Parent and child share a page and both write. The parent makes a copy; if it gives up its map count before the old translation is gone from its other thread's TLB, the child sees a map count of one, writes in place, and the parent's other thread reads the child's data.")
KIND(tlb)
SOURCE("the comment in wp_page_copy about the order of the old page's rmap removal")
LOOK("the order: old translation gone, map count given up")
SIZE(NR_CPUS, 3)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, PAGES); store_pages(A, 1); fork(1); }
SETUP PROCESS(1) CPU(2) void warm_child(void) { load(A); }
SETUP PROCESS(0) CPU(1) void warm_parent(void) { load(A); }

PROCESS(0) CPU(0) void parent_writes(void) { store(A, 2); }
PROCESS(0) CPU(1) void parent_reads(void) { load(A); load(A); reached("the other thread has read"); }
PROCESS(1) CPU(2) void child_writes(void) { store(A, 3); }
