TITLE("A fault under the area's lock, duri;
	else
ked && copied);
	u64 seen = load(A + 8);
	assert(seen == 3);
}
