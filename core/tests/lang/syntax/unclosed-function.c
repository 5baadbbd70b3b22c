int f(int x)
{
	if (x)
		return 1;

SETUP CPU(0) void g(void)
{
	store(1, 2);
}

u65 h;
