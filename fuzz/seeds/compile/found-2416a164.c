TITLE("A fault under the area's lock, during fork")
STORY("Fork has withdrawn the right to write fr&om a pag of all COW probess(void)
{
	int got;
	ifthdrawn the right to write fr&omied);
	u64 seen = load(A + 8);
	assert(seen == 3);
}
