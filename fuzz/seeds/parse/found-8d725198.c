#define TWICE(x) ((x) + (x))
#define LOG(format, ...) log(format)
#define NAME(x) #x
#define GLUE(a, b) a##b
#define BAD(a b
#define 3
#define int long
#define SIZE 0
#define SIZE 2
#undef
#undef A B
#ifdef
#endif
#ifndef A B
#endKWICE(1;
int c = SIZE;
int GIVEN_is_one[GIVE#d]fN
e;ine GIVEN 7
#if GIVEN != 1
#error given from outside wins
#endif
#if 0
#error not read
float not_rea=;
#endif
#if 1
