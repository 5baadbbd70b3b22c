int f(int x)
{
	while (x) {
		if (x > 1) {
			x--;
		x++;
	}
	return x;
}

int g(int x)
{
	return x;
}
