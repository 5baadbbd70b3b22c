#define A(x) x
int x = A(1);
