//! Calls: functions, and the words of the machine.

use super::super::ast::{Expr, ExprKind, Ident, Span, UnOp};
use super::super::builtins::{self, Builtin, Gives, builtin};
use super::super::ir::{Alu, Marking, Op, Reg};
use super::super::sys::Sys;
use super::super::types::{Ext, TyId, Types};
use super::{AssertKind, Assertion, Lower, Opd, Place, R, Val};
use crate::lang::compile::SCENARIO;
use crate::near::near;

/// A call whose callee must be inlined without steps of its own, for the inliner.
pub const STEPLESS: u32 = u32::MAX;

const NOTHING: Val = Val { opd: Opd::Const(0), ty: Types::VOID };

impl Lower<'_> {
    pub(super) fn call(&mut self, callee: &Ident, args: &[Expr], span: Span) -> R<Val> {
        if let Some(f) = self.cx.func_names.get(&callee.name).copied() {
            return self.call_function(f, args, span);
        }
        if let Some(b) = builtin(&callee.name) {
            return self.call_builtin(b, callee, args, span);
        }
        if self.cx.full() {
            return Err(super::Bad);
        }
        let names: Vec<String> = self.cx.func_names.keys().map(|k| k.to_string()).collect();
        let all = names.iter().map(|s| s.as_str()).chain(builtins::NAMES.iter().copied());
        match near(&callee.name, all) {
            Some(k) => {
                let help = format!("did you mean `{k}`?");
                self.cx.bad_help("E0240", callee.span, format!("unknown function `{}`", callee.name), help)
            }
            None => self.cx.bad("E0240", callee.span, format!("unknown function `{}`", callee.name)),
        }
    }

    fn call_function(&mut self, f: u32, args: &[Expr], span: Span) -> R<Val> {
        let info = self.cx.funcs[f as usize].clone();
        if info.def.is_none() {
            return self.cx.bad_help(
                "E0241",
                span,
                format!("`{}` is promised but nowhere defined", info.name),
                "give it a body in the design or in common".into(),
            );
        }
        if args.len() != info.params.len() {
            let (n, m) = (info.params.len(), args.len());
            self.cx.diags.push(
                super::Diagnostic::error("E0242", span, format!("`{}` takes {n} arguments, not {m}", info.name))
                    .related(info.decl_span, "declared here"),
            );
            return Err(super::Bad);
        }
        let mut regs = Vec::with_capacity(args.len());
        for (a, ty) in args.iter().zip(&info.params) {
            let v = self.expr(a)?;
            let v = self.convert(v, *ty, a.span)?;
            regs.push(self.in_reg(v.opd));
        }
        let user = self.cx.funcs.get(self.func as usize).is_some_and(|me| me.layer == SCENARIO && !me.syscall);
        let enters = info.syscall && user && self.atomic == 0;
        if enters {
            self.sys(Sys::EnterCall, Vec::new());
        }
        let d = self.reg();
        let args = self.args(regs);
        self.put(Op::Call { func: f, d, args, id: if self.atomic > 0 { STEPLESS } else { 0 } });
        if enters {
            self.sys(Sys::ExitCall, Vec::new());
        }
        Ok(if info.ret == Types::VOID { NOTHING } else { Val { opd: Opd::Reg(d), ty: info.ret } })
    }

    fn args(&mut self, regs: Vec<Reg>) -> u32 {
        self.code.args.push(regs);
        self.code.args.len() as u32 - 1
    }

    fn sys(&mut self, sys: Sys, regs: Vec<Reg>) -> Reg {
        let d = self.reg();
        let args = self.args(regs);
        self.put(Op::Sys { sys, d, args });
        d
    }

    fn count(&mut self, callee: &Ident, args: &[Expr], n: usize, span: Span) -> R<()> {
        if args.len() == n {
            return Ok(());
        }
        let m = args.len();
        self.cx.bad("E0242", span, format!("`{}` takes {n} arguments, not {m}", callee.name))
    }

    /// The place that a pointer argument names.
    fn pointed(&mut self, e: &Expr) -> R<(Place, TyId)> {
        let (place, ty) = match &e.kind {
            ExprKind::Unary(UnOp::AddrOf, p) => self.place(p)?,
            _ => {
                let v = self.expr(e)?;
                let Some(to) = self.cx.types.pointee(v.ty) else {
                    return self.cx.bad_help(
                        "E0214",
                        e.span,
                        "a pointer is wanted here",
                        "take the address: `&...`".into(),
                    );
                };
                (Place::Ptr { base: self.in_reg(v.opd), off: 0 }, to)
            }
        };
        if !self.cx.types.is_scalar(ty) {
            return self.cx.bad("E0214", e.span, "a pointer to one word is wanted here");
        }
        Ok((place, ty))
    }

    fn arg(&mut self, e: &Expr, ty: TyId) -> R<Opd> {
        let v = self.expr(e)?;
        Ok(self.convert(v, ty, e.span)?.opd)
    }

    /// The start of a locked operation on a place.
    fn locked(&mut self, place: Place) {
        self.bound_for(place);
        if self.atomic == 0 {
            self.put(Op::Lock);
        }
    }

    fn call_builtin(&mut self, b: Builtin, callee: &Ident, args: &[Expr], span: Span) -> R<Val> {
        let n = match b {
            Builtin::Nothing => 0,
            Builtin::WriteOnce | Builtin::StorePtr(_) | Builtin::Xchg | Builtin::SetBit { .. } | Builtin::TestBit => 2,
            Builtin::Cmpxchg | Builtin::TryCmpxchg | Builtin::AddUnless => 3,
            Builtin::Rmw { operand: None, .. } => 2,
            Builtin::Sys { args, .. } => args as usize,
            _ => 1,
        };
        self.count(callee, args, n, span)?;
        match b {
            Builtin::Nothing => Ok(NOTHING),
            Builtin::ReadOnce => {
                let (place, ty) = self.place(&args[0])?;
                if !self.cx.types.is_scalar(ty) {
                    return self.cx.bad("E0219", args[0].span, "READ_ONCE reads one word");
                }
                self.mark(Marking::Once);
                Ok(self.load(place, ty))
            }
            Builtin::WriteOnce => {
                let ty = self.type_of(&args[0])?;
                let v = self.arg(&args[1], ty)?;
                let (place, _) = self.place(&args[0])?;
                self.mark(Marking::Once);
                self.store(place, v);
                Ok(NOTHING)
            }
            Builtin::LoadPtr(marking) => {
                let (place, ty) = self.pointed(&args[0])?;
                self.mark(marking);
                Ok(self.load(place, ty))
            }
            Builtin::StorePtr(marking) => {
                let (place, ty) = self.pointed(&args[0])?;
                let v = self.arg(&args[1], ty)?;
                self.mark(marking);
                self.store(place, v);
                Ok(NOTHING)
            }
            Builtin::Xchg => {
                let (place, ty) = self.pointed(&args[0])?;
                let v = self.arg(&args[1], ty)?;
                self.locked(place);
                let old = self.read(place);
                self.write(place, v);
                Ok(Val { opd: Opd::Reg(old), ty })
            }
            Builtin::Cmpxchg => self.cmpxchg(args),
            Builtin::TryCmpxchg => self.try_cmpxchg(args),
            Builtin::Rmw { alu, operand, gives } => self.rmw(alu, operand, gives, args, span),
            Builtin::AddUnless | Builtin::IncNotZero => self.add_unless(b, args, span),
            Builtin::SetBit { set, test } => self.set_bit(set, test, args, span),
            Builtin::TestBit => {
                let nr = self.expr(&args[0])?;
                let (place, ty) = self.pointed(&args[1])?;
                self.mark(Marking::Once);
                let v = self.load(place, ty);
                let s = self.alu(Alu::ShrU, Ext::None, v.opd, nr.opd, span)?;
                let opd = self.alu(Alu::And, Ext::None, s, Opd::Const(1), span)?;
                Ok(Val { opd, ty: Types::INT })
            }
            Builtin::Await => {
                self.bound();
                self.atomic += 1;
                let v = self.expr(&args[0]);
                self.atomic -= 1;
                let a = self.in_reg(v?.opd);
                self.put(Op::Await { a });
                Ok(NOTHING)
            }
            Builtin::Choose => {
                let v = self.expr(&args[0])?;
                let a = self.in_reg(v.opd);
                let d = self.reg();
                self.put(Op::Choose { d, a });
                Ok(Val { opd: Opd::Reg(d), ty: Types::INT })
            }
            Builtin::Assume => {
                let a = self.ghost(&args[0])?;
                self.put(Op::Assume { a });
                Ok(NOTHING)
            }
            Builtin::Assert | Builtin::BugOn => self.assertion(b, &args[0]),
            Builtin::WarnOn => {
                let v = self.expr(&args[0])?;
                let a = self.in_reg(v.opd);
                self.sys(Sys::Warn, vec![a]);
                Ok(Val { opd: Opd::Reg(a), ty: Types::INT })
            }
            Builtin::Likely => self.expr(&args[0]),
            Builtin::Sys { sys, ret, step, locked, .. } => self.system_word(sys, ret, step, locked, args),
        }
    }

    /// A value read for free, as part of the step before.
    fn ghost(&mut self, e: &Expr) -> R<Reg> {
        self.atomic += 1;
        self.free += 1;
        let v = self.expr(e);
        self.free -= 1;
        self.atomic -= 1;
        Ok(self.in_reg(v?.opd))
    }

    fn assertion(&mut self, b: Builtin, e: &Expr) -> R<Val> {
        let a = self.ghost(e)?;
        let (kind, a) = if b == Builtin::BugOn {
            let d = self.reg();
            self.put(Op::BinK { op: Alu::Eq, ext: Ext::None, d, a, k: 0 });
            (AssertKind::BugOn, d)
        } else {
            (AssertKind::Assert, a)
        };
        let id = self.cx.asserts.len() as u32;
        self.cx.asserts.push(Assertion { span: e.span, kind });
        self.put(Op::Assert { a, id });
        Ok(NOTHING)
    }

    fn cmpxchg(&mut self, args: &[Expr]) -> R<Val> {
        let (place, ty) = self.pointed(&args[0])?;
        let old = self.arg(&args[1], ty)?;
        let new = self.arg(&args[2], ty)?;
        let old = self.in_reg(old);
        self.locked(place);
        let found = self.read(place);
        let same = self.reg();
        self.put(Op::Bin { op: Alu::Eq, ext: Ext::None, d: same, a: found, b: old });
        let end = self.label();
        self.put(Op::Jz { a: same, to: end });
        self.write(place, new);
        self.put(Op::Label(end));
        Ok(Val { opd: Opd::Reg(found), ty })
    }

    fn try_cmpxchg(&mut self, args: &[Expr]) -> R<Val> {
        let (place, ty) = self.pointed(&args[0])?;
        let (expected, ety) = self.pointed(&args[1])?;
        if ety != ty || !matches!(expected, Place::Mem(_) | Place::Ptr { .. }) {
            return self.cx.bad(
                "E0243",
                args[1].span,
                "the address of a local variable of the same type is wanted here",
            );
        }
        let new = self.arg(&args[2], ty)?;
        let old = self.load(expected, ty);
        let old = self.in_reg(old.opd);
        self.locked(place);
        let found = self.read(place);
        let same = self.reg();
        self.put(Op::Bin { op: Alu::Eq, ext: Ext::None, d: same, a: found, b: old });
        let (no, end) = (self.label(), self.label());
        self.put(Op::Jz { a: same, to: no });
        self.write(place, new);
        self.put(Op::Jmp { to: end });
        self.put(Op::Label(no));
        self.write(expected, Opd::Reg(found));
        self.put(Op::Label(end));
        Ok(Val { opd: Opd::Reg(same), ty: Types::INT })
    }

    /// `atomic_add(&x, n)`, or with the operand first as Linux has it: `atomic_add(n, &x)`.
    fn rmw(&mut self, alu: Alu, operand: Option<u64>, gives: Gives, args: &[Expr], span: Span) -> R<Val> {
        let first_is_pointer = {
            let t = self.type_of(&args[0])?;
            self.cx.types.pointee(t).is_some()
        };
        let (ptr, n) = if first_is_pointer || args.len() == 1 { (0, 1) } else { (1, 0) };
        let (place, ty) = self.pointed(&args[ptr])?;
        if !self.cx.types.is_integer(ty) {
            return self.cx.bad("E0214", args[ptr].span, "a pointer to an integer is wanted here");
        }
        let by = match operand {
            Some(k) => Opd::Const(k),
            None => self.arg(&args[n], ty)?,
        };
        self.locked(place);
        let old = self.read(place);
        let ext = self.cx.types.ext(ty);
        let new = self.alu(alu, ext, Opd::Reg(old), by, span)?;
        self.write(place, new);
        Ok(match gives {
            Gives::Nothing => NOTHING,
            Gives::Old => Val { opd: Opd::Reg(old), ty },
            Gives::New => Val { opd: new, ty },
            Gives::IsZero => {
                let opd = self.alu(Alu::Eq, Ext::None, new, Opd::Const(0), span)?;
                Val { opd, ty: Types::INT }
            }
        })
    }

    /// `atomic_add_unless(&x, n, unless)`, `atomic_inc_not_zero(&x)`: 1 if it added.
    fn add_unless(&mut self, b: Builtin, args: &[Expr], span: Span) -> R<Val> {
        let (place, ty) = self.pointed(&args[0])?;
        let (by, unless) = if b == Builtin::IncNotZero {
            (Opd::Const(1), Opd::Const(0))
        } else {
            (self.arg(&args[1], ty)?, self.arg(&args[2], ty)?)
        };
        self.locked(place);
        let old = self.read(place);
        let differs = self.alu(Alu::Ne, Ext::None, Opd::Reg(old), unless, span)?;
        let d = self.in_reg(differs);
        let end = self.label();
        self.put(Op::Jz { a: d, to: end });
        let ext = self.cx.types.ext(ty);
        let new = self.alu(Alu::Add, ext, Opd::Reg(old), by, span)?;
        self.write(place, new);
        self.put(Op::Label(end));
        Ok(Val { opd: Opd::Reg(d), ty: Types::INT })
    }

    fn set_bit(&mut self, set: bool, test: bool, args: &[Expr], span: Span) -> R<Val> {
        let nr = self.expr(&args[0])?;
        let (place, _) = self.pointed(&args[1])?;
        let mask = self.alu(Alu::Shl, Ext::None, Opd::Const(1), nr.opd, span)?;
        let inverse = self.alu(Alu::Xor, Ext::None, mask, Opd::Const(u64::MAX), span)?;
        self.locked(place);
        let old = self.read(place);
        let new = if set {
            self.alu(Alu::Or, Ext::None, Opd::Reg(old), mask, span)?
        } else {
            self.alu(Alu::And, Ext::None, Opd::Reg(old), inverse, span)?
        };
        self.write(place, new);
        if !test {
            return Ok(NOTHING);
        }
        let hit = self.alu(Alu::And, Ext::None, Opd::Reg(old), mask, span)?;
        let opd = self.alu(Alu::Ne, Ext::None, hit, Opd::Const(0), span)?;
        Ok(Val { opd, ty: Types::INT })
    }

    fn system_word(&mut self, sys: Sys, ret: TyId, step: bool, locked: bool, args: &[Expr]) -> R<Val> {
        let through_mmu = matches!(sys, Sys::Load | Sys::Store | Sys::UserXchg | Sys::UserCmpxchg);
        if through_mmu && self.atomic > 0 {
            return self.cx.bad_help(
                "E0244",
                args[0].span,
                "a user access may fault, so it can't be part of an atomic block or a ghost expression",
                "put it before, into a local variable".into(),
            );
        }
        let free = matches!(sys, Sys::GhostPromise | Sys::GhostRef | Sys::GhostUnref | Sys::Observe | Sys::GhostMm);
        let mut regs = Vec::with_capacity(args.len());
        if free {
            self.atomic += 1;
            self.free += 1;
        }
        let mut bad = None;
        for (i, a) in args.iter().enumerate() {
            let v = match &a.kind {
                ExprKind::Name(s) if i == 0 && sys == Sys::GhostPromise => {
                    Ok(Val { opd: Opd::Const(self.cx.string(s)), ty: Types::INT })
                }
                ExprKind::Str(s) => Ok(Val { opd: Opd::Const(self.cx.string(s)), ty: Types::INT }),
                _ => self.expr(a),
            };
            match v {
                Ok(v) => regs.push(self.in_reg(v.opd)),
                Err(b) => bad = Some(b),
            }
        }
        if free {
            self.atomic -= 1;
            self.free -= 1;
        }
        if let Some(b) = bad {
            return Err(b);
        }
        if step {
            self.bound();
        } else if matches!(sys, Sys::Mb | Sys::Mfence) {
            // a step of its own only where stores wait in a buffer
            if self.atomic == 0 {
                self.put(Op::BoundTso { id: 0 });
                self.put(Op::Lock);
            }
            return Ok(NOTHING);
        }
        if locked && step && self.atomic == 0 {
            self.put(Op::Lock);
        }
        let d = self.sys(sys, regs);
        let ret = if sys == Sys::PhysToVirt { self.cx.types.ptr(Types::U64) } else { ret };
        Ok(if ret == Types::VOID { NOTHING } else { Val { opd: Opd::Reg(d), ty: ret } })
    }
}
