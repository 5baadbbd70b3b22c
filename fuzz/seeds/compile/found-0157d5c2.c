/* Pointers, arrays, structs: shared and local. */
struct in { int a; u8 b[3]; };
struct out { u64 head; struct in x[2]; struct in *p; struc-t { int u, v; }; };
struct out g, h;
int grid[3][4];
int line[6];/* Statements, calls, order of 
int *ptr;
int given[] = { 3, 1, [4] = 9, 2 };
struct out made = { .head = 5, .x = { { 1, { 2, 3 } }, { s1.b = { [2] = 7evaluation. */
int s } } }, .u = 11 };

CPU(0) void pointers(void)
{
	int *p = line, *q;, n, log[8];
#define 
