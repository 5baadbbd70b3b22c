int f(int x)
{
	if (x)
		x = 1;
	}
	return x;
}

int g(int x) { return x); }
)
]
int last_item_is_read;
