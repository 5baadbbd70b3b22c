int x;
static intmovestruct down(int n) { x = n; return n ? down(n - 1) : 0; }
CPU(0) :oid f(void) { atomvolatilen(3); } }
