//! Random programs whose meaning C defines compute what the system's C compiler says: conversions, operators, control,
//! structs, arrays, pointers. (Wrapping arithmetic is asked of it; Rust's linker needs it, so it is there.)
#![cfg(not(target_arch = "wasm32"))]

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::source::Sources;
use cowscope_core::system::{Options, System};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

const TYPES: &[&str] = &[
    "bool",
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "long long",
    "u8",
    "s8",
    "u16",
    "s16",
    "u32",
    "s32",
    "u64",
    "s64",
    "size_t",
    "enum colour@",
];

/// What comes before each program; `@` stands for its number, or for nothing.
const BEFORE: &str = "
#define MIX@(a, b) ((a) * 3 - ((b) ^ (a)))
enum colour@ { BELOW@ = -2, RED@, GREEN@ = 7, BLUE@ };
typedef struct { s8 a; u16 b[3]; } inner@;
struct outer@ { u32 x; inner@ y[2]; bool t; inner@ *p; struct { s16 deep; u64 wide; } z; };
struct outer@ s@, other@ = { 5, { { -1, { 1, 2 } }, { .b = { [2] = 65535 } } }, 1, NULL, { .wide = 1 } };
u64 out@[40];
static s16 narrow@(u8 a, s64 b) { return MIX@(a, b); }
static u32 recursive@(u8 n, s32 sum) { return n ? recursive@(n - 1, sum * 3 + n) : sum; }
static bool split@(u64 v, u32 *high, s8 *low) { *high = v >> 32; *low = v; return v; }
static inline inner@ *pick@(struct outer@ *from, u32 n) { return &from->y[n % 2]; }
";

/// Local variables, and names of all that can be assigned without a computed place.
const LOCALS: usize = 8;

struct Writer {
    rng: ChaCha8Rng,
    text: String,
    loops: u32,
}

impl Writer {
    fn below(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % n as u64) as usize
    }

    fn one_of(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    fn ty(&mut self) -> &'static str {
        self.one_of(TYPES)
    }

    fn literal(&mut self) -> String {
        let v = match self.below(4) {
            0 => self.below(9) as u64,
            1 => 1 << self.below(63),
            2 => (1 << self.below(62)) - 1,
            _ => self.rng.next_u64() >> (1 + self.below(60)),
        };
        match self.below(7) {
            0 => format!("{v:#x}"),
            1 => format!("0{v:o}"),
            2 => format!("{v}u"),
            3 => format!("{v}L"),
            4 => format!("{v}ull"),
            5 => self.one_of(&["'a'", "'\\xff'", "'\\n'", "GREEN@", "BELOW@", "BLUE@"]).into(),
            _ => format!("{v}"),
        }
    }

    /// A place, whose address is computed without effects.
    fn place(&mut self, depth: u32) -> String {
        let index = |w: &mut Self, n: u32| {
            let e = w.value(depth.min(1));
            format!("[(u64)({e}) % {n}]")
        };
        match self.below(9) {
            0 => format!("list{}", index(self, 5)),
            1 => format!("s@.y{}.b{}", index(self, 2), index(self, 3)),
            2 => self.one_of(&["s@.x", "s@.t", "s@.z.deep", "other@.z.wide", "other@.y[1].a"]).into(),
            3 => format!("at->{}", self.one_of(&["a", "b[1]", "b[2]"])),
            4 => format!("pick@(&other@, {})->b{}", self.value(0), index(self, 3)),
            5 => "*pointer".into(),
            _ => format!("v{}", self.below(LOCALS)),
        }
    }

    /// An expression without effects.
    fn value(&mut self, depth: u32) -> String {
        if depth == 0 {
            return if self.below(3) == 0 { self.literal() } else { format!("v{}", self.below(LOCALS)) };
        }
        let sub = |w: &mut Self| w.value(depth - 1);
        match self.below(20) {
            0 | 1 => self.place(depth - 1),
            2 => format!("({}{})", self.one_of(&["-", "~", "!", "+"]), sub(self)),
            3 | 4 => format!("({})({})", self.ty(), sub(self)),
            5 => format!("({} ? {} : {})", sub(self), sub(self), sub(self)),
            6 => format!("({} {} (({} & 0xff) | 1))", sub(self), self.one_of(&["/", "%"]), sub(self)),
            7 | 8 => format!("({} {} ({} & 31))", sub(self), self.one_of(&["<<", ">>"]), sub(self)),
            9 => format!("narrow@({}, {})", sub(self), sub(self)),
            10 => format!("recursive@({} & 7, {})", sub(self), sub(self)),
            11 => format!("MIX@({}, {})", sub(self), sub(self)),
            12 => format!("({} ?: {})", sub(self), sub(self)),
            13 => format!("({{ {} t = {}; t + t; }})", self.ty(), sub(self)),
            14 => format!("(({}) && ({}) || ({}))", sub(self), sub(self), sub(self)),
            _ => {
                let op = self.one_of(&["+", "-", "*", "&", "|", "^", "==", "!=", "<", "<=", ">", ">="]);
                format!("({} {op} {})", sub(self), sub(self))
            }
        }
    }

    fn body(&mut self, depth: u32) {
        for _ in 0..1 + self.below(4) {
            self.statement(depth);
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn statement(&mut self, depth: u32) {
        match self.below(if depth == 0 { 9 } else { 15 }) {
            0 => {
                let (a, b) = (self.below(LOCALS), self.below(LOCALS));
                let v = self.value(2);
                if a != b {
                    self.line(&format!("v{a} = v{b} = {v};"));
                }
            }
            1 => {
                let text = self.one_of(&["s@ = other@;", "other@ = s@;", "at = &s@.y[1];", "at = pick@(&s@, v1);"]);
                self.line(text);
            }
            2 => {
                let (v, op) = (self.below(LOCALS), self.one_of(&["++", "--"]));
                let text = if self.below(2) == 0 { format!("{op}v{v};") } else { format!("v{v}{op};") };
                self.line(&text);
            }
            3 => {
                let (v, into) = (self.value(2), self.below(LOCALS));
                self.line(&format!("v{into} = split@({v}, &s@.x, &other@.y[0].a);"));
            }
            4 => {
                let (p, op, v) = (self.place(1), self.one_of(&["&", "|", "^", "+", "-", "*"]), self.value(2));
                self.line(&format!("{p} {op}= {v};"));
            }
            5 => {
                let (p, op, v) = (self.place(1), self.one_of(&["/", "%", "<<", ">>"]), self.value(1));
                let v = if op.len() == 1 { format!("({v} & 0xff) | 1") } else { format!("{v} & 31") };
                self.line(&format!("{p} {op}= {v};"));
            }
            9 | 10 => {
                let v = self.value(2);
                self.line(&format!("if ({v}) {{"));
                self.body(depth - 1);
                self.line("} else {");
                self.body(depth - 1);
                self.line("}");
            }
            11 | 12 => self.repeated(depth),
            13 => self.switch(depth),
            14 => {
                self.loops += 1;
                let (label, v) = (self.loops, self.value(2));
                self.line(&format!("if ({v}) goto out{label};"));
                self.body(depth - 1);
                self.line(&format!("out{label}: ;"));
            }
            _ => {
                let (p, v) = (self.place(1), self.value(3));
                self.line(&format!("{p} = {v};"));
            }
        }
    }

    fn repeated(&mut self, depth: u32) {
        self.loops += 1;
        let (i, n, leave) = (self.loops, self.below(4), self.value(1));
        let (open, close) = match self.below(3) {
            0 => (format!("for (u8 i{i} = 0; i{i} < {n}; i{i}++) {{"), "}".to_string()),
            1 => (format!("{{ int i{i} = {n}; while (i{i}-- > 0) {{"), "}}".to_string()),
            _ => (format!("{{ s8 i{i} = 0; do {{"), format!("}} while (++i{i} < {n}); }}")),
        };
        self.line(&open);
        let how = self.one_of(&["break", "continue"]);
        self.line(&format!("if ({leave}) {how};"));
        self.body(depth - 1);
        self.line(&close);
    }

    fn switch(&mut self, depth: u32) {
        let v = self.value(2);
        self.line(&format!("switch ({v}) {{"));
        for label in ["case -1:", "case 0: case GREEN@:", "case 2 ... 6:", "default:", "case 200:"] {
            if self.below(2) == 0 {
                self.line(label);
                self.body(depth - 1);
                if self.below(2) == 0 {
                    self.line("break;");
                }
            }
        }
        self.line("}");
    }
}

/// A program; `@` stands for what tells its names from those of others.
fn program(seed: u64) -> String {
    let mut w = Writer { rng: ChaCha8Rng::seed_from_u64(seed), text: String::new(), loops: 0 };
    let mut shared = String::new();
    let mut local = String::from("u16 list[5] = { 1, 2 };\ninner@ *at = &other@.y[0];\n");
    for i in 0..LOCALS {
        let (ty, v) = (w.ty(), w.literal());
        // a shared one: an access to it is a step of its own, which changes no result
        if i == 0 {
            write!(shared, "{ty} v{i}@;\n#define v{i} v{i}@\n").unwrap();
            writeln!(local, "v{i} = {v};").unwrap();
        } else {
            writeln!(local, "{ty} v{i} = {v};").unwrap();
        }
    }
    writeln!(local, "typeof(v3) *pointer = &v3;").unwrap();
    w.body(3);
    w.body(3);
    for i in 0..LOCALS {
        w.line(&format!("out@[{i}] = (u64)v{i};"));
    }
    let fields =
        ["s@.x", "s@.y[0].a", "s@.y[1].b[2]", "s@.t", "s@.z.deep", "other@.x", "other@.y[0].b[1]", "other@.z.wide"];
    for (i, what) in fields.iter().chain(&["list[0]", "list[4]", "at->a", "*pointer"]).enumerate() {
        w.line(&format!("out@[{}] = (u64){what};", LOCALS + i));
    }
    format!("{BEFORE}{shared}CPU(0) void program@(void)\n{{\n{local}{}out@[39] = 1;\n}}\n#undef v0\n", w.text)
}

/// What the engine computes.
fn engine(text: &str) -> Vec<u64> {
    let text = text.replace('@', "");
    let mut sources = Sources::new();
    sources.add("text.c", text.clone()).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
    let options = Options { stack_words: 1_000, ..Options::default() };
    let mut s = System::new(Arc::new(compiled.program), &options).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let out = s.program.global("out").unwrap().slot;
    while s.state().get(out + 39) == 0 {
        let outcome = s.step(Choice { agent: 0, pick: 0 });
        assert!(matches!(outcome, Outcome::Stepped { .. }), "{outcome:?} {:?}\n{text}", s.violations());
    }
    (out..out + 40).map(|slot| s.state().get(slot)).collect()
}

/// What the system's compiler makes of them: a line of numbers for each.
fn compiler(programs: &[String]) -> String {
    let mut text = String::from(
        "#include <stdio.h>\n#include <stdbool.h>\n#include <stddef.h>\n#define CPU(n)\n
         typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16; typedef short s16;
         typedef unsigned u32; typedef int s32; typedef unsigned long u64; typedef long s64;\n",
    );
    let mut main = String::new();
    for (i, p) in programs.iter().enumerate() {
        text += &p.replace('@', &format!("_{i}"));
        writeln!(main, "program_{i}(); for (int i = 0; i < 40; i++) printf(\"%lu \", out_{i}[i]); puts(\"\");")
            .unwrap();
    }
    writeln!(text, "int main(void) {{\n{main}return 0; }}").unwrap();
    let folder = std::env::temp_dir().join(format!("cowscope-cc-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (source, binary) = (folder.join("programs.c"), folder.join("programs"));
    std::fs::write(&source, text).unwrap();
    let flags = ["-std=gnu11", "-O1", "-w", "-fwrapv", "-fno-strict-aliasing", "-fsigned-char", "-o"];
    let made = Command::new("cc").args(flags).arg(&binary).arg(&source).output().expect("cc, which Rust links with");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let ran = Command::new(&binary).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    std::fs::remove_dir_all(&folder).unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

fn compare(seeds: std::ops::Range<u64>) {
    let programs: Vec<String> = seeds.clone().map(program).collect();
    let wanted = compiler(&programs);
    let mut different = std::collections::BTreeSet::new();
    for ((seed, program), wanted) in seeds.zip(&programs).zip(wanted.lines()) {
        let wanted: Vec<u64> = wanted.split_whitespace().map(|n| n.parse().unwrap()).collect();
        assert_eq!(engine(program), wanted, "seed {seed}\n{program}");
        different.insert(wanted);
    }
    assert!(different.len() * 10 > programs.len() * 9, "the programs compute different things");
}

#[test]
fn programs_compute_what_the_compiler_says() {
    compare(0..200);
}

/// `cargo test -p cowscope-core --test lang_against_cc -- --ignored`
#[test]
#[ignore = "takes minutes"]
fn many_programs_compute_what_the_compiler_says() {
    (1..50).for_each(|part| compare(part * 200..(part + 1) * 200));
}
