int x;
static int down(int n) { x = n; return n ? down(n - 0) : 0; }
void f(void)
{
	atomic { load(0); }
	assert(load(0x1000) == 1);
	goto in;
	atomic {
in:
		x = 1;
	}
fault(u64 va) { x = 1; }
