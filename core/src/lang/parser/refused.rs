//! What C has and this language has not: each refused by name, with a way out.

use super::super::ast::Span;
use super::super::diag::Diagnostic;

/// One thing left out.
struct LeftOut {
    words: &'static [&'static str],
    code: &'static str,
    what: &'static str,
    mend: &'static str,
}

/// Keywords whose presence is the refusal.
const WORDS: [LeftOut; 11] = [
    LeftOut {
        words: &[
            "float",
            "double",
            "_Float16",
            "_Float32",
            "_Float64",
            "__float128",
            "_Complex",
            "_Imaginary",
            "_Decimal64",
        ],
        code: "E0140",
        what: "floating point is not part of the language",
        mend: "use integers, scaled if need be",
    },
    LeftOut {
        words: &["union"],
        code: "E0141",
        what: "unions are not part of the language",
        mend: "use a `struct` with a field for each member, or one integer and shifts",
    },
    LeftOut {
        words: &["asm", "__asm__", "__asm"],
        code: "E0145",
        what: "inline assembly is not part of the language",
        mend: "there is a builtin for each instruction that matters: `invlpg`, `smp_mb`, `cmpxchg`, `local_irq_save`, ...",
    },
    LeftOut {
        words: &["_Generic"],
        code: "E0146",
        what: "`_Generic` is not part of the language",
        mend: "call the function for the type by its name",
    },
    LeftOut {
        words: &["__int128", "__int128_t", "__uint128_t", "_BitInt", "u128", "s128"],
        code: "E0149",
        what: "integers wider than 64 bits are not part of the language",
        mend: "use a `struct` of two `u64`",
    },
    LeftOut {
        words: &["_Atomic"],
        code: "E0153",
        what: "`_Atomic` is not part of the language",
        mend: "use plain objects with READ_ONCE, WRITE_ONCE, atomic_*, xchg or cmpxchg, which say what is one step",
    },
    LeftOut {
        words: &["_Thread_local", "thread_local", "__thread"],
        code: "E0154",
        what: "thread-local variables are not part of the language",
        mend: "use an array indexed by the CPU's number",
    },
    LeftOut {
        words: &["_Static_assert", "static_assert"],
        code: "E0158",
        what: "static assertions are not part of the language",
        mend: "use `#if` and `#error`, or `assert` in a function",
    },
    LeftOut {
        words: &["auto", "__auto_type"],
        code: "E0159",
        what: "`auto` is not part of the language",
        mend: "write the type, or `typeof(expression)`",
    },
    LeftOut {
        words: &["_Alignas", "_Alignof", "alignas", "alignof", "__alignof__"],
        code: "E0159",
        what: "alignment is not part of the language",
        mend: "remove it: every object here is whole words",
    },
    LeftOut {
        words: &["__label__"],
        code: "E0159",
        what: "local labels are not part of the language",
        mend: "remove the declaration: labels belong to their function",
    },
];

/// Functions whose call is the refusal.
const CALLS: [LeftOut; 3] = [
    LeftOut {
        words: &["setjmp", "longjmp", "sigsetjmp", "siglongjmp", "_setjmp", "_longjmp"],
        code: "E0155",
        what: "jumps between functions are not part of the language",
        mend: "return an error code",
    },
    LeftOut {
        words: &["alloca", "__builtin_alloca"],
        code: "E0151",
        what: "memory of variable size on the stack is not part of the language",
        mend: "declare an array of constant length",
    },
    LeftOut {
        words: &["va_start", "va_arg", "va_end", "va_copy"],
        code: "E0147",
        what: "variable argument lists are not part of the language",
        mend: "give the function one parameter for each argument",
    },
];

/// Is it a keyword of C that is left out?
pub(crate) fn is_refused(word: &str) -> bool {
    WORDS.iter().any(|left_out| left_out.words.contains(&word))
}

/// The refusal of a keyword, if it is one that is left out.
pub(crate) fn word(word: &str, span: Span) -> Option<Box<Diagnostic>> {
    refusal(&WORDS, word, span)
}

/// The refusal of a call, if it is of a function that is left out.
pub(crate) fn call(callee: &str, span: Span) -> Option<Box<Diagnostic>> {
    refusal(&CALLS, callee, span)
}

fn refusal(table: &[LeftOut], word: &str, span: Span) -> Option<Box<Diagnostic>> {
    let left_out = table.iter().find(|left_out| left_out.words.contains(&word))?;
    Some(Box::new(Diagnostic::error(left_out.code, span, left_out.what).help(left_out.mend)))
}

/// The refusal of a floating-point number.
pub(crate) fn floating(span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(WORDS[0].code, span, WORDS[0].what).help(WORDS[0].mend))
}

/// The refusal of a bit-field.
pub(crate) fn bit_field(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0142", span, "bit-fields are not part of the language");
    Box::new(error.help("use a whole field, or one integer with masks and shifts"))
}

/// The refusal of a function pointer, in a declaration or a call.
pub(crate) fn function_pointer(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0143", span, "function pointers are not part of the language");
    Box::new(error.help("call functions by name; choose with `if` or `switch`"))
}

/// The refusal of `goto *p` and `&&label`.
pub(crate) fn computed_goto(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0144", span, "labels as values are not part of the language");
    Box::new(error.help("use `switch`, or `goto` with a label"))
}

/// The refusal of `...` in a parameter list.
pub(crate) fn varargs(span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(CALLS[2].code, span, CALLS[2].what).help(CALLS[2].mend))
}

/// The refusal of parameters declared behind the parameter list.
pub(crate) fn old_style(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0148", span, "parameters declared the way of 1978 are not part of the language");
    Box::new(error.help("write the types inside the parentheses: `int f(int a, u64 b)`"))
}

/// The refusal of a function inside a function.
pub(crate) fn nested_function(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0150", span, "functions inside functions are not part of the language");
    Box::new(error.help("move it to the top level of the file"))
}

/// The refusal of `[a ... b]` before an initialiser.
pub(crate) fn designated_range(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0152", span, "ranges in initialisers are not part of the language");
    Box::new(error.help("fill the array in a loop"))
}

/// The refusal of `typedef` inside a function.
pub(crate) fn local_typedef(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0156", span, "`typedef` inside a function is not part of the language");
    Box::new(error.help("move it to the top level of the file"))
}

/// The refusal of parentheses in a declarator that is no function pointer.
pub(crate) fn declarator(span: Span) -> Box<Diagnostic> {
    let error = Diagnostic::error("E0157", span, "parentheses around a declared name are not part of the language");
    Box::new(error.help("use a `typedef` for the inner type, or a pointer to the first element"))
}
