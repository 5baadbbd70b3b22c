//! The micro-ops, and what a compiled function is made of.

use super::ast::Span;
use super::types::{Ext, TyId};

/// A register of a function: any number of them, alive within a step. What must outlive a step is kept in frame words.
pub type Reg = u16;
/// A jump target while code is built; an index into the code once it is finished.
pub type Label = u32;
/// Index into the table of places (source span, function, inlined-from).
pub type LocId = u32;

/// Arithmetic on 64-bit registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alu {
    Add,
    Sub,
    Mul,
    DivS,
    DivU,
    RemS,
    RemU,
    And,
    Or,
    Xor,
    Shl,
    ShrS,
    ShrU,
    Eq,
    Ne,
    LtS,
    LtU,
    LeS,
    LeU,
}

impl Alu {
    /// The result; `None` for a division by zero.
    #[inline(always)]
    pub fn eval(self, a: u64, b: u64) -> Option<u64> {
        Some(match self {
            Alu::Add => a.wrapping_add(b),
            Alu::Sub => a.wrapping_sub(b),
            Alu::Mul => a.wrapping_mul(b),
            Alu::DivS => (a as i64).checked_div(b as i64).or((b != 0).then_some(i64::MIN))? as u64,
            Alu::DivU => a.checked_div(b)?,
            Alu::RemS => {
                if b == 0 {
                    return None;
                }
                (a as i64).wrapping_rem(b as i64) as u64
            }
            Alu::RemU => a.checked_rem(b)?,
            Alu::And => a & b,
            Alu::Or => a | b,
            Alu::Xor => a ^ b,
            Alu::Shl => a << (b & 63),
            Alu::ShrS => ((a as i64) >> (b & 63)) as u64,
            Alu::ShrU => a >> (b & 63),
            Alu::Eq => (a == b) as u64,
            Alu::Ne => (a != b) as u64,
            Alu::LtS => ((a as i64) < b as i64) as u64,
            Alu::LtU => (a < b) as u64,
            Alu::LeS => (a as i64 <= b as i64) as u64,
            Alu::LeU => (a <= b) as u64,
        })
    }
}

/// One micro-op. Addresses are slot numbers times 8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    K {
        d: Reg,
        k: u64,
    },
    Mov {
        d: Reg,
        s: Reg,
    },
    Bin {
        op: Alu,
        ext: Ext,
        d: Reg,
        a: Reg,
        b: Reg,
    },
    BinK {
        op: Alu,
        ext: Ext,
        d: Reg,
        a: Reg,
        k: i32,
    },
    Ext {
        ext: Ext,
        d: Reg,
        a: Reg,
    },
    /// A jump target; gone from finished code.
    Label(Label),
    Jmp {
        to: Label,
    },
    Jz {
        a: Reg,
        to: Label,
    },
    Jnz {
        a: Reg,
        to: Label,
    },
    /// Jumps if `(a alu k) != 0` is `when`.
    JmpK {
        alu: Alu,
        when: bool,
        a: Reg,
        k: i32,
        to: Label,
    },
    /// The end of a step: what follows is the next one. `id` is a resume record (0 until the code is finished).
    Bound {
        id: u32,
    },
    /// The end of a step, unless the address `a + off` lies on the task's own stack.
    BoundPtr {
        a: Reg,
        off: i32,
        id: u32,
    },
    /// The end of a step under x86-TSO only: before a fence.
    BoundTso {
        id: u32,
    },
    /// Blocks unless the CPU's store buffer is empty: the start of a locked operation.
    Lock,
    LdG {
        d: Reg,
        slot: u32,
    },
    StG {
        s: Reg,
        slot: u32,
    },
    StGK {
        k: i32,
        slot: u32,
    },
    /// Element `i` of an array of globals: `len` elements, `stride` words apart.
    LdX {
        d: Reg,
        i: Reg,
        slot: u32,
        len: u16,
        stride: u16,
    },
    StX {
        s: Reg,
        i: Reg,
        slot: u32,
        len: u16,
        stride: u16,
    },
    LdP {
        d: Reg,
        a: Reg,
        off: i32,
    },
    StP {
        s: Reg,
        a: Reg,
        off: i32,
    },
    /// A word of the frame's own memory (locals whose address is taken).
    LdF {
        d: Reg,
        off: u32,
    },
    StF {
        s: Reg,
        off: u32,
    },
    /// The address of a word of the frame's own memory.
    LeaF {
        d: Reg,
        off: u32,
    },
    /// Traps unless `a < len`.
    Index {
        a: Reg,
        len: u32,
    },
    Await {
        a: Reg,
    },
    Assume {
        a: Reg,
    },
    Choose {
        d: Reg,
        a: Reg,
    },
    /// A violation of assertion number `id` where `a` is 0.
    Assert {
        a: Reg,
        id: u32,
    },
    /// A real call; `id` is a resume record (its arguments stand in `Code::args`).
    Call {
        func: u32,
        d: Reg,
        args: u32,
        id: u32,
    },
    Ret {
        a: Reg,
    },
    /// The system: `args` is an index into `Code::args`.
    Sys {
        sys: super::sys::Sys,
        d: Reg,
        args: u32,
    },
}

impl Op {
    /// Does it read or write a variable or memory (perhaps of the task's own stack)?
    pub fn accesses(&self) -> bool {
        self.loads() || self.stores()
    }

    /// Does it read one?
    pub fn loads(&self) -> bool {
        matches!(self, Op::LdG { .. } | Op::LdX { .. } | Op::LdP { .. })
    }

    /// Does it write one?
    pub fn stores(&self) -> bool {
        matches!(self, Op::StG { .. } | Op::StGK { .. } | Op::StX { .. } | Op::StP { .. })
    }
}

/// How an access orders others, as the text marks it. See `docs/language.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marking {
    /// A plain access of C: one that races with it is reported.
    #[default]
    Plain,
    /// `READ_ONCE`, `WRITE_ONCE`, `atomic_read`, `atomic_set`, `test_bit`: no order.
    Once,
    /// `smp_load_acquire` and the like.
    Acquire,
    /// `smp_store_release` and the like.
    Release,
    /// Part of an assertion or of what the invariants are told: not there for the program.
    Free,
}

/// A place in the source, with the chain of inlined calls around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loc {
    pub span: Span,
    /// The function whose text this is.
    pub func: u32,
    /// The call that this code was inlined at.
    pub parent: Option<LocId>,
    /// How an access that stands here is marked.
    pub marking: Marking,
}

/// A named local variable that lives in a register.
#[derive(Clone, Debug)]
pub struct LocalName {
    pub reg: Reg,
    pub name: String,
    pub ty: TyId,
    pub func: u32,
}

/// A named local that lives in the frame's memory.
#[derive(Clone, Debug)]
pub struct LocalMem {
    pub off: u32,
    pub name: String,
    pub ty: TyId,
    pub func: u32,
}

/// A function on its way to being finished.
#[derive(Clone, Debug, Default)]
pub struct Code {
    pub name: String,
    pub ops: Vec<Op>,
    pub locs: Vec<LocId>,
    pub params: Vec<Reg>,
    pub regs: u32,
    pub labels: u32,
    /// Words of frame memory.
    pub mem: u32,
    pub args: Vec<Vec<Reg>>,
    pub locals: Vec<LocalName>,
    pub mems: Vec<LocalMem>,
    /// True if it has a step of its own.
    pub steps: bool,
}

/// How much of a [`Code`] there was, to go back to: see [`Code::restore`].
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    mem: u32,
    args: usize,
    locals: usize,
    mems: usize,
    steps: bool,
}

impl Code {
    /// How much there is now, besides ops.
    pub fn extent(&self) -> Extent {
        Extent {
            mem: self.mem,
            args: self.args.len(),
            locals: self.locals.len(),
            mems: self.mems.len(),
            steps: self.steps,
        }
    }

    /// Forgets what came since.
    pub fn restore(&mut self, e: Extent) {
        (self.mem, self.steps) = (e.mem, e.steps);
        self.args.truncate(e.args);
        self.locals.truncate(e.locals);
        self.mems.truncate(e.mems);
    }
}
