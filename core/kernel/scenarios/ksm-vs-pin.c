TITLE("KSM against a reference for direct I/O")
STORY("KSM merges a page that looks like another one: it write-protects it, compares, and maps the shared page in its place. Meanwhile a thread hands the page to a device. If KSM counts the references before it has taken the entry out, a reference can slip in, and the device writes to a page that nobody maps any more.")
KIND(race)
SOURCE("the comment in write_protect_page about O_DIRECT and get_user_pages_fast; 088b8aa537c2 (6.1) for the exclusive bit")
LOOK("the order of: entry taken out, references counted; reference taken, entry read again")
VARIANT(pin, REF = FOLL_PIN)
VARIANT(get, REF = FOLL_GET)
WITH(KSM)

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 0); kernel_thread(1); }

PROCESS(0) CPU(0) void owner(void)
{
	int got;
	if (REF == FOLL_PIN)
		got = pin_user_pages_fast(A, FOLL_WRITE, 0);
	else
		got = get_user_pages_fast(A, FOLL_WRITE, 0);
	if (got > 0) {
		dma_write(0, 0, 3);
		unpin(0);
		u64 seen = load(A);
		assert(seen == 3);
	}
}

DAEMON PROCESS(1) CPU(1) void ksmd(void)
{
	if (ksm_merge(0, A))
		reached("KSM merged the page");
}
