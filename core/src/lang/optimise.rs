//! Fewer ops for the same steps: constants, copies, jumps, and pairs that make one.

use super::flow::{def, drop_dead, drop_unreachable, retain, uses};
use super::inline::map_regs;
use super::ir::{Alu, Code, Op, Reg};
use super::types::Ext;

/// Rounds of cleaning: more find nothing in practice, and none is needed for the meaning.
const ROUNDS: usize = 4;

/// Rounds of looking for dead code: what is left after so many does no harm.
const DEAD_ROUNDS: u32 = 6;

/// Cleans a function. Steps stay what they are: no access and no boundary is moved or dropped.
pub fn optimise(code: &mut Code) {
    for _ in 0..ROUNDS {
        let before = code.ops.len();
        drop_unreachable(code);
        straighten(code);
        propagate(code);
        retarget(code);
        for _ in 0..DEAD_ROUNDS {
            if !drop_dead(code) {
                break;
            }
        }
        if code.ops.len() == before {
            break;
        }
    }
}

/// Removes jumps to what follows anyway, and labels that nobody names.
fn straighten(code: &mut Code) {
    let mut keep = vec![true; code.ops.len()];
    for (i, op) in code.ops.iter().enumerate() {
        if let Op::Jmp { to } = op {
            let mut next = code.ops[i + 1..].iter().take_while(|o| matches!(o, Op::Label(_)));
            keep[i] = !next.any(|o| *o == Op::Label(*to));
        }
    }
    retain(code, &keep);
    let mut named = vec![false; code.labels as usize];
    for op in &code.ops {
        if let Op::Jmp { to } | Op::Jz { to, .. } | Op::Jnz { to, .. } | Op::JmpK { to, .. } = op {
            named[*to as usize] = true;
        }
    }
    let keep: Vec<bool> = code.ops.iter().map(|op| !matches!(op, Op::Label(l) if !named[*l as usize])).collect();
    retain(code, &keep);
}

/// What is known of a register within a straight run.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Nothing,
    Copy(Reg),
    Const(u64),
}

/// Within straight runs: a copy's source instead of the copy, constants folded into what uses them.
fn propagate(code: &mut Code) {
    let mut known = vec![Known::Nothing; code.regs as usize];
    let mut touched: Vec<Reg> = Vec::new();
    for i in 0..code.ops.len() {
        if matches!(code.ops[i], Op::Label(_)) {
            for r in touched.drain(..) {
                known[r as usize] = Known::Nothing;
            }
        }
        let d = def(&code.ops[i]);
        let source = |r: Reg| if let Known::Copy(s) = known[r as usize] { s } else { r };
        if let Op::Call { args, .. } | Op::Sys { args, .. } = code.ops[i] {
            for r in &mut code.args[args as usize] {
                *r = source(*r);
            }
        } else {
            let mut first = d.is_some();
            map_regs(&mut code.ops[i], &mut |r| if std::mem::take(&mut first) { r } else { source(r) });
        }
        let constant = |r: Reg| if let Known::Const(k) = known[r as usize] { Some(k) } else { None };
        code.ops[i] = fold(code.ops[i], &constant);
        let Some(d) = d else { continue };
        for r in &touched {
            if known[*r as usize] == Known::Copy(d) {
                known[*r as usize] = Known::Nothing;
            }
        }
        known[d as usize] = match code.ops[i] {
            Op::K { k, .. } => Known::Const(k),
            Op::Mov { s, .. } if s != d => Known::Copy(s),
            _ => Known::Nothing,
        };
        if known[d as usize] != Known::Nothing && !touched.contains(&d) {
            touched.push(d);
        }
    }
}

/// The op with what is known put in.
fn fold(op: Op, constant: &dyn Fn(Reg) -> Option<u64>) -> Op {
    let small = |r: Reg| constant(r).and_then(|k| i32::try_from(k as i64).ok());
    match op {
        Op::Mov { d, s } => constant(s).map_or(op, |k| Op::K { d, k }),
        Op::Ext { ext, d, a } => constant(a).map_or(op, |k| Op::K { d, k: ext.apply(k) }),
        Op::Bin { op: alu, ext, d, a, b } => match (constant(a), small(b)) {
            (Some(x), _) if constant(b).is_some() => {
                let v = alu.eval(x, constant(b).unwrap_or(0));
                v.map_or(op, |v| Op::K { d, k: ext.apply(v) })
            }
            (_, Some(k)) => Op::BinK { op: alu, ext, d, a, k },
            (Some(_), None) if commutes(alu) => small(a).map_or(op, |k| Op::BinK { op: alu, ext, d, a: b, k }),
            _ => op,
        },
        Op::BinK { op: alu, ext, d, a, k } => match constant(a).and_then(|x| alu.eval(x, k as i64 as u64)) {
            Some(v) => Op::K { d, k: ext.apply(v) },
            None => op,
        },
        Op::LdP { d, a, off } => match constant(a).and_then(|k| global(k, off)) {
            Some(slot) => Op::LdG { d, slot },
            None => op,
        },
        Op::StP { s, a, off } => match constant(a).and_then(|k| global(k, off)) {
            Some(slot) => Op::StG { s, slot },
            None => op,
        },
        Op::BoundPtr { a, off, id } if constant(a).and_then(|k| global(k, off)).is_some() => Op::Bound { id },
        Op::StG { s, slot } => small(s).map_or(op, |k| Op::StGK { k, slot }),
        Op::LdX { d, i, slot, len, stride } => match constant(i) {
            Some(k) if k < len as u64 => Op::LdG { d, slot: slot + k as u32 * stride as u32 },
            _ => op,
        },
        Op::StX { s, i, slot, len, stride } => match constant(i) {
            Some(k) if k < len as u64 => Op::StG { s, slot: slot + k as u32 * stride as u32 },
            _ => op,
        },
        Op::Jz { a, to } => match constant(a) {
            Some(0) => Op::Jmp { to },
            _ => op,
        },
        Op::Jnz { a, to } => match constant(a) {
            Some(k) if k != 0 => Op::Jmp { to },
            _ => op,
        },
        op => op,
    }
}

/// The variable's word that a constant address names. Only variables have addresses that are known while compiling.
fn global(k: u64, off: i32) -> Option<u32> {
    let address = k.wrapping_add(off as i64 as u64);
    (address.is_multiple_of(8) && (64..1 << 34).contains(&address)).then_some((address / 8) as u32)
}

fn commutes(a: Alu) -> bool {
    matches!(a, Alu::Add | Alu::Mul | Alu::And | Alu::Or | Alu::Xor | Alu::Eq | Alu::Ne)
}

/// How often each register is written and read.
fn counts(code: &Code) -> (Vec<u32>, Vec<u32>) {
    let (mut writes, mut reads) = (vec![0; code.regs as usize], vec![0; code.regs as usize]);
    let mut us = Vec::new();
    for op in &code.ops {
        if let Some(d) = def(op) {
            writes[d as usize] += 1;
        }
        uses(op, &code.args, &mut us);
        us.iter().for_each(|r| reads[*r as usize] += 1);
    }
    (writes, reads)
}

/// `t = a op b; x = t` becomes `x = a op b`, and a cut of a cut result becomes one cut, where `t` is used for nothing else.
fn retarget(code: &mut Code) {
    let (writes, reads) = counts(code);
    let once = |t: Reg| writes[t as usize] == 1 && reads[t as usize] == 1;
    let mut keep = vec![true; code.ops.len()];
    for i in 1..code.ops.len() {
        let (before, here) = (code.ops[i - 1], code.ops[i]);
        let fused = match (before, here) {
            (Op::Bin { op, d, a, b, .. }, Op::Ext { ext, d: x, a: t }) if d == t && once(t) && cuts(before, ext) => {
                Some(Op::Bin { op, ext, d: x, a, b })
            }
            (Op::BinK { op, d, a, k, .. }, Op::Ext { ext, d: x, a: t }) if d == t && once(t) && cuts(before, ext) => {
                Some(Op::BinK { op, ext, d: x, a, k })
            }
            (_, Op::Mov { d: x, s: t }) if def(&before) == Some(t) && once(t) && keep[i - 1] => with_target(before, x),
            _ => None,
        };
        if let Some(op) = fused {
            code.ops[i] = op;
            keep[i - 1] = false;
        }
    }
    retain(code, &keep);
}

/// Is cutting to `ext` after the op's own cut the same as cutting to `ext` alone? True for a cut to fewer bits.
fn cuts(op: Op, ext: Ext) -> bool {
    let (Op::Bin { ext: first, .. } | Op::BinK { ext: first, .. }) = op else { return false };
    let bits = |e: Ext| match e {
        Ext::None => 64,
        Ext::U32 | Ext::S32 => 32,
        Ext::U16 | Ext::S16 => 16,
        Ext::U8 | Ext::S8 => 8,
        Ext::Bool => 0,
    };
    ext != Ext::Bool && first != Ext::Bool && bits(ext) <= bits(first)
}

/// The op writing `x` instead; only for ops without any other effect than their result.
fn with_target(op: Op, x: Reg) -> Option<Op> {
    Some(match op {
        Op::K { k, .. } => Op::K { d: x, k },
        Op::Bin { op, ext, a, b, .. } => Op::Bin { op, ext, d: x, a, b },
        Op::BinK { op, ext, a, k, .. } => Op::BinK { op, ext, d: x, a, k },
        Op::Ext { ext, a, .. } => Op::Ext { ext, d: x, a },
        Op::LdG { slot, .. } => Op::LdG { d: x, slot },
        Op::LdX { i, slot, len, stride, .. } => Op::LdX { d: x, i, slot, len, stride },
        Op::LdP { a, off, .. } => Op::LdP { d: x, a, off },
        Op::LdF { off, .. } => Op::LdF { d: x, off },
        Op::LeaF { off, .. } => Op::LeaF { d: x, off },
        _ => return None,
    })
}

/// A comparison that only a jump looks at becomes a part of the jump.
pub fn fuse(code: &mut Code) {
    let (writes, reads) = counts(code);
    let mut keep = vec![true; code.ops.len()];
    for i in 1..code.ops.len() {
        let Op::BinK { op: alu, ext: Ext::None, d, a, k } = code.ops[i - 1] else { continue };
        let (when, to) = match code.ops[i] {
            Op::Jz { a: t, to } if t == d => (false, to),
            Op::Jnz { a: t, to } if t == d => (true, to),
            _ => continue,
        };
        let divides = matches!(alu, Alu::DivS | Alu::DivU | Alu::RemS | Alu::RemU);
        if writes[d as usize] == 1 && reads[d as usize] == 1 && !divides {
            code.ops[i] = Op::JmpK { alu, when, a, k, to };
            keep[i - 1] = false;
        }
    }
    retain(code, &keep);
}

/// Numbers the registers that are left anew, without gaps.
pub fn compact(code: &mut Code) {
    let mut number: Vec<Option<Reg>> = vec![None; code.regs as usize];
    let mut next: Reg = 0;
    let mut of = |r: Reg| {
        *number[r as usize].get_or_insert_with(|| {
            next += 1;
            next - 1
        })
    };
    for p in &mut code.params {
        *p = of(*p);
    }
    for i in 0..code.ops.len() {
        if let Op::Call { args, .. } | Op::Sys { args, .. } = code.ops[i] {
            for r in &mut code.args[args as usize] {
                *r = of(*r);
            }
        }
        map_regs(&mut code.ops[i], &mut of);
    }
    code.locals.retain(|l| number[l.reg as usize].is_some());
    for l in &mut code.locals {
        l.reg = number[l.reg as usize].unwrap_or(0);
    }
    code.regs = next as u32;
}
