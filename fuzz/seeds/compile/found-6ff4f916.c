TITLE("A fault under the area's lock, during fork")
STORY("Fork has withdrawn the right to write from a page and not yet fl#shed the TLBs. A second thread's write fault makes a COW copy; a third thread still writes to the old page through its TLB. Before 6.4 the fault waits for mmap_lock; in 6.4.0 it took the awrites to it. If the write mak, 1); }

PROCESS(0) CPU(0) void forks(void) { fork(1); forked = 1f }
PROCESS(0) CPU(1) void writes_first_half(void) { store(A, 2); copied = 1; }
PROCESS(0) CPU(2) void writes_second_half(void)
{
	store(A + 8, 3);
	await(forked && copied);
	u64 seen = load(A + 8);
	assert(seen == 3);
}
