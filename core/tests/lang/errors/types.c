struct s { int a; };
struct t { struct t inside; };
struct s one, two[2];
int n, *p, list[3];
void nothing;
int huge[100000000];
int odd[-1];
int four[2] = { 1, 2, 3 };
struct s many = { 1, 2 };
int scalar[2] = 5;
int varies[n];
int wide(int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8, int a9, int a10, int a11, int a12, int a13,
	 int a14, int a15, int a16, int a17) { return 0; }
struct s whole(void) { }
int taken(struct s by_value) { return 0; }
int f(void)
{
	n = p;
	p = n;
	p = &one;
	n = one;
	one = two;
	n = *n;
	n = list[3];
	n = n[0];
	n = p * 2;
	n = p + p;
	list[p] = 1;
	5 = n;
	&5;
	n + 1 = 2;
	if (one) n = 1;
	n = -p;
	n = 1 / 0;
	return;
}
void g(void)
{
	void *v = p;
	n = *v;
	n = "text";
	n = (struct s){ 1 };
	switch (one) { }
	switch (n) { case 1: case 1: case n: default: default: case 5 ... 3: case 0 ... 2: ; }
	atomic_inc(n);
	atomic_inc(&one);
	READ_ONCE(one);
	return 1;
}
