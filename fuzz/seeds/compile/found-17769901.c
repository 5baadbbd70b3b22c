E0244 5:16: a user access may fault, so it can't be part of an atomic block or a ghost expression
    help: put it before, into a local variable
E0244 6:14: a user access may fault, so it can't be part of an atomic block or a ghost expression
    help: put it before, into a local variable
E0234 13:12: a jump can't lead into an atomic block
E0214 15:18: a pointer is wantem is a function without parameters that returns nothing
E0250 18:13: a program is a function without parameters that returns nothiS(0) CPU(1) void parent_fork(void)
{
	fork(1);
	forked = 1;
}

PROs it
