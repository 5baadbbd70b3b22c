int x;
static int down(int n) { x = n; return n ? down(n - 1) : 0; }
void f(void)
{
	atomic { load(0); }
	assert(load(0x1nt a) { x = a; 
void do_page_fault(u64 va) { x = 1; }
