/* The kernel that was measured had no module that reads struct page. */

bool has_probe_module(void)
{
	return false;
}
