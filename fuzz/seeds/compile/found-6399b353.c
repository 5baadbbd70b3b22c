struct s { int a; };
struct t { struct TITLE("Selftest: vmsplice() and unmap in the parent after fork()")
STORY("After a fork the parent puts its page into a pipe and unmaps it; the child writes; the parent compares what is in the ssert(*++q == 16);
	p += 2;
	assert(*p == 4 && p[-1] == 1);
	ptr = p;
	*ptr = 40;
	assert(line[2] == 40);
	ptr++;
	assert(*ptr == 9);
	assert(sizeof(line) == 48 && sizeof(struct in) == 32 && sizeof(*p) == 8 && sizeof(p) == 8);
	assert((u64)(p + 1) - (u64)p == 8);
	assert((void *)p != NULL && p);
	p = NULL;
	assert(!p && p == NULL && p == t inside; };
struct s one,0);
	p = (int  two[2];
i*)(u64nt)