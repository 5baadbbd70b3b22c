//! Any text ends in a program or in diagnostics: soon, on a small stack, without panic and without much memory.

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::diag::Diagnostic;
use cowscope_core::lang::source::{MAX_TEXT, Sources};
use cowscope_core::library::{LoadError, library, load};
use cowscope_core::session::Session;
use cowscope_core::system::{BuildError, Options, System};
use cowscope_core::view::Question;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The stack of a compilation: half of what browsers give a worker.
const STACK: usize = 512 * 1024;
/// Busy machines need the slack; alone it is a tenth of that.
const LONGEST: Duration = Duration::from_secs(10);

fn on_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

/// Compiles, and builds the system if there is a program in it.
fn ends(text: &str) -> Result<(), Vec<Diagnostic>> {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let start = Instant::now();
    let compiled = compile(&sources, &[2], &BTreeMap::new());
    let took = start.elapsed();
    let shown: String = text.chars().take(200).collect();
    assert!(took < LONGEST, "{took:?} for {} bytes: {shown}", text.len());
    match compiled {
        Ok(c) => {
            let _ = System::new(Arc::new(c.program), &Options::default());
            Ok(())
        }
        Err(d) => {
            assert!(d.len() <= 102, "{} diagnostics: {shown}", d.len());
            for d in &d {
                assert!(d.span.hi as usize <= text.len() && d.code.starts_with('E') && !d.message.is_empty(), "{d:?}");
            }
            Err(d)
        }
    }
}

/// `head`, then `middle` as often as fits, then `tail`.
fn filled(head: &str, middle: &str, tail: &str) -> String {
    let times = (MAX_TEXT - head.len() - tail.len()) / middle.len();
    format!("{head}{}{tail}", middle.repeat(times))
}

/// `n` times what `line` gives for each number.
fn numbered(n: u32, line: impl Fn(u32) -> String) -> String {
    (0..n).map(line).collect()
}

#[test]
fn bombs_are_refused_or_small() {
    let program = "CPU(0) void main(void) { f(); }";
    let deep = |n: usize, open: &str, inner: &str, close: &str| {
        format!("int x, a[4]; void f(void) {{ x = {}{inner}{}; }}", open.repeat(n), close.repeat(n))
    };
    let mut texts: Vec<String> = vec![
        // nests that the parser lets through
        deep(55, "(", "x", ")"),
        deep(55, "a[", "0", "]"),
        deep(55, "-", "x", ""),
        deep(25, "x ? ", "1", " : 2"),
        deep(25, "x ? 1 : (", "2", ")"),
        deep(25, "a[x = a[", "0", "]]"),
        deep(20, "({ ", "x", "; })"),
        deep(20, "atomic_add_return(&a[", "x", "], 1)"),
        deep(25, "sizeof(", "x", ")"),
        // sizes
        "int x[1 << 20]; struct s { int a[1 << 19]; } y; void f(void) { y = y; }".into(),
        "struct s { int a[1000000]; }; void f(void) { struct s x = { 0 }; struct s y[4000]; }".into(),
        "int a[1000000][1000000];".into(),
        "int a[0x7fffffffffffffff], b[-0x7fffffffffffffff - 1], c[1 << 63];".into(),
        "int a[] = { [0xffffffffffffffff] = 1 }; int b[] = { [0x7fffffffffffffff] = 1, 2 };".into(),
        "enum e { A = 0x7fffffffffffffff, B, C = 1 << 200, D = 1 >> -1, E = -1 / 0, F = 5 % 0 }; int x = D;".into(),
        "int x; void f(void) { x = 1 << 4000000000; x <<= 0xffffffffffffffff; x = x >> -1; }".into(),
        "#define CFG_CPUS 4000000000\nenum { CFG_FRAMES = -1, CFG_FRAME_WORDS = 1 << 30 }; int x; CPU(99999999999) void f(void) { x = 1; }".into(),
        filled("struct s { int a[1024]; } s, t; void f(void) { ", "s=t;", "}"),
        filled("struct s { int a[1024]; } s, t;\n", "void f(void) { s=t; }\n", ""),
        numbered(8000, |i| format!("void f{i}(void) {{ s=t; }}\n")) + "struct s { int a[1024]; } s, t;",
        filled("int x; void f(void) { ", "x=x+1;", "}"),
        filled("int x; void f(void) { ", "if(x)x=1;", "}"),
        filled("int x; void f(void) { ", "y=1;", "}"),
        filled("int x; void f(void) { ", "g();", "}"),
        filled("int x; void f(void) { switch (x) { ", "case 1:", ";} }"),
        format!("int x; void f(void) {{ switch (x) {{ {} ; }} }}", numbered(12_000, |i| format!("case {i}:"))),
        format!("int x; void f(void) {{ {} x = 1; {} }}", numbered(2_000, |i| format!("int v{i} = x;")),
            numbered(2_000, |i| format!("x = v{i};"))),
        numbered(12_000, |i| format!("int v{i};\n")),
        numbered(6_000, |i| format!("typedef T{i} *T{};\n", i + 1)).replacen("T0", "int", 1),
        numbered(6_000, |i| format!("struct s{} {{ struct s{i} x; }};\n", i + 1)).replacen("struct s0", "int", 1),
        // calls that would grow without end if they were all put in place
        format!("int x; static void f0(void) {{ x = 1; x = 2; }}\n{}\nstatic void f(void) {{ f30(); }}\n{program}",
            numbered(30, |i| format!("static void f{}(void) {{ f{i}(); f{i}(); }}\n", i + 1))),
        format!("int x; static int f0(void) {{ return x; }}\n{}\nstatic void f(void) {{ atomic {{ f40(); }} }}\n{program}",
            numbered(40, |i| format!("static int f{}(void) {{ return f{i}() + f{i}(); }}\n", i + 1))),
        format!("int x; static void f0(void) {{ int a[1000]; a[x] = 1; x = a[0]; }}\n{}\n{program}",
            String::from("static void f(void) { ") + &"f0();".repeat(4_000) + "}"),
        format!("int x; static void f0(void) {{ x = 1; }}\n{}\nstatic void f(void) {{ f6000(); }}\n{program}",
            numbered(6_000, |i| format!("static void f{}(void) {{ f{i}(); }}\n", i + 1))),
    ];
    texts.push("void f(void);".into());
    texts.push("void f(void) { for (;;) ; }".into());
    texts.push("void f(void) { top: goto top; }".into());
    for text in texts {
        on_small_stack(move || drop(ends(&text)));
    }
}

/// What a run that can't go on says.
fn trap(text: &str) -> String {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:?}"));
    let options = Options::default();
    let system = match System::new(Arc::new(compiled.program), &options) {
        Ok(s) => s,
        Err(BuildError::Setup { why, stack }) => return format!("{why} in {}", stack.join(" > ")),
        Err(e) => panic!("{e}"),
    };
    let (layers, question) = (vec![2], Question::default());
    let sources = Arc::new(sources);
    let mut s = Session::new(cowscope_core::library::Loaded {
        system,
        sources,
        layers,
        warnings: Vec::new(),
        question,
        options,
        settings: Default::default(),
    });
    for _ in 0..10_000 {
        assert!(s.step(Choice { agent: 0, pick: 0 }), "nothing was wrong");
        if let Some(b) = s.last().and_then(|s| s.broken.first()) {
            return format!("{} {}", b.id, b.detail);
        }
    }
    panic!("nothing was wrong in 10,000 steps");
}

#[test]
fn what_can_not_go_on_says_where_and_by_which_calls() {
    let private = "int x; static void spin(void) { for (;;) ; } static void work(int n) { if (n) spin(); }
                   CPU(0) void main(void) { x = 1; work(x); }";
    assert_eq!(trap(private), "endless-step in spin(), called by main > work > spin");
    let deep =
        "int x; static int down(int n) { return down(n + 1) + 1; } CPU(0) void main(void) { x = 1; x = down(0); }";
    let said = trap(deep);
    assert!(
        said.starts_with("stack-overflow in down(), called by main > down (") && said.ends_with(" times)"),
        "{said}"
    );
    let stepping =
        "int x; static int down(int n) { x = n; return down(n + 1) + x; } CPU(0) void main(void) { x = down(0); }";
    let said = trap(stepping);
    assert!(said.starts_with("stack-overflow in down(), called by main > down ("), "{said}");
    let wild = "int x, *p; static void g(void) { *p = 1; } CPU(0) void main(void) { x = 1; g(); }";
    assert_eq!(trap(wild), "wild-pointer in g(), called by main > g");
    let frames = "u64 x; static void take(void) { for (;;) { x = alloc_frame(); BUG_ON(x == 0); } }
                  CPU(0) void main(void) { x = 1; take(); }";
    assert!(trap(frames).starts_with("BUG_ON in take()"), "{}", trap(frames));
    let before = "int x; static void spin(void) { for (;;) ; } CPU(0) void main(void) { spin(); x = 1; }";
    assert_eq!(trap(before), "endless step before the first step in main > spin");
    let set_up = "int x; static void fill(void) { while (1) x = 1; } SETUP CPU(0) void prepare(void) { fill(); }
                  CPU(0) void main(void) { x = 1; }";
    assert_eq!(trap(set_up), "it does not end in prepare > fill");
}

/// What is read before it is written is 0, whoever had the register before.
#[test]
fn unwritten_locals_are_zero() {
    let text = "int x, y; static int g(void) { int a; int b = a + 1; return b; }
                CPU(0) void one(void) { int v; x = 77; x = x * 1000 + 5; if (v) y = 1; x = v; y = g(); }
                CPU(1) void two(void) { int p = 123456, q = 654321, r = 1; y = p; x = q + r; y = p + q + r; }";
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:?}"));
    let mut s = System::new(Arc::new(compiled.program), &Options::default()).unwrap_or_else(|e| panic!("{e}"));
    // the same schedule twice, other registers between: the same end
    let mut ends = Vec::new();
    for dirty in [0u64, 1] {
        let mark = s.state().mark();
        for agent in [1, 0, 0, 1, 0, 0, 0, 1, 0, 0] {
            let _ = s.step(Choice { agent, pick: 0 });
        }
        ends.push((dirty, s.state().fingerprint()));
        s.state_mut().undo(mark);
        for agent in [1, 1, 1] {
            assert!(matches!(s.step(Choice { agent, pick: 0 }), Outcome::Stepped { .. }));
        }
        s.state_mut().undo(mark);
    }
    assert_eq!(ends[0].1, ends[1].1);
}

/// The library's own texts with pieces cut out, doubled and exchanged.
#[test]
fn mutations_of_the_library_end() {
    let lib = library();
    let texts: Vec<(String, String)> =
        cowscope_core::library::texts::FILES.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect();
    assert!(texts.len() > 20);
    let designs: Vec<String> = lib.designs.iter().map(|d| d.id.clone()).collect();
    let scenarios: Vec<String> = lib.scenarios.iter().map(|s| s.id.clone()).collect();
    on_small_stack(move || {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut below = |n: usize| (rng.next_u64() % n.max(1) as u64) as usize;
        let (mut ran, mut refused) = (0, 0);
        for _ in 0..60 {
            let mut edits = Vec::new();
            for _ in 0..1 + below(2) {
                let (name, text) = &texts[below(texts.len())];
                let words: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_').collect();
                let mut words: Vec<String> = words.into_iter().map(str::to_string).collect();
                for _ in 0..1 + below(3) {
                    let (a, b) = (below(words.len()), below(words.len()));
                    match below(5) {
                        0 => drop(words.splice(a..(a + below(6)).min(words.len()), [])),
                        1 => words[a] = words[b].clone(),
                        2 => words.swap(a, b),
                        3 => {
                            words[a] = ["0", "-1", "0xffffffffffffffff ", "x", "while", "&", "*", "; "][below(8)].into()
                        }
                        _ => {
                            let piece: Vec<String> = words[a..(a + below(12)).min(words.len())].to_vec();
                            words.splice(b..b, piece);
                        }
                    }
                    if words.is_empty() {
                        words.push(String::new());
                    }
                }
                edits.push((name.clone(), words.concat()));
            }
            let design = designs[below(designs.len())].clone();
            let scenario = scenarios[below(scenarios.len())].clone();
            let q = Question { design, scenario, edits, ..Question::default() };
            let start = Instant::now();
            match load(&q) {
                Ok(mut l) => {
                    ran += 1;
                    let agents = l.system.agents() as usize;
                    for _ in 0..300 {
                        let mark = l.system.state().mark();
                        let agent = below(agents) as u8;
                        if !matches!(l.system.step(Choice { agent, pick: 0 }), Outcome::Stepped { .. }) {
                            l.system.state_mut().undo(mark);
                        }
                    }
                }
                Err(LoadError::Texts { diagnostics, .. }) => {
                    refused += 1;
                    assert!(!diagnostics.is_empty());
                }
                Err(_) => {}
            }
            assert!(start.elapsed() < LONGEST * 3, "{:?} for {:?}", start.elapsed(), q.edits);
        }
        assert!(ran > 3 && refused > 10, "{ran} ran, {refused} were refused");
    });
}
