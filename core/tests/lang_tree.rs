//! The tree says what the text says: precedence, what belongs to what, types of literals, places.

use cowscope_core::lang::ast::{Expr, ExprKind, Init, Item, Stmt, StmtKind, TypeExpr, TypeKind, Unit};
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;

fn parse(text: &str) -> Unit {
    let mut macros = Macros::with_options([("ON", 1), ("MINUS", -7)]);
    let (unit, diags) = parser::parse(3, text, &mut macros, &mut TypeNames::new());
    assert!(diags.is_empty(), "{text}: {diags:?}");
    unit
}

fn statements(text: &str) -> Vec<Stmt> {
    match parse(&format!("void f(int a) {{ {text} }}")).items.remove(0) {
        Item::Func(function) => function.body.stmts.clone(),
        other => panic!("{other:?}"),
    }
}

/// Operators in front, everything in brackets.
fn shown(e: &Expr) -> String {
    let two = |op: &str, a: &Expr, b: &Expr| format!("({op} {} {})", shown(a), shown(b));
    match &e.kind {
        ExprKind::Int { value, signed, bits } => format!("{value}{}{bits}", if *signed { "s" } else { "u" }),
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Call { callee, args } => {
            format!("({}! {})", callee.name, args.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Unary(op, a) => format!("({op:?} {})", shown(a)),
        ExprKind::Binary(op, a, b) => two(&format!("{op:?}"), a, b),
        ExprKind::Assign { op, target, value } => two(&op.map_or("=".into(), |op| format!("{op:?}=")), target, value),
        ExprKind::IncDec { inc, prefix, target } => {
            format!("({}{} {})", if *prefix { "pre" } else { "post" }, if *inc { "++" } else { "--" }, shown(target))
        }
        ExprKind::Cond { cond, then, otherwise } => {
            let then = then.as_ref().map_or("-".into(), |then| shown(then));
            format!("(? {} {then} {})", shown(cond), shown(otherwise))
        }
        ExprKind::Cast(ty, a) => format!("(cast {} {})", ty_shown(ty), shown(a)),
        ExprKind::SizeofType(ty) => format!("(sizeof {})", ty_shown(ty)),
        ExprKind::SizeofExpr(a) => format!("(sizeof {})", shown(a)),
        ExprKind::Index(a, b) => two("[]", a, b),
        ExprKind::Field(a, field) => format!("(.{} {})", field.name, shown(a)),
        ExprKind::Arrow(a, field) => format!("(->{} {})", field.name, shown(a)),
        ExprKind::Comma(a, b) => two(",", a, b),
        ExprKind::StmtExpr(block) => format!("({{{}}})", block.stmts.len()),
        ExprKind::Compound(ty, _) => format!("(literal {})", ty_shown(ty)),
    }
}

fn ty_shown(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeKind::Int { signed, bits } => format!("{}{bits}", if *signed { "s" } else { "u" }),
        TypeKind::Named(name) => name.to_string(),
        TypeKind::Struct(tag) => format!("struct {tag}"),
        TypeKind::Pointer(to) => format!("*{}", ty_shown(to)),
        TypeKind::Array(of, length) => format!("[{}]{}", length.as_ref().map_or("".into(), |e| shown(e)), ty_shown(of)),
        other => format!("{other:?}"),
    }
}

fn expression(text: &str) -> Expr {
    match statements(&format!("{text};")).remove(0).kind {
        StmtKind::Expr(e) => e,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn expressions() {
    for (text, expected) in [
        ("a - b - c", "(Sub (Sub a b) c)"),
        ("a = b = c", "(= a (= b c))"),
        ("a |= b ? c : d ? e : g", "(Or= a (? b c (? d e g)))"),
        ("a <<= 1", "(Shl= a 1s32)"),
        ("a <= 1", "(Le a 1s32)"),
        ("a ?: b", "(? a - b)"),
        (
            "a || b && c | d ^ e & g == h < i << j + k * l",
            "(LogOr a (LogAnd b (Or c (Xor d (And e (Eq g (Lt h (Shl i (Add j (Mul k l))))))))))",
        ),
        (
            "a * b + c << d < e == g & h ^ i | j && k || l",
            "(LogOr (LogAnd (Or (Xor (And (Eq (Lt (Shl (Add (Mul a b) c) d) e) g) h) i) j) k) l)",
        ),
        ("(a + b) * c", "(Mul (Add a b) c)"),
        ("-a->b[1].c++", "(Neg (post++ (.c ([] (->b a) 1s32))))"),
        ("!*&a", "(Not (Deref (AddrOf a)))"),
        ("- --a", "(Neg (pre-- a))"),
        ("(u64)a + b", "(Add (cast u64 a) b)"),
        ("(struct page **)a->b", "(cast **struct page (->b a))"),
        ("(unsigned char)-1", "(cast u8 (Neg 1s32))"),
        ("(long long unsigned int)1", "(cast u64 1s32)"),
        ("sizeof(int) + sizeof a", "(Add (sizeof s32) (sizeof a))"),
        ("sizeof(a) * 2", "(Mul (sizeof a) 2s32)"),
        ("(a)(b)", "(a! b)"),
        ("f(a, (b, c), 0xffffffff)", "(f! a (, b c) 4294967295u32)"),
        ("a, b = 1, c", "(, (, a (= b 1s32)) c)"),
        ("({ int x = 1; x; }) + 1", "(Add ({2}) 1s32)"),
        ("(struct s){ 1 }.x", "(.x (literal struct s))"),
        ("\"a\" \"b\\n\"", "\"ab\\n\""),
        ("offsetof(struct s, a.b)", "(offsetof! (sizeof struct s) (.b a))"),
        ("ON + MINUS", "(Add 1s32 (Neg 7s32))"),
    ] {
        assert_eq!(shown(&expression(text)), expected, "{text}");
    }
}

#[test]
fn else_belongs_to_the_nearest_if() {
    let stmts = statements("if (a) if (b) x = 1; else x = 2;");
    let StmtKind::If { then, otherwise: None, .. } = &stmts[0].kind else { panic!("{stmts:?}") };
    assert!(matches!(then.kind, StmtKind::If { otherwise: Some(_), .. }));
}

#[test]
fn labels_and_cases_are_statements_of_their_own() {
    let stmts = statements("switch (a) case 1: case 2 ... 4: default: out: a = 1; atomic { fallthrough; }");
    assert_eq!(stmts.len(), 2);
    let StmtKind::Switch { body, .. } = &stmts[0].kind else { panic!("{stmts:?}") };
    let StmtKind::Block(block) = &body.kind else { panic!("{body:?}") };
    let kinds: Vec<&StmtKind> = block.stmts.iter().map(|s| &s.kind).collect();
    assert!(matches!(
        kinds[..],
        [
            StmtKind::Case { to: None, .. },
            StmtKind::Case { to: Some(_), .. },
            StmtKind::Default,
            StmtKind::Label(_),
            StmtKind::Expr(_)
        ]
    ));
    let StmtKind::Atomic(block) = &stmts[1].kind else { panic!("{stmts:?}") };
    assert!(matches!(block.stmts[..], [Stmt { kind: StmtKind::Empty, .. }]));
}

#[test]
fn declarations() {
    let unit = parse(
        "static u64 *a[2][3], b = 1; typedef struct { int x; } t; struct s { t *next; } v = { .next = 0 }; \
         int f(int x[4], struct s *); uint64_t w; enum e { E = 1 } z;",
    );
    let found: Vec<String> = unit
        .items
        .iter()
        .map(|item| match item {
            Item::Global(v) => {
                let init = match &v.init {
                    None => "",
                    Some(Init::Expr(_)) => " = e",
                    Some(Init::List(..)) => " = {}",
                };
                format!("{} {}{init} {}", v.name.name, ty_shown(&v.ty), v.attrs.len())
            }
            Item::Typedef { name, .. } => format!("typedef {}", name.name),
            Item::Struct(s) => format!("struct {}", s.tag.as_ref().unwrap().name),
            Item::Enum(e) => format!("enum {}", e.tag.as_ref().unwrap().name),
            Item::Proto(p) => {
                let params: Vec<String> =
                    p.params.iter().map(|p| format!("{} {}", p.name.name, ty_shown(&p.ty))).collect();
                format!("proto {} {params:?}", p.name.name)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            "a [2s32][3s32]*u64 1",
            "b u64 = e 1",
            "typedef t",
            "struct s",
            "v struct s = {} 0",
            "proto f [\"x *s32\", \" *struct s\"]",
            "w u64 0",
            "enum e",
            "z Enum(\"e\") 0",
        ]
    );
}

/// An option is what `SWITCH` and `VARIANT` are about, and a value everywhere else.
#[test]
fn directives_keep_the_names_of_options() {
    let unit = parse("SWITCH(ON, 0, \"x\") VARIANT(on, ON = ON + 1); NOTE(f(ON), ON, ON)\nCHECK(ON);\nint x = ON;");
    let found: Vec<String> = unit
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Directive(d) => Some(d.args.iter().map(shown).collect::<Vec<_>>().join(", ")),
            _ => None,
        })
        .collect();
    assert_eq!(found, ["ON, 0s32, \"x\"", "on, (= ON (Add 1s32 1s32))", "(f! 1s32), 1s32, 1s32", "1s32"]);
}

#[test]
fn macros() {
    let mut macros = Macros::new();
    let mut types = TypeNames::new();
    let text = "#define ONE 1\n#define SUM(a, b) ((a) + (b))\n#define SELF SELF + ONE\n#define EMPTY\n#define NEG (-ONE << 4)\n";
    assert!(parser::parse(0, text, &mut macros, &mut types).1.is_empty());
    assert_eq!((macros.value("NEG"), macros.value("ONE")), (Some(-16), Some(1)));
    assert_eq!(
        (macros.value("SUM"), macros.value("SELF"), macros.value("EMPTY"), macros.value("X")),
        (None, None, None, None)
    );
    let text = "EMPTY int x = SUM(SUM(1, ONE), SELF) + SUM;";
    let (unit, diags) = parser::parse(1, text, &mut macros, &mut types);
    assert!(diags.is_empty(), "{diags:?}");
    let Item::Global(x) = &unit.items[0] else { panic!("{unit:?}") };
    let Some(Init::Expr(e)) = &x.init else { panic!("{x:?}") };
    assert_eq!(shown(e), "(Add (Add (Add 1s32 1s32) (Add SELF 1s32)) SUM)");
}

#[test]
fn places() {
    let text = "#define TWO 1 + 1\nint x = a + (b * TWO);";
    let unit = parse(text);
    let Item::Global(x) = &unit.items[0] else { panic!("{unit:?}") };
    let Some(Init::Expr(whole)) = &x.init else { panic!("{x:?}") };
    let slice = |e: &Expr| &text[e.span.lo as usize..e.span.hi as usize];
    assert_eq!((slice(whole), whole.span.file), ("a + (b * TWO)", 3));
    let ExprKind::Binary(_, a, b) = &whole.kind else { panic!("{whole:?}") };
    assert_eq!((slice(a), slice(b)), ("a", "(b * TWO)"));
    let ExprKind::Binary(_, product, one) = &b.kind else { panic!("{b:?}") };
    assert_eq!((slice(product), slice(one)), ("b * TWO", "TWO"));
}
