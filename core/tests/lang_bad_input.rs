//! Any text ends in a unit or in diagnostics: soon, without panic, on a small stack.

use cowscope_core::lang::ast::Unit;
use cowscope_core::lang::diag::{Diagnostic, Severity};
use cowscope_core::lang::parser::{self, MOST_DIAGNOSTICS, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::source::MAX_TEXT;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::time::{Duration, Instant};

/// The stack of a parse: half of what browsers give a worker.
const STACK: usize = 512 * 1024;
/// For a text of the greatest size. Builds without optimisation on busy machines need the slack.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

fn on_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

fn parse(text: &str) -> (Unit, Vec<Diagnostic>) {
    parser::parse(0, text, &mut Macros::with_options([("N", 3), ("MINUS", -1)]), &mut TypeNames::new())
}

/// Parses, and checks what holds of every result.
fn check(text: &str) -> Vec<Diagnostic> {
    let start = Instant::now();
    let (unit, diags) = parse(text);
    drop(unit);
    let took = start.elapsed();
    let shown: String = text.chars().take(200).collect();
    assert!(took < LONGEST, "{took:?} for {} bytes: {shown:?}", text.len());
    assert!(diags.len() <= MOST_DIAGNOSTICS + 1, "{} diagnostics: {shown:?}", diags.len());
    for d in &diags {
        assert!(d.span.lo <= d.span.hi && d.span.hi as usize <= text.len(), "{d:?} in {shown:?}");
        assert!(text.is_char_boundary(d.span.lo as usize) && text.is_char_boundary(d.span.hi as usize), "{d:?}");
        assert!(d.code.starts_with("E01") && !d.message.is_empty() && d.message.len() < 1000, "{d:?}");
    }
    diags
}

/// `head`, then `middle` as often as fits, then `tail`.
fn filled(head: &str, middle: &str, tail: &str) -> String {
    let times = (MAX_TEXT - head.len() - tail.len()) / middle.len();
    format!("{head}{}{tail}", middle.repeat(times))
}

#[test]
fn deep_and_long_texts_are_refused_not_overflowed() {
    let function = "void f(int x) { x = ";
    let refused = [
        filled(function, "(", ""),
        filled(function, "-", "x; }"),
        filled(function, "!~", "x; }"),
        filled(function, "++", "x; }"),
        filled(function, "(int)", "x; }"),
        filled(function, "sizeof ", "x; }"),
        filled(function, "x + ", "x; }"),
        filled(function, "x = ", "x; }"),
        filled(function, "x ? x : ", "x; }"),
        filled(function, "x ? ", "x; }"),
        filled(function, "x, ", "x; }"),
        filled(function, "x[", ""),
        filled(function, "f(", ""),
        filled(function, "({", ""),
        filled(function, "(int){", ""),
        filled("void f(int x) { x", "[0]", " = 1; }"),
        filled("void f(int x) { x", ".a", " = 1; }"),
        filled("void f(int x) { x", "->a", " = 1; }"),
        filled("void f(int x) { x", "++", "; }"),
        filled("void f(int x) ", "{", ""),
        filled("void f(int x) { ", "if (x) ", "; }"),
        filled("void f(int x) { ", "if (x) ; else ", "; }"),
        filled("void f(int x) { ", "while (x) ", "; }"),
        filled("void f(int x) { ", "do ", ""),
        filled("void f(int x) { ", "for (;;) ", "; }"),
        filled("void f(int x) { ", "switch (x) ", "; }"),
        filled("void f(int x) { ", "atomic { ", ""),
        filled("void f(int x) { if (x) ", "{ if (x) ", ""),
        filled("int x ", "*", ";"),
        filled("int ", "*", "x;"),
        filled("int x", "[1]", ";"),
        filled("int x[", "x[", ""),
        filled("int x = ", "{", ""),
        filled("struct s { ", "struct { ", ""),
        filled("enum { A = ", "(", ""),
        filled("", "typeof(", ""),
        filled("", "typeof(int) ", "x;"),
        filled("int x = ", "sizeof(int[", ""),
        filled("A(", "A(", ""),
        filled("#define d(x) x x\nint y = ", "d(", ""),
        filled("#if ", "(", "\n#endif"),
        filled("#if ", "1 + ", "1\n#endif"),
        filled("#if ", "!", "1\n#endif"),
        filled("", "#if 1\n", ""),
    ];
    for text in refused {
        let shown: String = text.chars().take(60).collect();
        let diags = on_small_stack(move || check(&text));
        assert!(diags.iter().any(|d| d.severity == Severity::Error), "{shown}");
    }
}

#[test]
fn wide_texts_are_read_in_time() {
    let accepted = [
        filled("void f(int x) { ", "x = 1; ", "}"),
        filled("void f(int x) { ", "a: ", "}"),
        filled("void f(int x) { ", "{}", "}"),
        filled("void f(int x) { switch (x) { ", "case 1: ", "} }"),
        filled("int x[] = { ", "1, ", "};"),
        filled("enum { A", ", A", "};"),
        filled("int x", ", x", ";"),
        filled("struct s { ", "int x; ", "};"),
        filled("void f(int x) { f(x", ", x", "); }"),
        filled("", ";", ""),
        filled("", "TITLE(1)\n", ""),
        filled("TITLE(", "\"a\" ", ")"),
        filled("", "int f(void);\n", ""),
        filled("", "/* x */", ""),
        filled("#define A 1\nint x[] = {", "A,", "};"),
        filled("#define A(x) x\nint x[] = {", "A(1),", "};"),
        filled("", "const ", "int x;"),
        filled("void f(int x) {\n", "int y;\n", "}"),
        filled("void f(int x) {\n", "g(x)\n;", "}"),
    ];
    for text in accepted {
        let shown: String = text.chars().take(60).collect();
        let diags = on_small_stack(move || check(&text));
        assert!(diags.iter().all(|d| d.severity == Severity::Warning), "{shown}: {:?}", diags.first());
    }
}

#[test]
fn wrong_texts_of_the_greatest_size_are_refused_in_time() {
    for fragment in [
        "}",
        ")",
        "]",
        "{",
        "(",
        "@",
        "\"",
        "'",
        "\\",
        "#",
        "##",
        "/*",
        "0x",
        "1.5 ",
        "é",
        "\u{1F600}",
        "x",
        "x ",
        "x\n",
        "X",
        "X ",
        "X(",
        "(X)",
        "int ",
        "int f(\n",
        "int f() {\n",
        "int f(x) int\n",
        "u65 x;\n",
        "struct ",
        "struct {\n",
        "enum {",
        "typedef int ",
        "typedef int x;\n",
        "goto",
        "if (",
        "else ",
        "case ",
        "#if 0\n",
        "#else\n",
        "#endif\n",
        "#if X\n#endif\n",
        "#define X\n",
        "#define X X X\nX ",
        "#define X(a) X(a)\nX(1)",
        "SWITCH(A, 1)",
        "A A(",
        "CPU(",
        "CPU(0) ",
        "...",
        "? :",
        "static f(a) { } ",
        "float x;\n",
        "x * y;\n",
        "void f(void) { retrun x; }\n",
        "void f(void) { union }\n",
        "a b c(d) {",
        "int a(b) {\nint a(b) c\n",
        "void f(void)\n{\nint g(int a, int b)\n",
        "__attribute__((",
        "[",
        "int x[3] = {[0 ... 1",
    ] {
        let text = filled("", fragment, "");
        on_small_stack(move || check(&text));
        let text = filled("void f(int x)\n{\n", fragment, "");
        on_small_stack(move || check(&text));
    }
}

/// Doubling macros: 2^40 tokens if they were written out.
#[test]
fn macro_bombs_are_stopped() {
    let mut text = String::from("#define A0 x x\n#define F0(x) x x\n");
    for n in 1..40 {
        text += &format!("#define A{n} A{m} A{m}\n#define F{n}(x) F{m}(x) F{m}(x)\n", m = n - 1);
    }
    for usage in ["A39", "F39(1)", "#if A39\n#endif"] {
        let text = format!("{text}\n{usage}\n");
        let diags = on_small_stack(move || check(&text));
        assert!(diags.iter().any(|d| d.code == "E0116"), "{usage}: {diags:?}");
    }
    let chain: String = (1..5000).map(|n| format!("#define B{n} B{}\n", n - 1)).collect();
    let diags = on_small_stack(move || check(&format!("{chain}int B4999;")));
    assert_eq!(diags[0].code, "E0116");
}

#[test]
fn a_text_over_the_size_is_refused() {
    let diags = check(&filled("", ";", "\n\n"));
    assert!(diags.is_empty());
    let (unit, diags) = parse(&" ".repeat(MAX_TEXT + 1));
    assert!(unit.items.is_empty() && diags.len() == 1 && diags[0].code == "E0100");
}

const WORDS: &[&str] = &[
    "int",
    "u64",
    "struct",
    "enum",
    "typedef",
    "static",
    "void",
    "if",
    "else",
    "while",
    "for",
    "do",
    "switch",
    "case",
    "default",
    "return",
    "goto",
    "break",
    "atomic",
    "sizeof",
    "typeof",
    "unsigned",
    "const",
    "x",
    "y",
    "f",
    "page",
    "TITLE",
    "CPU",
    "SETUP",
    "N",
    "MINUS",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    ":",
    "?",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "&",
    "&&",
    "|",
    "->",
    ".",
    "...",
    "++",
    "<<=",
    "!",
    "~",
    "0",
    "1",
    "0xff",
    "12ul",
    "'a'",
    "\"s\"",
    "\n",
    "\n",
    "\n#define x ",
    "\n#define f(x) ",
    "\n#if ",
    "\n#else\n",
    "\n#endif\n",
    "defined",
    "#",
    "//",
    "/*",
    "*/",
    "\\\n",
    "é",
    "union",
    "__attribute__((",
    "fallthrough",
];

/// Texts of words in any order, texts of any bytes, and good texts with a piece cut out, doubled or exchanged.
#[test]
fn random_texts_end_in_a_unit_or_in_diagnostics() {
    let rounds = if cfg!(debug_assertions) { 1_000 } else { 30_000 };
    on_small_stack(move || {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut below = |n: usize| (rng.next_u64() % n as u64) as usize;
        let good = include_str!("lang/good/tour.c");
        for _ in 0..rounds {
            let words: Vec<&str> = (0..below(200)).map(|_| WORDS[below(WORDS.len())]).collect();
            check(&words.join(" "));
            let bytes: Vec<u8> = (0..below(300)).map(|_| below(256) as u8).collect();
            check(&String::from_utf8_lossy(&bytes));
            let (a, b) = (below(good.len()), below(good.len()));
            let (lo, hi) = (a.min(b), (a.min(b) + below(40)).min(good.len()));
            let mutated = match below(3) {
                0 => format!("{}{}", &good[..lo], &good[hi..]),
                1 => format!("{}{}{}", &good[..hi], &good[lo..hi], &good[hi..]),
                _ => format!("{}{}{}", &good[..lo], WORDS[below(WORDS.len())], &good[hi..]),
            };
            check(&mutated);
        }
    });
}
