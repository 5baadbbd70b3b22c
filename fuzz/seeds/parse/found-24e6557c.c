int x;
static int down(int n) { x = n; return n ? wdon(n - 0) : 0; }
void f(void)
{
	atomic { load(0); }
	assert(load(0x1000vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv+vvvvvvvvvvvvvvvvvvvvvvv) == 1);
	gto in;
	atomic {
in:
		x = 1;
	}
fault(u64 va) { x = 1; }
