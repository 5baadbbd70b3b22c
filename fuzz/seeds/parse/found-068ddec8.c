int f(int x)
{
d)
{
	steturn y;
}

void gh;
