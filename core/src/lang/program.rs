//! A compiled program: flat micro-ops, resume records, names and types.

use super::ast::Span;
use super::ir::{Code, Loc, LocId, LocalMem, LocalName, Op, Reg};
use super::live::{self, Record};
use super::lower::{Assertion, Global};
use super::types::{Ty, TyId, Types};

/// First slot of the program's variables; the words below are never valid addresses.
pub const FIRST_SLOT: u32 = 8;
/// Registers that a function may use, with all that is put in place of its calls.
pub const MAX_REGS: u32 = 1 << 12;
/// Words at the start of each frame: where it resumes, and the caller's frame.
pub const FRAME_HEADER: u32 = 2;

/// A finished function.
#[derive(Clone, Debug)]
pub struct Func {
    pub name: String,
    pub span: Span,
    /// Index of its first op; for functions that are not run by themselves, of an op that traps.
    pub entry: u32,
    pub params: Vec<Reg>,
    /// Words of its frame, header included.
    pub frame_words: u32,
    /// Where its memory (address-taken locals) starts in the frame.
    pub mem_base: u32,
    pub locals: Vec<LocalName>,
    pub mems: Vec<LocalMem>,
    /// 0 common, 1 design, 2 scenario.
    pub layer: u8,
    pub syscall: bool,
    /// Length of its code in ops.
    pub len: u32,
}

/// What a function is for, from its attribute words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs once before the search, on a fixed schedule.
    Setup { process: u32, cpu: u32 },
    /// A program that the search interleaves.
    Task { process: u32, cpu: u32, daemon: bool },
    /// An agent without a CPU.
    Device { title: String, daemon: bool },
    /// Runs in every final state.
    Check,
}

/// A function with a role.
#[derive(Clone, Debug)]
pub struct Entry {
    pub role: Role,
    pub func: u32,
}

/// A compiled program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub ops: Vec<Op>,
    pub locs_of: Vec<LocId>,
    pub args: Vec<Box<[Reg]>>,
    pub records: Vec<Record>,
    pub funcs: Vec<Func>,
    pub locs: Vec<Loc>,
    pub globals: Vec<Global>,
    /// Initial values of variables: slot and word.
    pub inits: Vec<(u32, u64)>,
    /// The first slot behind the variables.
    pub end_slot: u32,
    pub types: Types,
    pub strings: Vec<String>,
    pub asserts: Vec<Assertion>,
    pub entries: Vec<Entry>,
    /// `do_page_fault(va, error_code)` and `do_interrupt(vector)`, if the text has them.
    pub page_fault: Option<u32>,
    pub interrupt: Option<u32>,
    /// `switch_mm(process)`: how a CPU goes on with a task of another process.
    pub switch_mm: Option<u32>,
    /// `canon(n)`: makes the state the n-th of its symmetric images, and answers whether there are more.
    pub canon: Option<u32>,
    /// Most registers that a function uses.
    pub regs: u32,
    /// Which one that is.
    pub biggest: Option<u32>,
    /// Enumeration constants by name.
    pub constants: std::collections::BTreeMap<String, i64>,
}

impl Program {
    /// Adds function `index`. False, without it, if it keeps too much from step to step.
    pub(super) fn add(&mut self, index: u32, code: Code, mut func: Func) -> bool {
        let first_op = self.ops.len() as u32;
        let first_record = self.records.len() as u32;
        if code.ops.is_empty() {
            // promised, but nowhere defined: calling it traps
            func.entry = first_op;
            self.funcs.push(func);
            return true;
        }
        let Some(done) = live::finish(code, index, first_record, FRAME_HEADER) else { return false };
        let code = done.code;
        func.mem_base = FRAME_HEADER + done.slots;
        func.frame_words = func.mem_base + code.mem;
        func.entry = first_op;
        func.params = code.params.clone();
        func.locals = code.locals;
        func.mems = code.mems;
        let mut target = vec![0u32; code.labels as usize];
        let mut at = first_op;
        let mut index_of = Vec::with_capacity(code.ops.len() + 1);
        for op in &code.ops {
            index_of.push(at);
            match op {
                Op::Label(l) => target[*l as usize] = at,
                _ => at += 1,
            }
        }
        index_of.push(at);
        for (op, loc) in code.ops.iter().zip(&code.locs) {
            let mut op = *op;
            match &mut op {
                Op::Label(_) => continue,
                Op::Jmp { to } | Op::Jz { to, .. } | Op::Jnz { to, .. } | Op::JmpK { to, .. } => {
                    *to = target[*to as usize]
                }
                Op::LdF { off, .. } | Op::StF { off, .. } | Op::LeaF { off, .. } => *off += func.mem_base,
                Op::Call { args, .. } | Op::Sys { args, .. } => {
                    self.args.push(code.args[*args as usize].clone().into());
                    *args = self.args.len() as u32 - 1;
                }
                _ => {}
            }
            self.ops.push(op);
            self.locs_of.push(*loc);
        }
        for mut r in done.records {
            r.resume = index_of[r.resume as usize];
            self.records.push(r);
        }
        func.len = at - first_op;
        if code.regs > self.regs {
            (self.regs, self.biggest) = (code.regs, Some(index));
        }
        self.funcs.push(func);
        true
    }

    /// A function by name.
    pub fn func(&self, name: &str) -> Option<u32> {
        self.funcs.iter().position(|f| f.name == name).map(|i| i as u32)
    }

    /// The innermost source place of an op or record, and the names of the functions around it, outermost first.
    pub fn stack_of(&self, loc: LocId) -> Vec<&Loc> {
        let mut chain = Vec::new();
        let mut at = Some(loc);
        while let Some(l) = at {
            let Some(loc) = self.locs.get(l as usize) else { break };
            chain.push(loc);
            at = loc.parent;
        }
        chain.reverse();
        chain
    }

    /// The variable that a slot belongs to.
    pub fn global_at(&self, slot: u32) -> Option<&Global> {
        let i = self.globals.partition_point(|g| g.slot <= slot);
        let g = self.globals.get(i.checked_sub(1)?)?;
        (slot < g.slot + self.types.words(g.ty)).then_some(g)
    }

    /// A variable by name.
    pub fn global(&self, name: &str) -> Option<&Global> {
        self.globals.iter().find(|g| g.name == name)
    }

    /// The name of a slot as C would write it, with its type: `mem_map[3].mapcount`.
    pub fn name_of(&self, slot: u32) -> Option<(String, TyId)> {
        let g = self.global_at(slot)?;
        let mut name = g.name.clone();
        let ty = self.path(g.ty, slot - g.slot, &mut name);
        Some((name, ty))
    }

    /// Appends the path to word `word` of a type, and returns the type there.
    pub fn path(&self, ty: TyId, word: u32, name: &mut String) -> TyId {
        match self.types.get(ty) {
            Ty::Array(e, _) => {
                let n = self.types.words(*e).max(1);
                name.push_str(&format!("[{}]", word / n));
                self.path(*e, word % n, name)
            }
            Ty::Struct(s) => {
                let fields = &self.types.structs[*s as usize].fields;
                let i = fields.partition_point(|f| f.offset <= word).saturating_sub(1);
                match fields.get(i) {
                    Some(f) => {
                        name.push('.');
                        name.push_str(&f.name);
                        self.path(f.ty, word - f.offset, name)
                    }
                    None => ty,
                }
            }
            _ => ty,
        }
    }
}
