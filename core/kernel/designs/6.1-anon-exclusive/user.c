/* What users can see of it. */

bool has_anon_exclusive(void)
{
	return true;
}

bool longterm_pins_are_elsewhere(void)
{
	return true;
}

bool observed_anon_exclusive(struct page *page)
{
	return PageAnonExclusive(page);
}
