E0245 3:32:u fa ctnion called in an atomic block, a guard or an assertion must  in an atomic block, a guard or an asnot call itself
