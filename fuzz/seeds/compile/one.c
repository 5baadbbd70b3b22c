int x; CPU(0) void f(void) { x = 1; }
