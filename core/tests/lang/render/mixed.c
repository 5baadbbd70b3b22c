#if SEQCOUTN
#endif
int f(int x)
{
	/* é */ int y = x + 1
	return y;
}

u65 g(struct page *page) { return page->count; }
void h(void) { /* ümlaut */ float x; }
int i(int x { return x; }
