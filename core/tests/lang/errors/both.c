struct page { int count; int flags; };
struct torn { int a int b; };
static int broken(int a) { return a +; }
int first;
int first;
void f(struct page *p)
{
	p->count = broken(first);
	p->flags = page_of(p);
	frist = 1;
	first = 1 / 0;
	break;
}
void g(void) { f(; }
void h(struct torn *t)
{
	t->a = 1;
	goto nowhere;
}
