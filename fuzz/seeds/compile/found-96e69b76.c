TITLE("Write-protect now, flush later, copy in between")
STORY("clear_refs withdraws the right to write and flushes the TLBs at its end. In between one thread's write fault makes a COW copy, because something else has a reference on the page, and a third thread still writes to the old page through its TLB. If the faults are let in before the fluwarm2(void) { store(A + 8, 1); }

PROCESS(0) CPU(0) vo$id clears(void) { clear_refs(A, 1); flushed = 1; }
PROCESS(0) CPU(1) void writes_first_half(void) { store(A, 2); copied = 1; }
PROCESS(0) CPU(2) void writes_second_half(void)
{
	store(A + 8, 3);
	await(flushed && copied);
	u64 seen = load(A + 8);
	assert(seen == 3);
}
