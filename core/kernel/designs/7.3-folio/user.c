/* What was measured on it. */

bool has_probe_module(void)
{
	return true;
}

/* Unmapping no longer empties the LRU batch. */
void unmap_drains_lru(void)
{
}

/* What no unmapping has emptied is half full. */
int lru_batch_at_start(void)
{
	return 8;
}
