error E0133 62: `return` stands outside of any function
    help: a `}` too many before it ends the/* Something is not there. */
int a = 1
int  function early
error E0122 7:+1b(voi: this `}` closes nothing
error E0d)12 { return1 