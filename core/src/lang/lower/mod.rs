//! From syntax trees to micro-ops: names, types, conversions, and where steps end.

mod calls;
mod expr;
mod func;
mod globals;
mod place;
mod typing;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ast::{self, Expr, Span};
use super::diag::Diagnostic;
use super::ir::{Code, Label, Loc, LocId, Marking, Op, Reg};
use super::types::{TyId, Types};

pub use calls::STEPLESS;
pub use func::lower as func;
pub use globals::collect;

/// Micro-ops that one function may have before what it calls is put into it.
pub const MAX_OPS: usize = 12_000;
/// Micro-ops that all functions may have together.
pub const MAX_OPS_IN_ALL: usize = 200_000;
/// Words of a local variable, and of a struct that is assigned as a whole. (A stack has fewer.)
pub const MAX_LOCAL_WORDS: u32 = 1024;
/// Words of all local arrays, structs and variables whose address is taken, of one function.
pub const MAX_MEM: u32 = 4096;
/// Semantic errors after which nothing more is looked at.
pub const MOST_ERRORS: usize = 100;

/// The error has been reported; what was being lowered is given up.
#[derive(Clone, Copy, Debug)]
pub struct Bad;
pub type R<T> = Result<T, Bad>;

/// A variable of file scope.
#[derive(Clone, Debug)]
pub struct Global {
    pub name: String,
    pub ty: TyId,
    pub slot: u32,
    pub span: Span,
}

/// What callers need to know of a function.
#[derive(Clone, Debug)]
pub struct FuncInfo {
    pub name: Rc<str>,
    pub ret: TyId,
    pub params: Vec<TyId>,
    pub def: Option<Rc<ast::FuncDef>>,
    pub decl_span: Span,
    /// Which layer its text came from: 0 common, 1 design, 2 scenario.
    pub layer: u8,
    pub syscall: bool,
}

/// An assertion in the text: violation number = index.
#[derive(Clone, Debug)]
pub struct Assertion {
    pub span: Span,
    pub kind: AssertKind,
}

/// Where an assertion comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertKind {
    Assert,
    BugOn,
}

/// Everything known of the whole program while its functions are lowered.
#[derive(Default)]
pub struct Cx {
    pub types: Types,
    pub typedefs: BTreeMap<Rc<str>, TyId>,
    pub struct_tags: BTreeMap<Rc<str>, u32>,
    pub enum_tags: BTreeMap<Rc<str>, u32>,
    /// Enumeration constants.
    pub consts: BTreeMap<Rc<str>, i64>,
    pub globals: Vec<Global>,
    pub global_names: BTreeMap<Rc<str>, usize>,
    pub funcs: Vec<FuncInfo>,
    pub func_names: BTreeMap<Rc<str>, u32>,
    /// Initial values of global words.
    pub inits: Vec<(u32, u64)>,
    pub next_slot: u32,
    pub strings: Vec<String>,
    pub asserts: Vec<Assertion>,
    pub locs: Vec<Loc>,
    pub diags: Vec<Diagnostic>,
    /// Micro-ops lowered so far.
    pub ops_in_all: usize,
}

impl Cx {
    /// The type of an enumeration constant or option.
    pub fn constant_type(&mut self, k: i64) -> TyId {
        if i32::try_from(k).is_ok() { Types::INT } else { self.types.int(true, 64) }
    }

    /// Has enough been found wrong?
    pub fn full(&self) -> bool {
        self.diags.len() >= MOST_ERRORS
    }

    /// Reports an error and gives up what is being lowered.
    pub fn bad<T>(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> R<T> {
        self.diags.push(Diagnostic::error(code, span, message));
        Err(Bad)
    }

    /// Reports an error with a mend.
    pub fn bad_help<T>(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: String) -> R<T> {
        self.diags.push(Diagnostic::error(code, span, message).help(help));
        Err(Bad)
    }

    /// Does this slot belong to a ghost variable (`ghost_...`)? Accesses to those take no step.
    pub fn is_ghost(&self, slot: u32) -> bool {
        let i = self.globals.partition_point(|g| g.slot <= slot);
        i > 0 && self.globals[i - 1].name.starts_with("ghost_")
    }

    /// The number of a string literal.
    pub fn string(&mut self, s: &str) -> u64 {
        if let Some(i) = self.strings.iter().position(|t| t == s) {
            return i as u64;
        }
        self.strings.push(s.to_string());
        self.strings.len() as u64 - 1
    }
}

/// A value in a register, or known while compiling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opd {
    Reg(Reg),
    Const(u64),
}

/// A value with its type. `void` values hold the constant 0.
#[derive(Clone, Copy, Debug)]
pub struct Val {
    pub opd: Opd,
    pub ty: TyId,
}

/// Something that can be read, written or pointed to.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// A local variable in a register.
    Local(Reg),
    Global(u32),
    /// Element `i` of a global array, plus a constant part in `slot`.
    Elem {
        slot: u32,
        i: Reg,
        len: u32,
        stride: u32,
    },
    /// A word of the frame's memory.
    Mem(u32),
    /// `off` bytes behind the address in a register.
    Ptr {
        base: Reg,
        off: i32,
    },
}

/// A name in a function.
#[derive(Clone, Copy, Debug)]
struct Local {
    place: Place,
    ty: TyId,
}

/// Lowers one function.
pub struct Lower<'a> {
    cx: &'a mut Cx,
    code: Code,
    func: u32,
    ret: TyId,
    scopes: Vec<BTreeMap<Rc<str>, Local>>,
    /// Names whose address is taken somewhere in the function.
    addressed: std::collections::BTreeSet<Rc<str>>,
    labels: BTreeMap<Rc<str>, Named>,
    breaks: Vec<Label>,
    continues: Vec<Label>,
    /// The labels of the open switches' cases, by the address of their statement.
    cases: Vec<BTreeMap<usize, Label>>,
    /// Above 0: inside an atomic block, a guard or a ghost expression; accesses take no step.
    atomic: u32,
    /// The atomic blocks of the text that are open here.
    atomics: Vec<Span>,
    /// Above 0: inside what is read for free.
    free: u32,
    /// Above 0: what is lowered is never run.
    dead: u32,
    loc: LocId,
}

/// A label of a function's text.
#[derive(Clone)]
struct Named {
    label: Label,
    /// Where it stands, once that is known.
    at: Option<Span>,
    /// Where it is first named.
    used: Span,
    /// The atomic blocks around it.
    path: Vec<Span>,
    /// The jumps to it, and the atomic blocks around each.
    from: Vec<(Span, Vec<Span>)>,
}

impl Lower<'_> {
    fn put(&mut self, op: Op) {
        if self.code.ops.len() >= MAX_OPS {
            return; // reported when the function is done
        }
        self.code.ops.push(op);
        self.code.locs.push(self.loc);
    }

    fn at(&mut self, span: Span) {
        self.loc = self.cx.locs.len() as LocId;
        let marking = if self.free > 0 { Marking::Free } else { Marking::Plain };
        self.cx.locs.push(Loc { span, func: self.func, parent: None, marking });
    }

    /// Says how the access at this place is marked.
    fn mark(&mut self, marking: Marking) {
        if let Some(l) = self.cx.locs.get_mut(self.loc as usize)
            && l.marking == Marking::Plain
        {
            l.marking = marking;
        }
    }

    fn reg(&mut self) -> Reg {
        self.code.regs += 1;
        (self.code.regs - 1).min(u16::MAX as u32) as Reg
    }

    fn label(&mut self) -> Label {
        self.code.labels += 1;
        self.code.labels - 1
    }

    /// The value in a register.
    fn in_reg(&mut self, opd: Opd) -> Reg {
        match opd {
            Opd::Reg(r) => r,
            Opd::Const(k) => {
                let d = self.reg();
                self.put(Op::K { d, k });
                d
            }
        }
    }

    /// Ends the step before an access to something shared.
    fn bound(&mut self) {
        if self.atomic == 0 {
            self.code.steps = true;
            self.put(Op::Bound { id: 0 });
        }
    }
}

/// A constant integer expression: enumeration constants, literals, operators, `sizeof`.
pub fn const_expr(cx: &mut Cx, e: &Expr) -> R<i64> {
    let mut l = Lower::new(cx, u32::MAX, Types::VOID);
    l.atomic = 1;
    let v = l.expr(e)?;
    match v.opd {
        Opd::Const(k) => Ok(k as i64),
        Opd::Reg(_) => cx.bad_help(
            "E0203",
            e.span,
            "this must be a constant",
            "only literals, enumeration constants, options and operators are known before the program runs".into(),
        ),
    }
}
