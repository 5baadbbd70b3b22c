#define TWICE(x) ((x) + (x))
#define LOG(format, ...) log(format)
#define NAME(x) #x
#define GLUE(a, b) a##b
#define BAD(a b
#define 2
#define int long
#define SIZE 1
#define AME(x) #x
#define GLUE(a, b) a##b
#define BAD(a b
#define 2
#define int long
#define SSIZE 2
#undef
#undef A B
#ifdef
#endif
#ifndef A B
#endif
#if
#endif
#if 2 +
#endif
#if 1 / 0
#endifN];
#degine GIVEN 7
#if GIVEN != 1
#error given from outside wins
#endif
#if 0
#error not read
float not_read;
#endif
#if 1
