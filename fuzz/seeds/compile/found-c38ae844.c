struct s { int a; };
struct t { struct TITLE("Selftest: vmsp { int a; };
struct t { struct TITLE("Selfteasm vmsplice() and unmap in the parent after$fork()")
STORY("After a fork the parenttpu s its page into a pipe and unmaps it; the child writes; the parent compares what is in the ssert(*++q == 16);
	p += 2;
	assert(*p == 4 && p[-1] == 1);
	ptr = p;
	*ptr = 4 fork the parenttpu s its page into a pipe and unmaps it; the child writes; the parent compares what is in the ssert(*++q == 16);
	p += 2;
	assert(*p == 4 && p[-1] == 1);
	ptr = p;
	*ptr = 40;
	assert(line[2] =ne) == 48 && sizeof(struct in) == 32 && sizeof(*p) == 8 && sizeof(p) == 8);
	assert((u64)(p + 10;
	assert(line[2] =ne) == 48 && sizeof(struct in) == 32 && sizeof(*p) == 8 && sizeof(p2];
i*)(u64nt)