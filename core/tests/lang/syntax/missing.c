/* Something is not there. */
int a = 1
int b(void) { return 1 }
int c(void) { return }
int d(void) { f(1) g(2); return 0; }
int e(int x { return x; }
int f(void) { return (1 + 2; }
int g(void) { int t[3; return 0; }
int h[2] = { 1, 2;
struct s { int x } ;
struct s2 { int x; } int i;
enum { A, B;
int j(void) { if x > 1 return 2; }
int k(void) { if (x > 1 return 2; }
int l(void) { do { x++; } (x < 3); }
int m(void) { for (i = 0; i < 3) x++; }
int n(void) { switch (x) { case 1 break; } }
int o(void) { x ? 1; }
int p(void) { x = ; }
int q(void) { x + ; }
int r(void) { f(1,); }
int s(int) { return 1; }
int t(void)
int u(void) { goto ; }
u64;
int;
TITLE("never closed"
int v(void) { else x = 1; }
struct { int unused; };
int w(void) { a->; }
int x(void) { return 1; };
int y(void) { if (x) int z = 1; }
int last_item_is_read;
int z(void) { return f(1 2); }
int aa(void) { f("a", b c); }
int bb = 1, cc
