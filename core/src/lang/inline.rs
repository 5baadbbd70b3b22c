//! Puts the bodies of small, stepless-called and once-called functions in place of their calls.

use std::collections::BTreeMap;

use super::ir::{Code, Label, Loc, LocId, LocalMem, LocalName, Op, Reg};
use super::lower::Cx;
use super::lower::{MAX_MEM, STEPLESS};

/// A function of at most this many micro-ops is put in place of every call of it.
const SMALL: usize = 48;
/// No function grows beyond this.
const BIGGEST: usize = 20_000;
/// Where all functions together have grown to this, calls stay calls.
const BIGGEST_IN_ALL: usize = 300_000;

/// Inlines, callees first. `codes[i]` is function `i` where it has a body.
pub fn inline_all(cx: &mut Cx, codes: &mut [Option<Code>]) {
    let mut sites = vec![0u32; codes.len()];
    for code in codes.iter().flatten() {
        for op in &code.ops {
            if let Op::Call { func, .. } = op {
                sites[*func as usize] += 1;
            }
        }
    }
    let mut state = vec![Visit::New; codes.len()];
    let mut recursive = vec![false; codes.len()];
    let mut order = Vec::new();
    for f in 0..codes.len() {
        visit(f, codes, &mut state, &mut recursive, &mut order);
    }
    let mut spent = 0;
    for f in order {
        let Some(code) = codes[f].take() else { continue };
        let (locs, failed) = (BTreeMap::new(), false);
        let mut out = Inliner { cx, codes, sites: &sites, recursive: &recursive, locs, failed, spent };
        let done = out.expand(f as u32, &code);
        spent += done.ops.len();
        codes[f] = Some(done);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    New,
    Open,
    Done,
}

/// Depth-first over the call graph with a stack of its own: texts from outside may call deeply.
fn visit(root: usize, codes: &[Option<Code>], state: &mut [Visit], recursive: &mut [bool], order: &mut Vec<usize>) {
    let callees = |f: usize| -> Vec<usize> {
        let ops = codes[f].iter().flat_map(|c| &c.ops);
        ops.filter_map(|op| if let Op::Call { func, .. } = op { Some(*func as usize) } else { None }).collect()
    };
    if state[root] != Visit::New {
        return;
    }
    state[root] = Visit::Open;
    let mut stack = vec![(root, callees(root), 0)];
    while let Some((f, list, next)) = stack.last_mut() {
        if *next == list.len() {
            state[*f] = Visit::Done;
            order.push(*f);
            stack.pop();
            continue;
        }
        let callee = list[*next];
        *next += 1;
        match state[callee] {
            Visit::New => {
                state[callee] = Visit::Open;
                stack.push((callee, callees(callee), 0));
            }
            Visit::Open => recursive[callee] = true,
            Visit::Done => {}
        }
    }
}

struct Inliner<'a> {
    cx: &'a mut Cx,
    codes: &'a [Option<Code>],
    sites: &'a [u32],
    recursive: &'a [bool],
    locs: BTreeMap<(LocId, LocId), LocId>,
    failed: bool,
    /// Micro-ops of the functions that are done.
    spent: usize,
}

/// Where a body is being put: offsets of its names in the outer function.
#[derive(Clone, Copy)]
struct At {
    reg: u32,
    label: u32,
    mem: u32,
    call: Option<LocId>,
    stepless: bool,
}

impl Inliner<'_> {
    fn expand(&mut self, f: u32, code: &Code) -> Code {
        let mut out = Code {
            name: code.name.clone(),
            params: code.params.clone(),
            regs: code.regs,
            labels: code.labels,
            mem: code.mem,
            locals: code.locals.clone(),
            mems: code.mems.clone(),
            steps: code.steps,
            ..Code::default()
        };
        let at = At { reg: 0, label: 0, mem: 0, call: None, stepless: false };
        self.body(&mut out, f, code, at, None, 0);
        out
    }

    fn loc(&mut self, loc: LocId, call: Option<LocId>) -> LocId {
        let Some(call) = call else { return loc };
        if let Some(l) = self.locs.get(&(loc, call)) {
            return *l;
        }
        let inner = self.cx.locs[loc as usize];
        let parent = match inner.parent {
            Some(p) => Some(self.loc(p, Some(call))),
            None => Some(call),
        };
        let id = self.cx.locs.len() as LocId;
        self.cx.locs.push(Loc { parent, ..inner });
        self.locs.insert((loc, call), id);
        id
    }

    /// Copies `code` into `out`; a return becomes a move to `ret.0` and a jump to `ret.1`.
    fn body(&mut self, out: &mut Code, f: u32, code: &Code, at: At, ret: Option<(Reg, Label)>, depth: u32) {
        for (op, loc) in code.ops.iter().zip(&code.locs) {
            let loc = self.loc(*loc, at.call);
            let mut put = |op| {
                out.ops.push(op);
                out.locs.push(loc);
            };
            match *op {
                Op::Bound { .. } | Op::BoundPtr { .. } | Op::BoundTso { .. } | Op::Lock if at.stepless => {}
                Op::Ret { a } => match ret {
                    Some((d, end)) => {
                        put(Op::Mov { d, s: shift(a, at.reg) });
                        put(Op::Jmp { to: end });
                    }
                    None => put(Op::Ret { a: shift(a, at.reg) }),
                },
                Op::Call { func, d, args, id } => {
                    let stepless = at.stepless || id == STEPLESS;
                    let args: Vec<Reg> = code.args[args as usize].iter().map(|r| shift(*r, at.reg)).collect();
                    self.call(out, f, func, shift(d, at.reg), args, stepless, loc, depth);
                }
                Op::Sys { sys, d, args } => {
                    let list: Vec<Reg> = code.args[args as usize].iter().map(|r| shift(*r, at.reg)).collect();
                    put(Op::Sys { sys, d: shift(d, at.reg), args: out.args.len() as u32 });
                    out.args.push(list);
                }
                op => put(renamed(op, at)),
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // one call with all that belongs to it
    fn call(
        &mut self,
        out: &mut Code,
        f: u32,
        func: u32,
        d: Reg,
        args: Vec<Reg>,
        stepless: bool,
        loc: LocId,
        depth: u32,
    ) {
        let callee = self.codes[func as usize].as_ref();
        let rec = self.recursive[func as usize] || func == f;
        let wanted = callee.is_some_and(|c| c.ops.len() <= SMALL || self.sites[func as usize] == 1 || !c.steps);
        let (ops, mem) = callee.map_or((0, 0), |c| (out.ops.len() + c.ops.len(), out.mem + c.mem));
        let big = ops > BIGGEST || self.spent + ops > BIGGEST_IN_ALL || mem > MAX_MEM || depth > 40;
        match callee {
            Some(c) if (stepless || wanted) && !rec && !big => {
                let at = At { reg: out.regs, label: out.labels, mem: out.mem, call: Some(loc), stepless };
                out.regs += c.regs;
                out.labels += c.labels + 1;
                out.mem += c.mem;
                let end = out.labels - 1;
                let func_of = |n: &LocalName| LocalName { reg: shift(n.reg, at.reg), ..n.clone() };
                out.locals.extend(c.locals.iter().map(func_of));
                out.mems.extend(c.mems.iter().map(|m| LocalMem { off: m.off + at.mem, ..m.clone() }));
                for (p, a) in c.params.iter().zip(args) {
                    out.ops.push(Op::Mov { d: shift(*p, at.reg), s: a });
                    out.locs.push(loc);
                }
                self.body(out, f, c, at, Some((d, end)), depth + 1);
                out.ops.push(Op::Label(end));
                out.locs.push(loc);
                if c.mem > 0 {
                    let z = out.regs as Reg;
                    out.regs += 1;
                    out.ops.push(Op::K { d: z, k: 0 });
                    out.locs.push(loc);
                    for off in at.mem..at.mem + c.mem {
                        out.ops.push(Op::StF { s: z, off });
                        out.locs.push(loc);
                    }
                }
                out.steps |= c.steps && !stepless;
                if out.regs > u16::MAX as u32 && !self.failed {
                    self.failed = true;
                    let span = self.cx.locs[loc as usize].span;
                    let _ = self.cx.bad::<()>("E0231", span, "this function is too big with what it calls");
                }
            }
            _ => {
                if stepless && !self.failed {
                    self.failed = true;
                    let span = self.cx.locs[loc as usize].span;
                    let why = if rec { "must not call itself" } else { "must be small" };
                    let what = "a function called in an atomic block, a guard or an assertion";
                    let _ = self.cx.bad::<()>("E0245", span, format!("{what} {why}"));
                }
                out.ops.push(Op::Call { func, d, args: out.args.len() as u32, id: 0 });
                out.locs.push(loc);
                out.args.push(args);
                out.steps = true;
            }
        }
    }
}

fn shift(r: Reg, by: u32) -> Reg {
    (r as u32 + by).min(u16::MAX as u32) as Reg
}

/// The op with its registers, labels and frame words moved.
fn renamed(op: Op, at: At) -> Op {
    let mut op = op;
    map_regs(&mut op, &mut |r| shift(r, at.reg));
    match &mut op {
        Op::Label(l) | Op::Jmp { to: l } | Op::Jz { to: l, .. } | Op::Jnz { to: l, .. } | Op::JmpK { to: l, .. } => {
            *l += at.label
        }
        Op::LdF { off, .. } | Op::StF { off, .. } | Op::LeaF { off, .. } => *off += at.mem,
        _ => {}
    }
    op
}

/// Applies `f` to every register that the op itself names (not those in its argument list).
pub fn map_regs(op: &mut Op, f: &mut dyn FnMut(Reg) -> Reg) {
    match op {
        Op::K { d, .. }
        | Op::LdG { d, .. }
        | Op::LdF { d, .. }
        | Op::LeaF { d, .. }
        | Op::Call { d, .. }
        | Op::Sys { d, .. } => *d = f(*d),
        Op::Mov { d, s } => (*d, *s) = (f(*d), f(*s)),
        Op::Bin { d, a, b, .. } => (*d, *a, *b) = (f(*d), f(*a), f(*b)),
        Op::BinK { d, a, .. } | Op::Ext { d, a, .. } | Op::LdP { d, a, .. } | Op::Choose { d, a } => {
            (*d, *a) = (f(*d), f(*a))
        }
        Op::Jz { a, .. }
        | Op::Jnz { a, .. }
        | Op::BoundPtr { a, .. }
        | Op::Index { a, .. }
        | Op::Await { a }
        | Op::Assume { a }
        | Op::Assert { a, .. }
        | Op::JmpK { a, .. }
        | Op::Ret { a } => *a = f(*a),
        Op::StG { s, .. } | Op::StF { s, .. } => *s = f(*s),
        Op::LdX { d, i, .. } => (*d, *i) = (f(*d), f(*i)),
        Op::StX { s, i, .. } => (*s, *i) = (f(*s), f(*i)),
        Op::StP { s, a, .. } => (*s, *a) = (f(*s), f(*a)),
        Op::Label(_) | Op::Jmp { .. } | Op::StGK { .. } | Op::Bound { .. } | Op::BoundTso { .. } | Op::Lock => {}
    }
}
