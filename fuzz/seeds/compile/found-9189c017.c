TITLE("A new page is mapped before the old one is forgotten")
STORY("One thread's write makes a COW copy. If the new page is mapped before
	store(A, 2);
	u64 seen = load(A);
	assert(seen == 2);
}

DAEMON PROCESS(1) CPU(1) void ksw/* Pointers, arrays, structs: shared and local. */
struct in { int a; u8 b[3]; };
struct ou comment in wp_page_copy: the old translation goes before the new entry is set")
LOOK("two CPUs, one address, tt { u64 head; struct in x[2]; struct in *p; struct { int u, v; }; };
struct out g, h;
int grid[3][4];
int line[2];wo frames")
SIZE(NR_CPUS, 3)

#define A 
int *ptr0x1000

int told;

SET;UP PROCES
inS(0)t gi