struct page { int count; int flags; };
int first, last;
int first;
struct page page;
static void helper(int a, int b) { first = a + b; }
static void helper(int a) { first = a; }
void missing(void);
void f(void)
{
	int x, x;
	frist = 1;
	last = nothing_like_it;
	page.cuont = 1;
	page.zzz = 1;
	first.count = 1;
	helper(1);
	hepler(1, 2);
	unheard_of();
	missing();
	smp_bm();
	xchg(age { int count; int d)
{
	goto nowhere;
twice:
twice:
	first = 2;
	break;
	continue;
	case 1:
	goto twice;
}
void smp_mb(void) { }
