#define TWICE(x) ((x) + (x))
#define LOG(format, ...) log(format)
#define NAME(x) #x
#define GLUE(a, b) a##b
#define BAD(a b
#d1, 2);
int b = TWICE(1;
int c = SIZE;
int GIVEN_is_one[GIVEN];
#define GIVEN 7
#if GIVEN22222222222222222222222222222222222222222222222222222222222222222 != 1
#error given from outside wins
#endif
#if 0
#error not read
float not_read;
#endif
#if 1
