//! What the step just made is about: its op, and which of its reads the program made.

use crate::lang::ir::Op;
use crate::lang::sys::Sys;
use crate::system::System;

/// The op that a step is about: the first that touches anything. What comes behind it is private, or the ghosts'.
pub(crate) fn main_op(system: &System) -> Option<(u32, Op)> {
    let ops = system.steps_trace.iter().map(|op| (*op, system.program.ops[*op as usize]));
    let touches = |op: &Op| {
        matches!(
            op,
            Op::LdG { .. }
                | Op::StG { .. }
                | Op::LdX { .. }
                | Op::StX { .. }
                | Op::LdP { .. }
                | Op::StP { .. }
                | Op::Sys { .. }
        )
    };
    ops.into_iter().find(|(_, op)| touches(op))
}

/// Whether an op reads a shared word.
pub(crate) fn op_loads(op: &Op) -> bool {
    match op {
        Op::LdG { .. } | Op::LdX { .. } | Op::LdP { .. } => true,
        Op::Sys { sys, .. } => {
            matches!(sys, Sys::Load | Sys::Store | Sys::UserXchg | Sys::UserCmpxchg | Sys::CopyWord | Sys::DmaLoad)
        }
        _ => false,
    }
}

/// Whether a step may touch more than one word: an atomic block, a walk, hardware.
pub(crate) fn touches_many(system: &System) -> bool {
    let op = |op: &u32| system.program.ops[*op as usize];
    system.steps_trace.is_empty() || system.steps_trace.iter().any(|at| matches!(op(at), Op::Lock | Op::Await { .. }))
}

/// How many of the words that the step read the program read itself, first of all; the others were read for free, by ghosts
/// and asserts.
pub(super) fn reads_of_program(system: &System) -> usize {
    match main_op(system) {
        _ if touches_many(system) => usize::MAX,
        Some((_, op)) if op_loads(&op) => 1,
        _ => 0,
    }
}
