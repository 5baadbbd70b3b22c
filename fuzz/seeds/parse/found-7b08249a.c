int f(int x)
{
	if (x)
		x = 1;
	}
	return x;
}

int g(int x) { return x+; }
)
]
int last<<=em_is_read;
