//! What must outlive a step, and the frame words that registers are kept in.

use super::flow::{Bits, Blocks, blocks, def, live_out, uses};
use super::ir::{Code, LocId, Op, Reg};
use super::optimise::{compact, fuse, optimise};

/// A place where a task can stand between two steps (or inside a call).
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Index of the op to go on with.
    pub resume: u32,
    pub func: u32,
    pub loc: LocId,
    /// Registers that are alive here, and the frame words they are kept in.
    pub saves: Box<[(Reg, u32)]>,
    /// Frame words that may hold something dead.
    pub zero: Box<[u32]>,
    /// For a call: the register that takes the result.
    pub result: Option<Reg>,
}

fn is_record(op: &Op) -> bool {
    matches!(op, Op::Bound { .. } | Op::BoundPtr { .. } | Op::BoundTso { .. } | Op::Call { .. })
}

/// A function with its records; `saves` and `zero` in frame words counted from `first`.
pub struct Finished {
    pub code: Code,
    pub records: Vec<Record>,
    /// Words that registers take in the frame.
    pub slots: u32,
}

/// Registers that may be alive at the end of one step: more than a stack has words.
const MOST_KEPT: usize = 256;

/// Variables that are read before they are written are 0, not what somebody left in the register.
fn clear_unwritten(code: &mut Code) {
    let b = blocks(&code.ops, code.labels);
    let mut live = live_out(code, &b).swap_remove(0);
    let end = b.start.get(1).copied().unwrap_or(code.ops.len());
    let mut us = Vec::new();
    for op in code.ops[..end].iter().rev() {
        if let Some(d) = def(op) {
            live.clear(d as usize);
        }
        uses(op, &code.args, &mut us);
        us.iter().for_each(|r| live.set(*r as usize));
    }
    let unwritten: Vec<Reg> = live.iter().map(|r| r as Reg).filter(|r| !code.params.contains(r)).collect();
    let loc = code.locs.first().copied().unwrap_or(0);
    code.ops.splice(0..0, unwritten.iter().map(|d| Op::K { d: *d, k: 0 }));
    code.locs.splice(0..0, unwritten.iter().map(|_| loc));
}

/// Cleans up a function and decides what is kept where between steps. Record ids start at `first_record`.
/// `None` if too much would have to be kept.
pub fn finish(mut code: Code, func: u32, first_record: u32, first_slot: u32) -> Option<Finished> {
    optimise(&mut code);
    clear_unwritten(&mut code);
    fuse(&mut code);
    compact(&mut code);
    let b = blocks(&code.ops, code.labels);
    let out = live_out(&code, &b);
    // live sets at the records, in op order
    let mut at: Vec<(usize, Vec<Reg>)> = Vec::new();
    let mut us = Vec::new();
    for (k, out) in out.iter().enumerate() {
        let mut live = out.clone();
        let end = b.start.get(k + 1).copied().unwrap_or(code.ops.len());
        for i in (b.start[k]..end).rev() {
            let op = &code.ops[i];
            if let Some(d) = def(op) {
                live.clear(d as usize);
            }
            if is_record(op) {
                at.push((i, live.iter().map(|r| r as Reg).collect()));
            }
            uses(op, &code.args, &mut us);
            us.iter().for_each(|r| live.set(*r as usize));
        }
    }
    if at.iter().any(|(_, live)| live.len() > MOST_KEPT) {
        return None;
    }
    at.sort_by_key(|(i, _)| *i);
    let (slot_of, slots) = colour(&at, code.regs as usize)?;
    let word = |r: Reg| first_slot + slot_of[r as usize];
    let mut records = Vec::new();
    for (n, (i, live)) in at.iter().enumerate() {
        let id = first_record + n as u32;
        match &mut code.ops[*i] {
            Op::Bound { id: r } | Op::BoundPtr { id: r, .. } | Op::BoundTso { id: r } | Op::Call { id: r, .. } => {
                *r = id
            }
            _ => {}
        }
        let result = if let Op::Call { d, .. } = code.ops[*i] { Some(d) } else { None };
        records.push(Record {
            resume: *i as u32 + 1,
            func,
            loc: code.locs[*i],
            saves: live.iter().map(|r| (*r, word(*r))).collect(),
            zero: Box::default(),
            result,
        });
    }
    dead_words(&code, &b, first_record, first_slot, slots, &mut records);
    Some(Finished { code, records, slots })
}

/// Frame words for the registers that outlive a step; two that are never alive together may share one.
fn colour(at: &[(usize, Vec<Reg>)], regs: usize) -> Option<(Vec<u32>, u32)> {
    let mut kept: Vec<Reg> = at.iter().flat_map(|(_, l)| l.iter().copied()).collect();
    kept.sort_unstable();
    kept.dedup();
    let index: std::collections::BTreeMap<Reg, usize> = kept.iter().enumerate().map(|(i, r)| (*r, i)).collect();
    let mut clash = vec![Bits::new(kept.len()); kept.len()];
    for (_, live) in at {
        let mut together = Bits::new(kept.len());
        live.iter().for_each(|r| together.set(index[r]));
        for r in live {
            clash[index[r]].or(&together);
        }
    }
    let mut slot_of = vec![0; regs];
    let mut slots = 0;
    let mut given: Vec<u32> = Vec::new();
    for (i, r) in kept.iter().enumerate() {
        let mut taken = Bits::new(MOST_KEPT + 1);
        clash[i].iter().filter(|j| *j < i).for_each(|j| taken.set(given[j] as usize));
        // fewer than `MOST_KEPT` others are ever alive with this one at one place, but there are many places
        let s = (0..MOST_KEPT as u32).find(|s| !taken.get(*s as usize))?;
        given.push(s);
        slot_of[*r as usize] = s;
        slots = slots.max(s + 1);
    }
    Some((slot_of, slots))
}

/// Which frame words may hold something dead at each record.
fn dead_words(code: &Code, b: &Blocks, first_record: u32, first_slot: u32, slots: u32, records: &mut [Record]) {
    let n = slots as usize;
    let saved: Vec<Bits> = records
        .iter()
        .map(|r| {
            let mut s = Bits::new(n);
            r.saves.iter().for_each(|(_, w)| s.set((w - first_slot) as usize));
            s
        })
        .collect();
    let mut dirty_in = vec![Bits::new(n); b.start.len()];
    let mut again = true;
    while again {
        again = false;
        for k in 0..b.start.len() {
            let mut dirty = dirty_in[k].clone();
            let end = b.start.get(k + 1).copied().unwrap_or(code.ops.len());
            for op in &code.ops[b.start[k]..end] {
                if let Op::Bound { id } | Op::BoundPtr { id, .. } | Op::BoundTso { id } | Op::Call { id, .. } = op {
                    let r = (id - first_record) as usize;
                    let mut zero: Vec<u32> = records[r].zero.to_vec();
                    zero.extend(dirty.iter().filter(|w| !saved[r].get(*w)).map(|w| w as u32 + first_slot));
                    zero.sort_unstable();
                    zero.dedup();
                    records[r].zero = zero.into();
                    // a conditional boundary may be passed without saving
                    match op {
                        Op::BoundPtr { .. } | Op::BoundTso { .. } => drop(dirty.or(&saved[r])),
                        _ => dirty = saved[r].clone(),
                    }
                }
            }
            for s in &b.succ[k] {
                again |= dirty_in[*s].or(&dirty);
            }
        }
    }
}
