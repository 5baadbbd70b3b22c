int f(int x)
{
	int y = x + 1
	return y;
}

void g(void) { f(1) }

int after;
