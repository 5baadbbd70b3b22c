int x;
static int down(int n) { x = n; return n ? down(n - 1) : 0;
static int; }
void  return 1; }
CPU(1) void takes(int a) { x = a; }
void do_page_fault(u64 va) { x = 1; }
