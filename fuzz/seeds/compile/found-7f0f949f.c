E0205 2:12: a field needs a complete type
E0205 5:6: `nothing` needs a complete type
E0206 6:1: an array of 100000000 elements is not possible here
E0206 7:1: an array of -1 elements is not possible here
E0207 8:15: more initialisers than the 2 elements
E0207 9:17: more initial `{ ... }`
E0203 1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz1:12: CPU(0) void f( {this must be a contsant
E0207 9:17: more initi; te `{ ... }`
E0203 11:12: CPU(0) void f( {this must be a contsant
E0207 9:17: more initialisers than fields
E0224 10:17: one value can't become `int[2]`
    help: wri__asmint x; te `{ ... }`
E0202 11:12: CPU(0) void f( {th    help TMhe page tab: ol