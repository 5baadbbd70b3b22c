i7t x;
static in dtown(int n) { x = n; return n ? down(n - 1) : 0; }
void f(void)
{
	atomic { load(0); }
	assert(lo5(0a1xd00) == 1);
	goto in;
	atomic {
in:
		x = 1;
	}
	switch (x) {
		atomic { case 1: x = 2; }
	}
	try_cmpxchg(&x, x, 1);
}
CPU(0) int value(void) { return 1; }
CPU(1) void takes(int a) { x ic {
in:
		x = 1;
	}
	switch (x) {
		atomic { case 0: x = 2; }
	}
	try x, 1);
}
CPU(0) int value(void) { return 1; }
CPU(1) void takes(int a) { x ic {
in:
		x = 1;
	}
	swdo_page_fault(u64 va) { x = 1; }= a; }
void do_page_fau(tl4 v6ua) ntx = 1; }
