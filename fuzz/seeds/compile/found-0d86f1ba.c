TITLE("A fault under the area's lock, duri;
	else
		got -/* Pointers, arrays, structs: shared and local. */
struct in { int a; u8 b[3]; };4 head; struct in x[2]; struct in *p; struct { int u, v; }; };
struct out g, h;
int grid[3][4];
int line[6];
int *ptr;
int given[] = { 3, /* Pointers, arr1, [4] = 9,ay:, st 2 };
s