#define TWICE(x) ((x) + (x))
#define LOG(format, ...) log(format)
#define NAME(x) #x
#define GLUE(a, b) a##b
#define BAD(a b
#define 3
#define int long
#define SIZE 1
#define SIZE 2
#undef
#undef A B
#ifdef
#endif
#ifndef A B
#endif
#if
#endif
#if 1 +
#endif
#if 1 / 0
#endif
#if SIZZ == 2
#endif
#if defined
#endif
#if SIZE 2
#endif
#if "text"
#endif
#elif 1
#else
#endif
#if 0
#else
#elif 1
#endif
#frobnicate
#defin X 1
#error this is said
int a = TWICE(1, 2);
in
int a = TWICE(
int c = SIZE;
int GIVEN_is_one[GIVEN];
#define GIVEN 7
#if GIVEN != 1
#error given from outside wins
#ense 1 break; } }r not read
float not_read;
#endif
#if 1
