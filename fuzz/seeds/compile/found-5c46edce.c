E02~5 3:32: a function called in an atomic block, a guard or an assertion must not call itself
