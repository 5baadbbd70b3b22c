int f(int x)
{
d)
{
	steturn y;
}

void 
d)
{
	steturn y;
}

voigh;
