//! How control and values flow through a function: its blocks, what each op reads and writes, liveness, dead code.

use super::ir::{Code, Label, Op, Reg};

/// One bit per register or frame word.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(n: usize) -> Self {
        Bits(vec![0; n.div_ceil(64)])
    }
    pub(super) fn get(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }
    pub(super) fn set(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    pub(super) fn clear(&mut self, i: usize) {
        self.0[i / 64] &= !(1 << (i % 64));
    }
    /// True if it grew.
    pub(super) fn or(&mut self, o: &Bits) -> bool {
        let mut grew = false;
        for (a, b) in self.0.iter_mut().zip(&o.0) {
            grew |= *b & !*a != 0;
            *a |= b;
        }
        grew
    }
    /// Adds what is in `o` and not in `but`; true if it grew.
    fn or_but(&mut self, o: &Bits, but: &Bits) -> bool {
        let mut grew = false;
        for ((a, b), c) in self.0.iter_mut().zip(&o.0).zip(&but.0) {
            grew |= b & !c & !*a != 0;
            *a |= b & !c;
        }
        grew
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(w, bits)| {
            let mut b = *bits;
            std::iter::from_fn(move || {
                (b != 0).then(|| {
                    let i = b.trailing_zeros() as usize;
                    b &= b - 1;
                    w * 64 + i
                })
            })
        })
    }
}

/// What an op writes.
pub(super) fn def(op: &Op) -> Option<Reg> {
    match op {
        Op::K { d, .. }
        | Op::Mov { d, .. }
        | Op::Bin { d, .. }
        | Op::BinK { d, .. }
        | Op::Ext { d, .. }
        | Op::LdG { d, .. }
        | Op::LdX { d, .. }
        | Op::LdP { d, .. }
        | Op::LdF { d, .. }
        | Op::LeaF { d, .. }
        | Op::Choose { d, .. }
        | Op::Call { d, .. }
        | Op::Sys { d, .. } => Some(*d),
        _ => None,
    }
}

/// What an op reads.
pub(super) fn uses(op: &Op, args: &[Vec<Reg>], out: &mut Vec<Reg>) {
    out.clear();
    match op {
        Op::Call { args: a, .. } | Op::Sys { args: a, .. } => out.extend(&args[*a as usize]),
        Op::Mov { s, .. } | Op::StG { s, .. } | Op::StF { s, .. } => out.push(*s),
        Op::Bin { a, b, .. } | Op::StX { s: a, i: b, .. } | Op::StP { s: a, a: b, .. } => out.extend([*a, *b]),
        Op::BinK { a, .. }
        | Op::Ext { a, .. }
        | Op::LdP { a, .. }
        | Op::LdX { i: a, .. }
        | Op::Choose { a, .. }
        | Op::Jz { a, .. }
        | Op::Jnz { a, .. }
        | Op::JmpK { a, .. }
        | Op::BoundPtr { a, .. }
        | Op::Index { a, .. }
        | Op::Await { a }
        | Op::Assume { a }
        | Op::Assert { a, .. }
        | Op::Ret { a } => out.push(*a),
        Op::K { .. }
        | Op::LdG { .. }
        | Op::LdF { .. }
        | Op::LeaF { .. }
        | Op::StGK { .. }
        | Op::Label(_)
        | Op::Jmp { .. }
        | Op::Bound { .. }
        | Op::BoundTso { .. }
        | Op::Lock => {}
    }
}

/// Without effect but for the register it writes.
fn pure(op: &Op) -> bool {
    matches!(
        op,
        Op::K { .. }
            | Op::Mov { .. }
            | Op::Bin { .. }
            | Op::BinK { .. }
            | Op::Ext { .. }
            | Op::LdF { .. }
            | Op::LeaF { .. }
    ) && !matches!(op, Op::Bin { op: a, .. } | Op::BinK { op: a, .. } if divides(*a))
}

fn divides(a: super::ir::Alu) -> bool {
    use super::ir::Alu::*;
    matches!(a, DivS | DivU | RemS | RemU)
}

/// Straight runs of ops with their successors.
pub(super) struct Blocks {
    pub(super) start: Vec<usize>,
    pub(super) succ: Vec<Vec<usize>>,
}

pub(super) fn blocks(ops: &[Op], labels: u32) -> Blocks {
    let mut starts = vec![0];
    for (i, op) in ops.iter().enumerate() {
        let ends = matches!(op, Op::Jmp { .. } | Op::Jz { .. } | Op::Jnz { .. } | Op::JmpK { .. } | Op::Ret { .. });
        if matches!(op, Op::Label(_)) && i > 0 {
            starts.push(i);
        }
        if ends && i + 1 < ops.len() {
            starts.push(i + 1);
        }
    }
    starts.dedup();
    let mut label_block = vec![usize::MAX; labels as usize];
    for (b, s) in starts.iter().enumerate() {
        if let Op::Label(l) = ops[*s] {
            label_block[l as usize] = b;
        }
    }
    // several labels may follow each other: each starts a block of its own
    let n = starts.len();
    let succ = (0..n)
        .map(|b| {
            let end = starts.get(b + 1).copied().unwrap_or(ops.len());
            let next = (b + 1 < n).then_some(b + 1);
            let to = |l: Label| Some(label_block[l as usize]).filter(|b| *b != usize::MAX);
            match ops[end - 1] {
                Op::Jmp { to: l } => to(l).into_iter().collect(),
                Op::Jz { to: l, .. } | Op::Jnz { to: l, .. } | Op::JmpK { to: l, .. } => {
                    to(l).into_iter().chain(next).collect()
                }
                Op::Ret { .. } => vec![],
                _ => next.into_iter().collect(),
            }
        })
        .collect();
    Blocks { start: starts, succ }
}

/// Removes blocks that nothing reaches.
pub(super) fn drop_unreachable(code: &mut Code) {
    let b = blocks(&code.ops, code.labels);
    let mut seen = vec![false; b.start.len()];
    let mut todo = vec![0];
    while let Some(n) = todo.pop() {
        if !std::mem::replace(&mut seen[n], true) {
            todo.extend(&b.succ[n]);
        }
    }
    let mut keep = vec![false; code.ops.len()];
    for (n, s) in b.start.iter().enumerate() {
        let end = b.start.get(n + 1).copied().unwrap_or(code.ops.len());
        keep[*s..end].fill(seen[n]);
    }
    retain(code, &keep);
}

pub(super) fn retain(code: &mut Code, keep: &[bool]) {
    let mut i = 0;
    code.ops.retain(|_| {
        i += 1;
        keep[i - 1]
    });
    i = 0;
    code.locs.retain(|_| {
        i += 1;
        keep[i - 1]
    });
}

/// Live registers at the end of each block.
pub(super) fn live_out(code: &Code, b: &Blocks) -> Vec<Bits> {
    let n = code.regs as usize;
    // what a block reads before it writes it, and what it writes
    let mut reads = vec![Bits::new(n); b.start.len()];
    let mut writes = vec![Bits::new(n); b.start.len()];
    let mut us = Vec::new();
    for k in 0..b.start.len() {
        let end = b.start.get(k + 1).copied().unwrap_or(code.ops.len());
        for op in code.ops[b.start[k]..end].iter().rev() {
            if let Some(d) = def(op) {
                reads[k].clear(d as usize);
                writes[k].set(d as usize);
            }
            uses(op, &code.args, &mut us);
            us.iter().for_each(|r| reads[k].set(*r as usize));
        }
    }
    let mut live_in = reads;
    let mut out = vec![Bits::new(n); b.start.len()];
    let mut again = true;
    while again {
        again = false;
        for k in (0..b.start.len()).rev() {
            let mut more = false;
            for s in &b.succ[k] {
                more |= out[k].or(&live_in[*s]);
            }
            if more {
                again |= live_in[k].or_but(&out[k], &writes[k]);
            }
        }
    }
    out
}

pub(super) fn drop_dead(code: &mut Code) -> bool {
    let b = blocks(&code.ops, code.labels);
    let out = live_out(code, &b);
    let mut keep = vec![true; code.ops.len()];
    let mut us = Vec::new();
    for (k, out) in out.iter().enumerate() {
        let mut live = out.clone();
        let end = b.start.get(k + 1).copied().unwrap_or(code.ops.len());
        for i in (b.start[k]..end).rev() {
            let op = &code.ops[i];
            let self_move = matches!(op, Op::Mov { d, s } if d == s);
            if self_move || (pure(op) && def(op).is_some_and(|d| !live.get(d as usize))) {
                keep[i] = false;
                continue;
            }
            if let Some(d) = def(op) {
                live.clear(d as usize);
            }
            uses(op, &code.args, &mut us);
            us.iter().for_each(|r| live.set(*r as usize));
        }
    }
    let any = keep.contains(&false);
    if any {
        retain(code, &keep);
    }
    any
}
