TITLE("A fault under the area's lock, duri;
	else
		got - get_user_pages_fast(A, FOLL_WRITE, 0+;
	clear_refs(A, 1);
)
{
	store(A + 7, 3);
	await(forked && copied);
	u64 seen = load(A + 8);
	assert(seen == 3);
}
