/* Pointers, arrays, structs: shared and local. */
struct in { int a; u8 b[3]; };
struct out { u64 head; struct in x[2]; struct in *p; struct { int u, v; }; };
struct out g, h;
int grid[3][4];
int line[6];
int *ptr;
int given[] = { 3, 1, [4] = 9, 2 };
struct out made = { .head = 5, .x = { { 1, { 2, 3 } }, { .b = { [2] = 7 } } }, .u = 11 };

CPU(0) void pointers(void)
{
	int *p = line, *q;
	int i;

	for (i = 0; i < 6; i++)
		line[i] = i * i;
	assert(*p == 0 && p[3] == 9 && *(p + 4) == 16 && *(2 + p) == 4);
	q = &line[5];
	assert(q - p == 5 && q > p && p < q && p != q);
	assert(*q-- == 25);
	assert(*q == 16);
	assert(*--q == 9);
	assert(*++q == 16);
	p += 2;
	assert(*p == 4 && p[-1] == 1);
	ptr = p;
	*ptr = 40;
	assert(line[2] == 40);
	ptr++;
	assert(*ptr == 9);
	assert(sizeof(line) == 48 && sizeof(struct in) == 32 && sizeof(*p) == 8 && sizeof(p) == 8);
	assert((u64)(p + 1) - (u64)p == 8);
	assert((void *)p != NULL && p);
	p = NULL;
	assert(!p && p == NULL && p == 0);
	p = (int *)(u64)&line[1];
	assert(*p == 1);
}

CPU(1) void structs(void)
{
	struct out *o = &g;
	struct in *k = &g.x[1];
	int n = 1;

	g.head = 1;
	g.x[0].a = 10;
	o->x[1].a = 20;
	k->b[2] = 300;
	o->p = &o->x[0];
	o->p->b[1] = 5;
	o->u = 6;
	o->v = -7;
	assert(g.x[1].b[2] == 44 && g.x[n].a == 20 && g.x[n].b[n + 1] == 44);
	assert(o->x[0].b[1] == 5 && o->p->a == 10 && (*o).u + o->v == -1);
	assert(k - o->p == 1);
	h = g;
	assert(h.x[1].a == 20 && h.p == &g.x[0] && h.v == -7);
	h.x[0] = h.x[1];
	assert(h.x[0].a == 20 && h.x[0].b[2] == 44 && g.x[0].a == 10);
	*o = h;
	assert(g.x[0].a == 20);
	grid[1][2] = 12;
	grid[n + 1][n] = 21;
	assert(grid[n][n + 1] == 12 && grid[2][1] == 21 && *(grid[1] + 2) == 12 && (&grid[2][0])[1] == 21);
}

CPU(2) void initial(void)
{
	ptr = NULL;
	assert(sizeof(given) == 48 && given[0] == 3 && given[1] == 1 && given[2] == 0 && given[4] == 9 && given[5] == 2);
	assert(made.head == 5 && made.x[0].a == 1 && made.x[0].b[1] == 3 && made.x[1].a == 0 && made.x[1].b[2] == 7);
	assert(made.u == 11 && made.v == 0 && made.p == NULL);
}

static void bump(int *p, int by) { *p += by; }
static void split(u32 v, u32 *hi, u32 *lo) { *hi = v >> 16; *lo = v & 0xffff; }
static void fill(struct in *s, int a) { int i; s->a = a; for (i = 0; i < 3; i++) s->b[i] = a + i; }

CPU(3) void locals(void)
{
	int x = 1;
	u32 hi, lo;
	struct in s, t = { 4, { 5, 6, 7 } };
	int a[4] = { 1, 2 };
	int *p = &x, **pp = &p;
	typeof(x) y = 8;
	typeof(&x) z = &y;

	ptr = NULL;
	bump(&x, 4);
	assert(x == 5);
	**pp = 9;
	assert(x == 9 && *p == 9);
	*z += 1;
	assert(y == 9);
	split(0x12345678, &hi, &lo);
	assert(hi == 0x1234 && lo == 0x5678);
	fill(&s, 250);
	assert(s.a == 250 && s.b[0] == 250 && s.b[2] == 252);
	t = s;
	s.b[0] = 1;
	assert(t.b[0] == 250 && s.b[0] == 1);
	assert(a[0] == 1 && a[1] == 2 && a[2] == 0 && a[3] == 0);
	a[x - 6] = 77;
	p = a;
	assert(p[3] == 77 && &p[3] - a == 3);
	bump(&a[2], -1);
	assert(a[2] == -1);
	{
		int x = 100;
		assert(x == 100);
	}
	assert(x == 9);
	for (int i = 0; i < 2; i++) {
		struct in r = { i };
		assert(r.a == i && r.b[1] == 0);
		r.b[1] = 9;
	}
	ptr = NULL;
	assert(x == 9 && t.b[2] == 252 && a[3] == 77);  /* kept from step to step */
}
