//! Random programs without sharing: what they compute is what a walk of their trees computes.

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::source::Sources;
use cowscope_core::system::{Options, System};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An integer type of C.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ty {
    signed: bool,
    bits: u32,
}

const INT: Ty = Ty { signed: true, bits: 32 };

impl Ty {
    fn name(self) -> String {
        format!("{}{}", if self.signed { 's' } else { 'u' }, self.bits)
    }

    /// The value cut to the type, extended to 64 bits as its sign says.
    fn cut(self, v: u64) -> u64 {
        let shift = 64 - self.bits;
        if self.signed { ((v << shift) as i64 >> shift) as u64 } else { v << shift >> shift }
    }

    fn promoted(self) -> Ty {
        if self.bits < 32 { INT } else { self }
    }
}

/// C's usual arithmetic conversions.
fn usual(a: Ty, b: Ty) -> Ty {
    let (a, b) = (a.promoted(), b.promoted());
    let bits = a.bits.max(b.bits);
    Ty { bits, signed: (a.signed || a.bits != bits) && (b.signed || b.bits != bits) }
}

#[derive(Clone, Debug)]
enum Expr {
    Literal(u64, Ty),
    Var(usize),
    Element(Box<Expr>),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Cast(Ty, Box<Expr>),
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    Assign(&'static str, usize, Box<Expr>),
    IncDec { inc: bool, prefix: bool, var: usize },
    Call(Box<Expr>, Box<Expr>),
    Comma(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug)]
enum Stmt {
    Expr(Expr),
    Store(Expr, Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    Loop(u32, Vec<Stmt>),
    Switch(Expr, Vec<(u64, Vec<Stmt>, bool)>, Vec<Stmt>),
    Break(Expr),
}

const ELEMENTS: usize = 4;
const ELEMENT: Ty = Ty { signed: false, bits: 16 };
/// `static PARAM f(PARAM a, PARAM b) { return a * 3 - (b ^ a); }`
const PARAM: Ty = Ty { signed: true, bits: 16 };

struct Machine {
    vars: Vec<(Ty, u64)>,
    elements: [u64; ELEMENTS],
}

impl Machine {
    fn eval(&mut self, e: &Expr) -> (u64, Ty) {
        match e {
            Expr::Literal(v, t) => (*v, *t),
            Expr::Var(i) => (self.vars[*i].1, self.vars[*i].0),
            Expr::Element(i) => {
                let i = self.eval(i).0;
                (self.elements[(i % ELEMENTS as u64) as usize], ELEMENT)
            }
            Expr::Unary(op, a) => {
                let (v, t) = self.eval(a);
                let p = t.promoted();
                match *op {
                    "!" => ((v == 0) as u64, INT),
                    "-" => (p.cut(v.wrapping_neg()), p),
                    "~" => (p.cut(!v), p),
                    _ => (v, p),
                }
            }
            Expr::Binary(op, a, b) => self.binary(op, a, b),
            Expr::Cast(t, a) => (t.cut(self.eval(a).0), *t),
            Expr::Cond(c, a, b) => {
                let t = usual(self.type_of(a), self.type_of(b));
                let same = self.type_of(a) == self.type_of(b);
                let t = if same { self.type_of(a) } else { t };
                let v = if self.eval(c).0 != 0 { self.eval(a).0 } else { self.eval(b).0 };
                (t.cut(v), t)
            }
            Expr::Assign(op, var, value) => {
                let (tv, _) = self.vars[*var];
                let new = match op.strip_suffix('=') {
                    Some("") => self.eval(value).0,
                    op => {
                        let old = self.vars[*var].1;
                        let (v, t) = self.eval(value);
                        arithmetic(op.unwrap(), (old, tv), (v, t)).0
                    }
                };
                self.vars[*var].1 = tv.cut(new);
                (tv.cut(new), tv)
            }
            Expr::IncDec { inc, prefix, var } => {
                let (t, old) = self.vars[*var];
                let new = t.cut(if *inc { old.wrapping_add(1) } else { old.wrapping_sub(1) });
                self.vars[*var].1 = new;
                (if *prefix { new } else { old }, t)
            }
            Expr::Call(a, b) => {
                let a = PARAM.cut(self.eval(a).0);
                let b = PARAM.cut(self.eval(b).0);
                (PARAM.cut(a.wrapping_mul(3).wrapping_sub(b ^ a)), PARAM)
            }
            Expr::Comma(a, b) => {
                self.eval(a);
                self.eval(b)
            }
        }
    }

    fn binary(&mut self, op: &str, a: &Expr, b: &Expr) -> (u64, Ty) {
        if op == "&&" || op == "||" {
            let left = self.eval(a).0 != 0;
            let v = if left == (op == "||") { left } else { self.eval(b).0 != 0 };
            return (v as u64, INT);
        }
        let a = self.eval(a);
        let b = self.eval(b);
        arithmetic(op, a, b)
    }

    fn type_of(&self, e: &Expr) -> Ty {
        match e {
            Expr::Literal(_, t) | Expr::Cast(t, _) => *t,
            Expr::Var(i) | Expr::Assign(_, i, _) | Expr::IncDec { var: i, .. } => self.vars[*i].0,
            Expr::Element(_) => ELEMENT,
            Expr::Unary("!", _) => INT,
            Expr::Unary(_, a) => self.type_of(a).promoted(),
            Expr::Binary("&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=", _, _) => INT,
            Expr::Binary("<<" | ">>", a, _) => self.type_of(a).promoted(),
            Expr::Binary(_, a, b) => usual(self.type_of(a), self.type_of(b)),
            Expr::Cond(_, a, b) => {
                let (a, b) = (self.type_of(a), self.type_of(b));
                if a == b { a } else { usual(a, b) }
            }
            Expr::Call(..) => PARAM,
            Expr::Comma(_, b) => self.type_of(b),
        }
    }

    /// True if a `break` was met.
    fn run(&mut self, body: &[Stmt]) -> bool {
        body.iter().any(|s| self.stmt(s))
    }

    fn stmt(&mut self, s: &Stmt) -> bool {
        match s {
            Stmt::Expr(e) => {
                self.eval(e);
                false
            }
            Stmt::Store(i, e) => {
                // the value first, then the place
                let v = self.eval(e).0;
                let i = self.eval(i).0;
                self.elements[(i % ELEMENTS as u64) as usize] = ELEMENT.cut(v);
                false
            }
            Stmt::If(c, a, b) => {
                let taken = if self.eval(c).0 != 0 { a } else { b };
                self.run(taken)
            }
            Stmt::Loop(n, body) => {
                for _ in 0..*n {
                    if self.run(body) {
                        break;
                    }
                }
                false
            }
            Stmt::Switch(e, cases, default) => {
                let (v, t) = self.eval(e);
                let v = t.promoted().cut(v);
                let mut through = false;
                for (k, body, falls) in cases {
                    if through || t.promoted().cut(*k) == v {
                        if self.run(body) || !falls {
                            return false;
                        }
                        through = true;
                    }
                }
                self.run(default);
                false
            }
            Stmt::Break(c) => self.eval(c).0 != 0,
        }
    }
}

fn arithmetic(op: &str, a: (u64, Ty), b: (u64, Ty)) -> (u64, Ty) {
    if op == "<<" || op == ">>" {
        let t = a.1.promoted();
        let (v, n) = (t.cut(a.0), b.0 & 63);
        let v = match op {
            "<<" => v << n,
            _ if t.signed => (v as i64 >> n) as u64,
            _ => v >> n,
        };
        return (t.cut(v), t);
    }
    let t = usual(a.1, b.1);
    let (x, y) = (t.cut(a.0), t.cut(b.0));
    let less = |x: u64, y: u64| if t.signed { (x as i64) < y as i64 } else { x < y };
    let v = match op {
        "==" => return ((x == y) as u64, INT),
        "!=" => return ((x != y) as u64, INT),
        "<" => return (less(x, y) as u64, INT),
        ">" => return (less(y, x) as u64, INT),
        "<=" => return (!less(y, x) as u64, INT),
        ">=" => return (!less(x, y) as u64, INT),
        "+" => x.wrapping_add(y),
        "-" => x.wrapping_sub(y),
        "*" => x.wrapping_mul(y),
        "/" if t.signed => (x as i64).wrapping_div(y as i64) as u64,
        "/" => x / y,
        "%" if t.signed => (x as i64).wrapping_rem(y as i64) as u64,
        "%" => x % y,
        "&" => x & y,
        "|" => x | y,
        _ => x ^ y,
    };
    (t.cut(v), t)
}

struct Writer {
    rng: ChaCha8Rng,
    vars: Vec<Ty>,
}

impl Writer {
    fn below(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % n as u64) as usize
    }

    fn ty(&mut self) -> Ty {
        Ty { signed: self.below(2) == 0, bits: [8, 16, 32, 64][self.below(4)] }
    }

    fn literal(&mut self) -> Expr {
        let t = Ty { signed: self.below(2) == 0, bits: [32, 64][self.below(2)] };
        let v = match self.below(4) {
            0 => self.below(5) as u64,
            1 => 1 << self.below(31),
            2 => (1 << self.below(31)) - 1,
            _ => self.rng.next_u64() & 0x7fff_ffff,
        };
        Expr::Literal(v, t)
    }

    fn expr(&mut self, depth: u32) -> Expr {
        if depth == 0 {
            return if self.below(3) == 0 { self.literal() } else { Expr::Var(self.below(self.vars.len())) };
        }
        let sub = |w: &mut Self| Box::new(w.expr(depth - 1));
        match self.below(14) {
            0 => Expr::Element(sub(self)),
            1 => Expr::Unary(["-", "~", "!", "+"][self.below(4)], sub(self)),
            2 => Expr::Cast(self.ty(), sub(self)),
            3 => Expr::Cond(sub(self), sub(self), sub(self)),
            4 => {
                let op = ["=", "+=", "-=", "*=", "&=", "|=", "^="][self.below(7)];
                Expr::Assign(op, self.below(self.vars.len()), sub(self))
            }
            5 => Expr::IncDec { inc: self.below(2) == 0, prefix: self.below(2) == 0, var: self.below(self.vars.len()) },
            6 => Expr::Call(sub(self), sub(self)),
            7 => Expr::Comma(sub(self), sub(self)),
            8 => {
                let one = Box::new(Expr::Literal(1, INT));
                let divisor = Expr::Binary("|", sub(self), one);
                Expr::Binary(["/", "%"][self.below(2)], sub(self), Box::new(divisor))
            }
            9 => {
                let count = Expr::Binary("&", sub(self), Box::new(Expr::Literal(15, INT)));
                Expr::Binary(["<<", ">>"][self.below(2)], sub(self), Box::new(count))
            }
            _ => {
                let ops = ["+", "-", "*", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
                Expr::Binary(ops[self.below(ops.len())], sub(self), sub(self))
            }
        }
    }

    fn body(&mut self, depth: u32, in_loop: bool) -> Vec<Stmt> {
        (0..1 + self.below(4)).map(|_| self.stmt(depth, in_loop)).collect()
    }

    fn stmt(&mut self, depth: u32, in_loop: bool) -> Stmt {
        match self.below(if depth == 0 { 3 } else { 7 }) {
            0 => Stmt::Store(self.expr(2), self.expr(2)),
            3 => Stmt::If(self.expr(2), self.body(depth - 1, in_loop), self.body(depth - 1, in_loop)),
            4 => Stmt::Loop(self.below(5) as u32, self.body(depth - 1, true)),
            5 => {
                let cases = (0..self.below(4) as u64).map(|k| {
                    let falls = self.below(2) == 0;
                    (if k == 0 { u64::MAX } else { k * 3 }, self.body(depth - 1, true), falls)
                });
                let cases = cases.collect();
                Stmt::Switch(self.expr(2), cases, self.body(depth - 1, true))
            }
            6 if in_loop => Stmt::Break(self.expr(1)),
            _ => Stmt::Expr(self.expr(3)),
        }
    }
}

fn c(e: &Expr) -> String {
    match e {
        Expr::Literal(v, t) => {
            format!("{v}{}{}", if t.signed { "" } else { "u" }, if t.bits == 64 { "l" } else { "" })
        }
        Expr::Var(i) => format!("v{i}"),
        Expr::Element(i) => format!("a[(u64)({}) % {ELEMENTS}]", c(i)),
        Expr::Unary(op, a) => format!("({op} {})", c(a)),
        Expr::Binary(op, a, b) => format!("({} {op} {})", c(a), c(b)),
        Expr::Cast(t, a) => format!("(({}){})", t.name(), c(a)),
        Expr::Cond(q, a, b) => format!("({} ? {} : {})", c(q), c(a), c(b)),
        Expr::Assign(op, var, value) => format!("(v{var} {op} {})", c(value)),
        Expr::IncDec { inc, prefix, var } => {
            let op = if *inc { "++" } else { "--" };
            if *prefix { format!("({op}v{var})") } else { format!("(v{var}{op})") }
        }
        Expr::Call(a, b) => format!("f({}, {})", c(a), c(b)),
        Expr::Comma(a, b) => format!("({}, {})", c(a), c(b)),
    }
}

fn text(body: &[Stmt], out: &mut String, loops: &mut u32) {
    for s in body {
        match s {
            Stmt::Expr(e) => *out += &format!("(void)({});\n", c(e)),
            Stmt::Store(i, e) => *out += &format!("a[(u64)({}) % {ELEMENTS}] = {};\n", c(i), c(e)),
            Stmt::If(q, a, b) => {
                *out += &format!("if ({}) {{\n", c(q));
                text(a, out, loops);
                *out += "} else {\n";
                text(b, out, loops);
                *out += "}\n";
            }
            Stmt::Loop(n, body) => {
                *loops += 1;
                let i = *loops;
                *out += &format!("for (int i{i} = 0; i{i} < {n}; i{i}++) {{\n");
                text(body, out, loops);
                *out += "}\n";
            }
            Stmt::Switch(e, cases, default) => {
                *out += &format!("switch ({}) {{\n", c(e));
                for (k, body, falls) in cases {
                    *out += &format!("case {}:\n", *k as i64);
                    text(body, out, loops);
                    if !falls {
                        *out += "break;\n";
                    }
                }
                *out += "default:\n";
                text(default, out, loops);
                *out += "}\n";
            }
            Stmt::Break(q) => *out += &format!("if ({}) break;\n", c(q)),
        }
    }
}

/// Runs the text; the values of its variables at the end, and the elements.
fn run(text: &str) -> Vec<u64> {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:?}\n{text}"));
    let options = Options { stack_words: 400, ..Options::default() };
    let mut s = System::new(Arc::new(compiled.program), &options).unwrap_or_else(|e| panic!("{e}\n{text}"));
    while s.state().get(s.program.global("done").unwrap().slot) == 0 {
        let outcome = s.step(Choice { agent: 0, pick: 0 });
        assert!(matches!(outcome, Outcome::Stepped { .. }), "{outcome:?} {:?}\n{text}", s.violations());
    }
    let out = s.program.global("out").unwrap();
    let n = s.program.types.words(out.ty);
    (out.slot..out.slot + n).map(|slot| s.state().get(slot)).collect()
}

#[test]
fn programs_compute_what_their_trees_say() {
    let rounds = if cfg!(debug_assertions) { 400 } else { 4_000 };
    let mut changed = 0;
    for seed in 0..rounds {
        let mut w = Writer { rng: ChaCha8Rng::seed_from_u64(seed), vars: Vec::new() };
        w.vars = (0..6).map(|_| w.ty()).collect();
        let mut m = Machine { vars: Vec::new(), elements: [0; ELEMENTS] };
        let mut declared = String::new();
        for (i, t) in w.vars.clone().into_iter().enumerate() {
            let v = t.cut(w.rng.next_u64() & 0xffff_ffff);
            m.vars.push((t, v));
            // every third is shared: an access to it is a step of its own, which changes no result
            let place = if i % 3 == 0 { &mut declared } else { continue };
            *place += &format!("{} v{i} = {};\n", t.name(), v as i64);
        }
        let body = w.body(3, false);
        let (mut inner, mut loops) = (String::new(), 0);
        for (i, (t, v)) in m.vars.iter().enumerate().filter(|(i, _)| i % 3 != 0) {
            inner += &format!("{} v{i} = {}; {}\n", t.name(), *v as i64, if i == 4 { "u64 p = (u64)&v4;" } else { "" });
        }
        text(&body, &mut inner, &mut loops);
        let before = m.vars.clone();
        m.run(&body);
        let outs: String = (0..6).map(|i| format!("out[{i}] = (u64)v{i};\n")).collect();
        let elements: String = (0..ELEMENTS).map(|i| format!("out[{}] = a[{i}];\n", 6 + i)).collect();
        let p = PARAM.name();
        let program = format!(
            "{declared} u64 out[{}]; int done;
             static {p} f({p} a, {p} b) {{ return a * 3 - (b ^ a); }}
             CPU(0) void program(void) {{ u16 a[{ELEMENTS}] = {{ 0 }};\n done = 0;\n{inner}{outs}{elements} done = 1; }}",
            6 + ELEMENTS
        );
        let expected: Vec<u64> = m.vars.iter().map(|v| v.1).chain(m.elements).collect();
        assert_eq!(run(&program), expected, "seed {seed}\n{program}");
        changed += (before.iter().zip(&m.vars).any(|(a, b)| a.1 != b.1)) as u32;
    }
    assert!(changed > rounds as u32 / 2, "only {changed} programs change anything");
}
