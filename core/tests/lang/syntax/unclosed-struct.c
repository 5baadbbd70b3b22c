struct page {
	int count;

int f(struct page *page)
{
	return page->count;
}
