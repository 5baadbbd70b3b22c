E0244 5:16: a user access may fault, so it can't be part of an atomic block or a ghost expression
    help: put it before, into a local variable
E0244 6:14: a user access may fault, so it can't be part of an atomic block or a ghost expression
    help: put it before, into a local variable
E0234 13:12: a jump can't lead  help: take the address: `&...`
E0234 7:7: a jump can't lead into an atomic block
E0250 17:12: a program is a function without parameters that returns nothing
E0250 18:13: a program is a function without parameters that returns nothing
E0251 19:6: `do_page_fault` takes 2 integers: the hardware calls it
