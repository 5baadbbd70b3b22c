/* What C has and this language has not: one refusal for each item. */
float ratio;
void a(void) { int x = 1.5; }
union u { int a; };
struct b { int x; union { int a; } u; };
struct flags { u32 locked : 1; };
struct ops { int (*fault)(int va); };
typedef int (*handler)(int);
void c(struct ops *ops) { ops->fault(1); }
void d(int x) { goto *x; }
void e(void) { int p = &&out; out: ; }
void f(void) { asm volatile("mfence"); }
int g(int x) { return _Generic(x, int: 1); }
int h(const char *format, ...);
int i(a, b) int a; int b; { return a; }
unsigned __int128 wide;
void j(void) { int inner(int x) { return x; } }
void k(void) { int inner(int x); }
void l(int n) { char *p = alloca(n); }
int m[4] = { [0 ... 3] = 1 };
_Atomic int counter;
_Thread_local int mine;
int n(void) { return setjmp(0); }
void o(void) { typedef int t; }
int (*p)[4];
int (q);
_Static_assert(1, "x");
void r(void) { auto x = 1; }
void s(void) { __label__ x; }
void t(void) { va_start(x); }
void u(int x[*]);
int v = L"wide";
void w(void) { struct local { int x; }; }
struct y { int a; } z = { .a.b = 1 };
#pragma once
#include <linux/mm.h>
#include "common.h"
int last_item_is_read;
