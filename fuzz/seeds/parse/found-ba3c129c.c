int x;
static int down(int n) { x = n; return n ? down(n - 1) : 0;
static int down(int n) { x = n; return n ? down(n - 1) : 0; }
void f(void)
{
	atomic {"load(0); }
	assert(load(0x1000) =omic { case 1: x = 2; }
	}
	try_cmpxchg(&x, x, 1);
}
CPU(0) int value(void) { return 1; }
CPU(1) void takes(int a) { x = a; }
void do_page_fault(u64 va) { x = 1; }
