/* Names that nobody knows, words misspelt, words in the wrong place. */
u65 a;
int b(u65 x);
int c(int x) { retrun x; }
int d(int x) { whlie (x) { x--; } }
int e(x; }
static o(int x) { return x; }
MAIN(void) { }
int p(x) { return x; }
SETPU void q(void) { }
HELPER void r(void) { }
int if;
int struct;
unsigned u64 s;
long short t;
int int u;
if (x) return;
f(1);
printf("x");
int v(void) { list_for_each(pos) { x++; } }
int w(void) { reutrn; }
int x(void) { goot out; out: return 1; }
int y(void) { esle x = 1; }
int z(int x) { return x => 1; }
statc int aa(void) { return 0; }
void bb(void) { f({ 1; }); }
int last_item_is_read;
