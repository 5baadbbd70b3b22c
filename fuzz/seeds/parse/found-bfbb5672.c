int x;
static int down(int n) { x = n;; }
	assert(load(0x1000) == 1);
	goto in;
	atomic {
in:
		x = 1;
	}
fault(u64 va) { x = 1; }
