//! The interpreter: runs one task from where it stands to the end of its step.

use cowscope_mmu::{Chooser, Slot};

use super::end::{Answer, End};
use super::frame::*;
use super::{Status, System, Trap, broken, word};
use crate::explore::Violation;
use crate::lang::ir::Op;
use crate::lang::lower::AssertKind;
use crate::lang::program::Program;

/// Ops that one step may take: a private loop without end stops here.
const FUEL: u32 = 1 << 16;

/// Registers there are; a power of two. The compiler refuses functions that need more.
pub(crate) const REGS: usize = crate::lang::program::MAX_REGS as usize;

impl System {
    /// Records a break.
    pub(crate) fn broke(&mut self, invariant: u16, op: u32) {
        if self.muted.contains(&invariant) {
            return;
        }
        // the op stands for its place until the step is over
        let v = Violation { invariant, place: op };
        if !self.violations.contains(&v) {
            self.violations.push(v);
        }
    }

    pub(crate) fn trap(&mut self, trap: Trap, op: u32) -> End {
        self.broke(broken::TRAP + trap as u16, op);
        End::Stopped
    }

    /// Keeps what outlives the step in the frame.
    #[inline]
    pub(crate) fn save(&mut self, p: &Program, frame: Slot, record: u32) {
        let r = &p.records[record as usize];
        for (reg, w) in &r.saves {
            self.state.set(frame + w, self.regs[*reg as usize & (REGS - 1)]);
        }
        for w in &r.zero {
            self.state.set(frame + w, 0);
        }
        self.state.set(frame, record as u64);
    }

    /// Pushes a frame for `func` on a task, on top of what it has. `how` is one of the `BY_` kinds.
    pub(crate) fn push(&mut self, p: &Program, task: u32, func: u32, how: u64, args: &[u64]) -> Result<(), Trap> {
        let t = &self.tasks[task as usize];
        let old = self.state.get(t.base + word::FRAME) as u32;
        let new = if old == 0 {
            t.stack
        } else {
            let f = p.records[self.state.get(old) as usize].func;
            old + p.funcs[f as usize].frame_words
        };
        let f = &p.funcs[func as usize];
        if f.len == 0 {
            return Err(Trap::MissingBody);
        }
        if new + f.frame_words > t.stack + t.stack_words {
            return Err(Trap::StackOverflow);
        }
        self.state.set(new + 1, old as u64 | how);
        self.state.set(t.base + word::FRAME, new as u64);
        for (r, a) in f.params.iter().zip(args) {
            self.regs[*r as usize & (REGS - 1)] = *a;
        }
        Ok(())
    }

    /// Goes on with a task from its innermost frame's record.
    pub(crate) fn resume(&mut self, p: &Program, task: u32, ch: &mut Chooser) -> End {
        let frame = self.frame_of(task);
        let record = self.state.get(frame) as u32;
        let r = &p.records[record as usize];
        for (reg, w) in &r.saves {
            self.regs[*reg as usize & (REGS - 1)] = self.state.get(frame + w);
        }
        let (pc, func) = (r.resume, r.func);
        let in_call = self.tasks[task as usize].base + word::IN_CALL;
        if self.state.get(in_call) == 1 {
            self.state.set(in_call, 2);
        }
        self.run(p, task, frame, func, pc, ch)
    }

    /// Runs a function that has just been pushed, up to the end of its first step (private work only).
    pub(crate) fn enter(&mut self, p: &Program, task: u32, func: u32, ch: &mut Chooser) -> End {
        let frame = self.frame_of(task);
        let pc = p.funcs[func as usize].entry;
        self.run(p, task, frame, func, pc, ch)
    }

    /// A kernel pointer's slot, or what is wrong with it.
    #[inline(always)]
    fn pointed(&mut self, task: u32, address: u64, op: u32) -> Option<Slot> {
        let slot = (address >> 3) as u32;
        if address & 7 == 0 && address >> 35 == 0 && slot >= 8 {
            if slot < self.layout.memory {
                return Some(slot);
            }
            if slot < self.layout.end_of_memory {
                if let Some((pfn, _)) = self.frame_at(slot)
                    && self.is_free(pfn)
                {
                    self.broke(broken::USE_AFTER_FREE, op);
                }
                return Some(slot);
            }
            let t = &self.tasks[task as usize];
            if slot >= t.stack && slot < t.stack + t.stack_words {
                return Some(slot);
            }
        }
        self.trap(Trap::WildPointer, op);
        None
    }

    #[inline(always)]
    fn on_own_stack(&self, task: u32, address: u64) -> bool {
        let t = &self.tasks[task as usize];
        let slot = address >> 3;
        slot >= t.stack as u64 && slot < (t.stack + t.stack_words) as u64
    }

    #[inline(always)]
    fn read(&mut self, buffered: bool, cpu: u32, slot: Slot) -> u64 {
        if buffered { self.machine.load(&self.state, cpu, slot) } else { self.state.get(slot) }
    }

    /// A kernel store; `None` while the store buffer is full.
    #[inline(always)]
    fn write(&mut self, cpu: u32, slot: Slot, v: u64, buffered: bool, op: u32) -> Option<()> {
        if buffered && !self.ghost.unbuffered.get(slot as usize).is_some_and(|ghost| *ghost) {
            return self.machine.store(&mut self.state, cpu, slot, v).then_some(());
        }
        self.write_memory(slot, v, op);
        Some(())
    }

    /// A word reaches memory, whoever wrote it.
    #[inline(always)]
    pub(crate) fn write_memory(&mut self, slot: Slot, v: u64, op: u32) {
        if slot >= self.layout.memory && slot < self.layout.end_of_memory {
            self.machine.write_memory(&mut self.state, slot, v);
        } else {
            self.state.set(slot, v);
        }
        self.reached_memory(slot, v, op);
    }

    /// What the invariants have to say when a word has reached memory: at once, or when it leaves a store buffer.
    #[inline(always)]
    pub(crate) fn reached_memory(&mut self, slot: Slot, v: u64, op: u32) {
        if slot >= self.layout.memory && slot < self.layout.end_of_memory {
            self.ghost_memory_written(slot, op);
        } else if slot.wrapping_sub(self.ghost.counted.first) < self.ghost.counted.words {
            self.count_written(slot, v, op);
        }
    }

    fn run(&mut self, program: &Program, task: u32, frame: Slot, func: u32, pc: u32, ch: &mut Chooser) -> End {
        if self.watch {
            self.interpret::<true>(program, task, frame, func, pc, ch)
        } else {
            self.interpret::<false>(program, task, frame, func, pc, ch)
        }
    }

    /// `WATCH`: the ops are written down, for the story of a replay.
    fn interpret<const WATCH: bool>(
        &mut self,
        program: &Program,
        task: u32,
        frame: Slot,
        func: u32,
        pc: u32,
        ch: &mut Chooser,
    ) -> End {
        let ops = &program.ops[..];
        let (mut frame, mut func, mut pc) = (frame, func, pc as usize);
        let cpu = self.tasks[task as usize].cpu;
        let mut fuel = FUEL;
        let mut locked = false;
        let buffered = self.tso && cpu < self.machine.cpus();
        macro_rules! r {
            ($i:expr) => {
                self.regs[($i as usize) & (REGS - 1)]
            };
        }
        // a loop jumps back, and only loops can be endless
        macro_rules! jump {
            ($to:expr) => {{
                if $to as usize <= pc {
                    fuel -= 1;
                    if fuel == 0 {
                        return self.trap(Trap::EndlessStep, pc as u32 - 1);
                    }
                }
                pc = $to as usize;
            }};
        }
        loop {
            let at = pc as u32;
            let op = ops[pc];
            pc += 1;
            if WATCH {
                self.steps_trace.push(at);
            }
            match op {
                Op::K { d, k } => r!(d) = k,
                Op::Mov { d, s } => r!(d) = r!(s),
                Op::Bin { op, ext, d, a, b } => match op.eval(r!(a), r!(b)) {
                    Some(v) => r!(d) = ext.apply(v),
                    None => return self.trap(Trap::DivisionByZero, at),
                },
                Op::BinK { op, ext, d, a, k } => match op.eval(r!(a), k as i64 as u64) {
                    Some(v) => r!(d) = ext.apply(v),
                    None => return self.trap(Trap::DivisionByZero, at),
                },
                Op::Ext { ext, d, a } => r!(d) = ext.apply(r!(a)),
                Op::Label(_) => {}
                Op::Jmp { to } => jump!(to),
                Op::Jz { a, to } => {
                    if r!(a) == 0 {
                        jump!(to);
                    }
                }
                Op::Jnz { a, to } => {
                    if r!(a) != 0 {
                        jump!(to);
                    }
                }
                Op::JmpK { alu, when, a, k, to } => {
                    // never a division: see the optimiser
                    if (alu.eval(r!(a), k as i64 as u64) != Some(0)) == when {
                        jump!(to);
                    }
                }
                Op::Bound { id } => {
                    self.save(program, frame, id);
                    return End::Stopped;
                }
                Op::BoundPtr { a, off, id } => {
                    if !self.on_own_stack(task, r!(a).wrapping_add(off as i64 as u64)) {
                        self.save(program, frame, id);
                        return End::Stopped;
                    }
                }
                Op::BoundTso { id } => {
                    if self.tso {
                        self.save(program, frame, id);
                        return End::Stopped;
                    }
                }
                Op::Lock => {
                    locked = true;
                    if buffered && !self.machine.buffer_empty(&self.state, cpu) {
                        return End::Blocked;
                    }
                }
                Op::LdG { d, slot } => r!(d) = self.read(buffered, cpu, slot),
                Op::StG { s, slot } => {
                    if self.write(cpu, slot, r!(s), buffered && !locked, at).is_none() {
                        return End::Blocked;
                    }
                }
                Op::StGK { k, slot } => {
                    if self.write(cpu, slot, k as i64 as u64, buffered && !locked, at).is_none() {
                        return End::Blocked;
                    }
                }
                Op::LdX { d, i, slot, len, stride } => {
                    let i = r!(i);
                    if i >= len as u64 {
                        return self.trap(Trap::IndexOutOfRange, at);
                    }
                    r!(d) = self.read(buffered, cpu, slot + i as u32 * stride as u32);
                }
                Op::StX { s, i, slot, len, stride } => {
                    let i = r!(i);
                    if i >= len as u64 {
                        return self.trap(Trap::IndexOutOfRange, at);
                    }
                    if self.write(cpu, slot + i as u32 * stride as u32, r!(s), buffered && !locked, at).is_none() {
                        return End::Blocked;
                    }
                }
                Op::LdP { d, a, off } => match self.pointed(task, r!(a).wrapping_add(off as i64 as u64), at) {
                    Some(slot) => r!(d) = self.read(buffered, cpu, slot),
                    None => return End::Stopped,
                },
                Op::StP { s, a, off } => {
                    let address = r!(a).wrapping_add(off as i64 as u64);
                    let Some(slot) = self.pointed(task, address, at) else { return End::Stopped };
                    let own = self.on_own_stack(task, address);
                    if own {
                        self.state.set(slot, r!(s));
                    } else if self.write(cpu, slot, r!(s), buffered && !locked, at).is_none() {
                        return End::Blocked;
                    }
                }
                Op::LdF { d, off } => r!(d) = self.state.get(frame + off),
                Op::StF { s, off } => self.state.set(frame + off, r!(s)),
                Op::LeaF { d, off } => r!(d) = (frame + off) as u64 * 8,
                Op::Index { a, len } => {
                    if r!(a) >= len as u64 {
                        return self.trap(Trap::IndexOutOfRange, at);
                    }
                }
                Op::Await { a } => {
                    if r!(a) == 0 {
                        return End::Blocked;
                    }
                }
                Op::Assume { a } => {
                    if r!(a) == 0 {
                        return End::Dropped;
                    }
                }
                Op::Choose { d, a } => {
                    let n = r!(a).min(u16::MAX as u64) as u32;
                    r!(d) = ch.choose(n) as u64;
                }
                Op::Assert { a, id } => {
                    if r!(a) == 0 {
                        let kind = program.asserts[id as usize].kind;
                        self.broke(if kind == AssertKind::BugOn { broken::BUG_ON } else { broken::ASSERTION }, at);
                    }
                }
                Op::Call { func: callee, d: _, args, id } => {
                    self.save(program, frame, id);
                    let t = &self.tasks[task as usize];
                    let f = &program.funcs[callee as usize];
                    if f.len == 0 {
                        return self.trap(Trap::MissingBody, at);
                    }
                    let new = frame + program.funcs[func as usize].frame_words;
                    if new + f.frame_words > t.stack + t.stack_words {
                        return self.trap(Trap::StackOverflow, at);
                    }
                    let base = t.base;
                    let mut values = [0u64; 16];
                    for (v, reg) in values.iter_mut().zip(program.args[args as usize].iter()) {
                        *v = r!(*reg);
                    }
                    for (p, v) in f.params.iter().zip(values) {
                        r!(*p) = v;
                    }
                    self.state.set(new + 1, frame as u64);
                    self.state.set(base + word::FRAME, new as u64);
                    (frame, func, pc) = (new, callee, f.entry as usize);
                }
                Op::Ret { a } => {
                    let v = r!(a);
                    match self.leave(program, task, frame, func, v) {
                        Some((f, g, p)) => (frame, func, pc) = (f, g, p),
                        None => return End::Stopped,
                    }
                }
                Op::Sys { sys, d, args } => {
                    let mut values = [0u64; 4];
                    for (v, reg) in values.iter_mut().zip(program.args[args as usize].iter()) {
                        *v = r!(*reg);
                    }
                    match self.sys(program, sys, task, cpu, values, locked, at, ch) {
                        Answer::Value(v) => r!(d) = v,
                        Answer::End(e) => return e,
                        Answer::Handler(f) => {
                            frame = self.frame_of(task);
                            func = f;
                            pc = program.funcs[f as usize].entry as usize;
                        }
                    }
                }
            }
        }
    }

    /// Returns from a frame: where to go on in the same step, or `None` if the step ends here.
    fn leave(&mut self, program: &Program, task: u32, frame: Slot, func: u32, v: u64) -> Option<(Slot, u32, usize)> {
        let header = self.state.get(frame + 1);
        let (caller, how) = ((header & CALLER) as u32, header & PUSHED);
        for w in 0..program.funcs[func as usize].frame_words {
            self.state.set(frame + w, 0);
        }
        let (base, cpu) = (self.tasks[task as usize].base, self.tasks[task as usize].cpu);
        self.state.set(base + word::FRAME, caller as u64);
        match how {
            BY_FAULT if v != 0 => self.state.set(base + word::REFUSED, 1),
            BY_INTERRUPT => self.machine.set_if(&mut self.state, cpu, true),
            BY_SYSTEM => self.answer = v,
            0 if caller == 0 => self.state.set(base + word::STATUS, Status::Done as u64),
            _ => {}
        }
        if how != 0 || caller == 0 {
            return None;
        }
        let r = &program.records[self.state.get(caller) as usize];
        for (reg, w) in &r.saves {
            self.regs[*reg as usize & (REGS - 1)] = self.state.get(caller + w);
        }
        if let Some(d) = r.result {
            self.regs[d as usize & (REGS - 1)] = v;
        }
        Some((caller, r.func, r.resume as usize))
    }
}
