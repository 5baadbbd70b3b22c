/* Everything that the language has, once. */
TITLE("A tour " "of the language")
SWITCH(SEQCOUNT, 1, "fork holds the seqcount odd");
VARIANT(pin, FLAGS = FOLL_PIN)
VARIANT(given, GIVEN = 2)
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define pfn_of(pte) (((pte) & PTE_PFN_MASK) >> PAGE_SHIFT) // function-like
#define for_each_cpu(cpu) for (int cpu = 0; cpu < NR_CPUS; cpu++)
#ifndef NR_CPUS
# define NR_CPUS 2
#endif
#if SEQCOUNT && defined(GIVEN) && !(GIVEN > 1) && PAGE_SHIFT == 12 ? 1 : 0
enum { PTE_P = 1 << 0, PTE_W = 1 << 1, PTE_PFN_MASK = 0x000ffffffffff000ull, };
#else
#error "not read"
float never;
#endif

typedef struct { u64 pte; } pte_t;
typedef unsigned long pteval_t, *pteval_p;
struct page;
struct mm_struct;
enum fault { FAULT_OK, FAULT_RETRY = 4 };

struct page {
	u32 refcount;
	s32 mapcount;
	bool locked;
	u64 data[2];
	struct { u16 a, b; };
	struct list { struct page *next, *prev; } lru;
} __attribute__((packed));

GHOST u64 shadow[4] = { 1, 2, [3] = 4 };
static struct page pages[NR_CPUS * 4] = { { .refcount = 1 }, { .data = { 1, 2 } } }, *first = &pages[0];
extern const volatile unsigned int nr_pages;
unsigned char letters[] = { 'a', '\n', '\x7f', '\0' };

int fork_mm(struct mm_struct *, int);
static inline u64 pte_val(pte_t pte) { return pte.pte; }

static __always_inline __must_check int helper(struct page *restrict page, const u64 values[2], u64 *out)
{
	u64 sum = 0, *p = &sum;
	for_each_cpu(cpu)
		sum += READ_ONCE(page->data[cpu]) ^ values[cpu & 1];
	*out = sum;
	return likely(sum > 10) ? (int)sum : -1;
}

SETUP PROCESS(0) CPU(1) void setup(void)
{
	struct page local = (struct page){ .refcount = 1, .mapcount = -1 };
	pte_t pte = { 0 }, *ptep = (pte_t *)first;
	typeof(pte) other = pte;
	int i, ret = ({ int t = 1; t + 2; });

	atomic {
		local.refcount++;
		--local.mapcount;
	}
	if (!ret && ptep->pte != other.pte || pfn_of(pte.pte) >= 3u)
		goto out;
	else if (ret)
		ret = ret ?: 3, i = 2;
	else {
		;
	}
	do {
		i--;
		if (i == 3)
			continue;
	} while (i > 0);
	switch (i) {
	case 0:
	case 1 ... 3:
		ret <<= 2;
		fallthrough;
	case FAULT_RETRY:
		break;
	default:
		ret = sizeof(struct page) + sizeof ret + sizeof(*ptep) * ~0x1eUL;
	}
	for (;;)
		if (await(i) + choose(2))
			break;
	while (trylock(&first->locked)) smp_mb();
out:
	(void)offsetof(struct page, lru.next);
	container_of(first, struct page, lru)->refcount %= 2;
retry: ;
}

SYSCALL int sys_fork(int child) {
	return observe("child", child), 0; }
CHECK(shadow[0] == 1);

/* An attribute word with brackets may come first. */
PROCESS(0) CPU(1) void task(void)
{
	setup();
}
