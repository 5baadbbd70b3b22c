//! The syntax tree of restricted C, as the parser leaves it: names unresolved, types unchecked, every node with its place.

use std::rc::Rc;

/// A place in a source text: byte offsets `lo..hi` of file number `file` (an index into the program's list of texts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: u16,
    pub lo: u32,
    pub hi: u32,
}

impl Span {
    /// The smallest span that covers both (of one file).
    pub fn to(self, end: Span) -> Span {
        Span { file: self.file, lo: self.lo, hi: end.hi.max(self.lo) }
    }
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    pub name: Rc<str>,
    pub span: Span,
}

/// One source file after parsing.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub items: Vec<Item>,
}

/// Something at the top level of a file.
#[derive(Clone, Debug)]
pub enum Item {
    Func(Rc<FuncDef>),
    /// A prototype: it only promises that the function exists.
    Proto(FuncDecl),
    Global(VarDecl),
    Struct(StructDef),
    Enum(EnumDef),
    Typedef {
        name: Ident,
        ty: TypeExpr,
    },
    Directive(Directive),
}

/// `NAME(arg, ...)` at the top level, NAME in capitals: metadata of a design or scenario, such as `TITLE("...")`,
/// `SWITCH(SEQCOUNT, 1, "...")`, `VARIANT(pin, FLAGS = FOLL_PIN)`. A trailing `;` is allowed.
#[derive(Clone, Debug)]
pub struct Directive {
    pub name: Ident,
    pub args: Vec<Expr>,
    pub span: Span,
}

/// What stands before the parameter list and body of a function.
#[derive(Clone, Debug)]
pub struct FuncDecl {
    pub name: Ident,
    pub ret: TypeExpr,
    pub params: Vec<Param>,
    /// `static`, `inline`, and attribute words in capitals with their arguments: `CPU(0)`, `PROCESS(1)`, `SETUP`, `SYSCALL`, `ATOMIC`.
    pub attrs: Vec<Attr>,
    pub span: Span,
}

/// A parameter; `void` parameter lists are empty. Array parameters are pointers already.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: Ident,
    pub ty: TypeExpr,
}

/// An attribute word before a function or variable.
#[derive(Clone, Debug)]
pub struct Attr {
    pub name: Ident,
    pub args: Vec<Expr>,
}

/// A function with its body.
#[derive(Clone, Debug)]
pub struct FuncDef {
    pub decl: FuncDecl,
    pub body: Block,
}

/// One declared variable (a declaration of several is several of these).
#[derive(Clone, Debug)]
pub struct VarDecl {
    pub name: Ident,
    pub ty: TypeExpr,
    pub init: Option<Init>,
    pub attrs: Vec<Attr>,
}

/// An initialiser.
#[derive(Clone, Debug)]
pub enum Init {
    Expr(Expr),
    /// `{ a, .f = b, [3] = c }`
    List(Vec<(Option<Designator>, Init)>, Span),
}

/// `.field` or `[index]` before an initialiser.
#[derive(Clone, Debug)]
pub enum Designator {
    Field(Ident),
    Index(Expr),
}

/// A struct (or union: refused by name later) with its fields in order.
#[derive(Clone, Debug)]
pub struct StructDef {
    /// Absent for `struct { ... }` without a tag.
    pub tag: Option<Ident>,
    pub fields: Vec<FieldDecl>,
    pub span: Span,
}

/// One field of a struct. An unnamed struct field lends its fields to the outer one.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub name: Option<Ident>,
    pub ty: TypeExpr,
}

/// An enum with its constants in order.
#[derive(Clone, Debug)]
pub struct EnumDef {
    pub tag: Option<Ident>,
    pub values: Vec<(Ident, Option<Expr>)>,
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    pub kind: TypeKind,
    pub span: Span,
}

/// The kinds of type that can be written.
#[derive(Clone, Debug)]
pub enum TypeKind {
    Void,
    Bool,
    /// Integer of 8, 16, 32 or 64 bits. (`char` is signed 8, `short` 16, `int` 32, `long` and `long long` 64, as on x86-64.)
    Int {
        signed: bool,
        bits: u8,
    },
    /// A typedef name (the builtin ones, `u8` to `u64`, `s8` to `s64`, `size_t`, `uintptr_t`, are predeclared typedefs).
    Named(Rc<str>),
    Struct(Rc<str>),
    InlineStruct(Rc<StructDef>),
    Enum(Rc<str>),
    InlineEnum(Rc<EnumDef>),
    Pointer(Box<TypeExpr>),
    /// An absent length: `[]`, allowed for parameters and for globals with an initialiser.
    Array(Box<TypeExpr>, Option<Box<Expr>>),
    /// `typeof(expr)`
    TypeOf(Box<Expr>),
}

/// `{ ... }`
#[derive(Clone, Debug)]
pub struct Block {
    pub stmts: Vec<Stmt>,
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    Empty,
    Expr(Expr),
    Decl(Vec<VarDecl>),
    Block(Block),
    If {
        cond: Expr,
        then: Box<Stmt>,
        otherwise: Option<Box<Stmt>>,
    },
    While {
        cond: Expr,
        body: Box<Stmt>,
    },
    DoWhile {
        body: Box<Stmt>,
        cond: Expr,
    },
    For {
        init: Option<Box<Stmt>>,
        cond: Option<Expr>,
        step: Option<Expr>,
        body: Box<Stmt>,
    },
    Switch {
        value: Expr,
        body: Box<Stmt>,
    },
    Case {
        value: Expr,
        to: Option<Expr>,
    },
    Default,
    Label(Ident),
    Goto(Ident),
    Break,
    Continue,
    Return(Option<Expr>),
    /// `atomic { ... }`: one step.
    Atomic(Block),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer literal with the type its suffix and size give it.
    Int {
        value: u64,
        signed: bool,
        bits: u8,
    },
    Str(Rc<str>),
    Name(Rc<str>),
    /// `f(a, b)`. Casts and `sizeof` with a type are kinds of their own. A callee is a plain name.
    Call {
        callee: Ident,
        args: Vec<Expr>,
    },
    Unary(UnOp, Box<Expr>),
    Binary(BinOp, Box<Expr>, Box<Expr>),
    /// `a = b`, `a += b`, ...
    Assign {
        op: Option<BinOp>,
        target: Box<Expr>,
        value: Box<Expr>,
    },
    /// `++a`, `a--`, ...
    IncDec {
        inc: bool,
        prefix: bool,
        target: Box<Expr>,
    },
    /// `c ? a : b`; `c ?: b` has no middle.
    Cond {
        cond: Box<Expr>,
        then: Option<Box<Expr>>,
        otherwise: Box<Expr>,
    },
    Cast(Box<TypeExpr>, Box<Expr>),
    SizeofType(Box<TypeExpr>),
    SizeofExpr(Box<Expr>),
    Index(Box<Expr>, Box<Expr>),
    /// `a.f`
    Field(Box<Expr>, Ident),
    /// `a->f`
    Arrow(Box<Expr>, Ident),
    Comma(Box<Expr>, Box<Expr>),
    /// `({ ...; x; })`
    StmtExpr(Block),
    /// `(struct s){ ... }`
    Compound(Box<TypeExpr>, Box<Init>),
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnOp {
    Neg,
    Plus,
    Not,
    BitNot,
    Deref,
    AddrOf,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    And,
    Or,
    Xor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    LogAnd,
    LogOr,
}
