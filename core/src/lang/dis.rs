//! A listing of a compiled program: its micro-ops under the lines of C that they come from.

use std::fmt::Write as _;

use super::ir::{Alu, Marking, Op, Reg};
use super::program::{Func, Program};
use super::source::Sources;
use super::types::Ext;

/// The listing of one function: each line of C, then the ops that it became, boundaries of steps as rules.
pub fn listing(p: &Program, sources: &Sources, func: &Func) -> String {
    let mut out = String::new();
    let name = sources.get(func.span.file).map_or("?", |s| s.name());
    let _ = writeln!(out, "{}: {} ops, {} words of frame, {name}", func.name, func.len, func.frame_words);
    let mut last = None;
    for at in func.entry..func.entry + func.len {
        let op = &p.ops[at as usize];
        let loc = p.locs.get(p.locs_of[at as usize] as usize);
        let line = loc.and_then(|l| {
            let s = sources.get(l.span.file)?;
            let line = s.position(l.span.lo).line;
            Some((l.span.file, line, l.func, s.line(line).trim().to_string()))
        });
        if let Some((file, number, f, text)) = line
            && last != Some((file, number))
        {
            last = Some((file, number));
            let inner = p.funcs.get(f as usize).filter(|f| f.name != func.name);
            let inner = inner.map_or(String::new(), |f| format!(" [{}]", f.name));
            let _ = writeln!(out, "{number:>6} {text}{inner}");
        }
        let marking = match loc.map_or(Marking::Plain, |l| l.marking) {
            _ if !op.accesses() => "",
            Marking::Plain => "",
            Marking::Once => "  ; once",
            Marking::Acquire => "  ; acquire",
            Marking::Release => "  ; release",
            Marking::Free => "  ; free",
        };
        let _ = writeln!(out, "{at:>12}  {}{marking}", op_text(p, op));
    }
    out
}

/// One op in words: registers as `r3`, words of variables by their names.
pub fn op_text(p: &Program, op: &Op) -> String {
    let slot = |s: u32| p.name_of(s).map_or_else(|| format!("word {s}"), |(name, _)| name);
    let list = |args: u32| p.args[args as usize].iter().map(|r| reg(*r)).collect::<Vec<_>>().join(", ");
    let keeps = |id: u32| {
        let saves = p.records.get(id as usize).map_or(0, |r| r.saves.len());
        if saves == 0 { String::new() } else { format!("   keeps {saves}") }
    };
    match *op {
        Op::K { d, k } => format!("{} = {}", reg(d), number(k)),
        Op::Mov { d, s } => format!("{} = {}", reg(d), reg(s)),
        Op::Bin { op, ext, d, a, b } => format!("{} = {} {} {}{}", reg(d), reg(a), sign(op), reg(b), cut(ext)),
        Op::BinK { op, ext, d, a, k } => format!("{} = {} {} {k}{}", reg(d), reg(a), sign(op), cut(ext)),
        Op::Ext { ext, d, a } => format!("{} = {}{}", reg(d), reg(a), cut(ext)),
        Op::Label(l) => format!("label {l}"),
        Op::Jmp { to } => format!("go to {to}"),
        Op::Jz { a, to } => format!("if !{} go to {to}", reg(a)),
        Op::Jnz { a, to } => format!("if {} go to {to}", reg(a)),
        Op::JmpK { alu, when, a, k, to } => {
            format!("if {}({} {} {k}) go to {to}", if when { "" } else { "!" }, reg(a), sign(alu))
        }
        Op::StGK { k, slot: w } => format!("{} = {k}", slot(w)),
        Op::Bound { id } => format!("---- step{}", keeps(id)),
        Op::BoundPtr { a, off, id } => format!("---- step, unless {} is local{}", address(a, off), keeps(id)),
        Op::BoundTso { id } => format!("---- step, if stores are buffered{}", keeps(id)),
        Op::Lock => "locked: the store buffer is empty".into(),
        Op::LdG { d, slot: s } => format!("{} = {}", reg(d), slot(s)),
        Op::StG { s, slot: w } => format!("{} = {}", slot(w), reg(s)),
        Op::LdX { d, i, slot: s, len, stride } => format!("{} = {}", reg(d), element(&slot(s), i, len, stride)),
        Op::StX { s, i, slot: w, len, stride } => format!("{} = {}", element(&slot(w), i, len, stride), reg(s)),
        Op::LdP { d, a, off } => format!("{} = *({})", reg(d), address(a, off)),
        Op::StP { s, a, off } => format!("*({}) = {}", address(a, off), reg(s)),
        Op::LdF { d, off } => format!("{} = frame[{off}]", reg(d)),
        Op::StF { s, off } => format!("frame[{off}] = {}", reg(s)),
        Op::LeaF { d, off } => format!("{} = &frame[{off}]", reg(d)),
        Op::Index { a, len } => format!("trap unless {} < {len}", reg(a)),
        Op::Await { a } => format!("await {}", reg(a)),
        Op::Assume { a } => format!("assume {}", reg(a)),
        Op::Choose { d, a } => format!("{} = choose {}", reg(d), reg(a)),
        Op::Assert { a, id } => format!("assert {} (number {id})", reg(a)),
        Op::Call { func, d, args, id } => {
            let name = p.funcs.get(func as usize).map_or("?", |f| &f.name);
            format!("{} = {name}({}){}", reg(d), list(args), keeps(id))
        }
        Op::Ret { a } => format!("return {}", reg(a)),
        Op::Sys { sys, d, args } => format!("{} = {sys:?}({})", reg(d), list(args)),
    }
}

fn reg(r: Reg) -> String {
    format!("r{r}")
}

fn number(k: u64) -> String {
    if k < 1 << 16 || k as i64 >= -(1 << 16) && (k as i64) < 0 { format!("{}", k as i64) } else { format!("{k:#x}") }
}

fn address(a: Reg, off: i32) -> String {
    if off == 0 { reg(a) } else { format!("{} + {off}", reg(a)) }
}

fn element(name: &str, i: Reg, len: u16, stride: u16) -> String {
    format!("{name} + {} * {stride} words, of {len}", reg(i))
}

fn sign(op: Alu) -> &'static str {
    match op {
        Alu::Add => "+",
        Alu::Sub => "-",
        Alu::Mul => "*",
        Alu::DivS => "/",
        Alu::DivU => "/u",
        Alu::RemS => "%",
        Alu::RemU => "%u",
        Alu::And => "&",
        Alu::Or => "|",
        Alu::Xor => "^",
        Alu::Shl => "<<",
        Alu::ShrS => ">>",
        Alu::ShrU => ">>u",
        Alu::Eq => "==",
        Alu::Ne => "!=",
        Alu::LtS => "<",
        Alu::LtU => "<u",
        Alu::LeS => "<=",
        Alu::LeU => "<=u",
    }
}

fn cut(ext: Ext) -> &'static str {
    match ext {
        Ext::None => "",
        Ext::Bool => " as bool",
        Ext::U8 => " as u8",
        Ext::U16 => " as u16",
        Ext::U32 => " as u32",
        Ext::S8 => " as s8",
        Ext::S16 => " as s16",
        Ext::S32 => " as s32",
    }
}
