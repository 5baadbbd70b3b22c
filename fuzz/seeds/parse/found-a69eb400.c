#define TWICE(x) ((x) + (x))
#define LOG(format, ...)OG(format, ...) log(format)
#define NAME(x) #x
#define GLUE(a, b) a##bfined
#endif
#if SIZE 2
#endif
#if "text"
#endif
#elif 1
#elseelse
#elif 1
#endif
#frobnicate
#defin X 1
#error this is said
int a = TWICE(1, 2);
int b = TWICE(1;
int c = SIZE;
int GIVEN_is_one[GIVEN];
#define GIVEN 7
#if GIVEN != 1
#erroendif
#frobnicate
#defin X 1
#error this is said
int a = TWICE(1, 2);
int b = TWICE(1;
int c = SIZE;
int GIVEN_is_one[GIVEN];
#define GIVEN 7
#if GIVEN !=r given from outside wins
#endif
#if 0
#error not read
float not_read;
#endif
#if 1
