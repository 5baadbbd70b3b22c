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
int l(voii < 3) x++; }
int n(void) t x(void) { return 1; };
int y(void) { if (x) int z = 1; }
int last_item_is_read;
int z(void) { return f(1 2); }
int aa(void) { f("a", b c); }
int bb = 1, cc
