//! Types of expressions, told without lowering them: `sizeof`, `typeof`, the sides of `?:` and of assignments.

use std::collections::BTreeMap;

use super::super::ast::{BinOp, Block, Expr, ExprKind, StmtKind, TypeExpr, TypeKind, UnOp};
use super::super::builtins::{Builtin, Gives, builtin};
use super::super::sys::Sys;
use super::super::types::{Ty, TyId, Types};
use super::{Local, Lower, Place, R, globals};

impl Lower<'_> {
    /// The type of an expression that stands where a value or a place is wanted; arrays stay arrays.
    ///
    /// # Errors
    /// Those that lowering it would report.
    pub(super) fn type_of(&mut self, e: &Expr) -> R<TyId> {
        match self.told(e) {
            Some(ty) => Ok(ty),
            // something is wrong with it: lowering says what
            None => self.tried(|l| match &e.kind {
                ExprKind::Name(_)
                | ExprKind::Index(..)
                | ExprKind::Field(..)
                | ExprKind::Arrow(..)
                | ExprKind::Unary(UnOp::Deref, _) => l.place(e).map(|(_, t)| t),
                _ => l.expr(e).map(|v| v.ty),
            }),
        }
    }

    /// What `f` finds out, without the code that it lowers.
    pub(super) fn tried<T>(&mut self, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        let code = self.code.extent();
        let (ops, locs) = (self.code.ops.len(), self.code.locs.len());
        let (asserts, labels) = (self.cx.asserts.len(), self.labels.clone());
        let r = f(self);
        self.code.ops.truncate(ops);
        self.code.locs.truncate(locs);
        self.code.restore(code);
        self.cx.asserts.truncate(asserts);
        self.labels = labels;
        r
    }

    /// A type as written in this function, whose variables `typeof` may name.
    pub(super) fn resolve(&mut self, t: &TypeExpr, init: Option<&super::ast::Init>) -> R<TyId> {
        match &t.kind {
            TypeKind::TypeOf(e) => self.type_of(e),
            TypeKind::Pointer(to) if names_typeof(to) => {
                let to = self.resolve(to, None)?;
                Ok(self.cx.types.ptr(to))
            }
            _ => globals::resolve_open(self.cx, t, init),
        }
    }

    fn variable(&self, n: &str) -> Option<TyId> {
        if let Some(l) = self.scopes.iter().rev().find_map(|s| s.get(n)) {
            return Some(l.ty);
        }
        self.cx.global_names.get(n).map(|g| self.cx.globals[*g].ty)
    }

    /// The type of `e`, or `None` where something is wrong with it.
    fn told(&mut self, e: &Expr) -> Option<TyId> {
        match &e.kind {
            ExprKind::Int { signed, bits, .. } => Some(self.cx.types.int(*signed, *bits)),
            ExprKind::Name(n) => self.variable(n).or_else(|| {
                let k = *self.cx.consts.get(n)?;
                Some(self.cx.constant_type(k))
            }),
            ExprKind::Index(a, i) => {
                let at = self.told(a)?;
                self.told(i)?;
                self.element(at)
            }
            ExprKind::Field(a, f) => {
                let s = self.told(a)?;
                Some(self.cx.types.field(s, &f.name)?.ty)
            }
            ExprKind::Arrow(a, f) => {
                let p = self.told(a)?;
                let s = self.element(p)?;
                Some(self.cx.types.field(s, &f.name)?.ty)
            }
            ExprKind::Unary(op, a) => self.told_unary(*op, a),
            ExprKind::Binary(op, a, b) => self.told_binary(*op, a, b),
            ExprKind::Assign { target, value, .. } => {
                self.told(value)?;
                let ty = self.told(target)?;
                Some(if self.cx.types.is_scalar(ty) { ty } else { Types::VOID })
            }
            ExprKind::IncDec { target, .. } => self.told(target),
            ExprKind::Cond { cond, then, otherwise } => {
                let c = self.told_value(cond)?;
                let a = match then {
                    Some(t) => self.told_value(t)?,
                    None => c,
                };
                let b = self.told_value(otherwise)?;
                Some(self.common(a, b))
            }
            ExprKind::Cast(t, v) => {
                self.told(v)?;
                self.resolve(t, None).ok()
            }
            ExprKind::SizeofType(_) | ExprKind::SizeofExpr(_) => Some(Types::U64),
            ExprKind::Comma(a, b) => {
                self.told(a)?;
                self.told_value(b)
            }
            ExprKind::Call { callee, args } => self.told_call(&callee.name, args),
            ExprKind::StmtExpr(b) => self.told_block(b),
            ExprKind::Str(_) | ExprKind::Compound(..) => None,
        }
    }

    /// As [`told`](Self::told), with arrays as pointers to their first elements.
    fn told_value(&mut self, e: &Expr) -> Option<TyId> {
        let ty = self.told(e)?;
        Some(match *self.cx.types.get(ty) {
            Ty::Array(elem, _) => self.cx.types.ptr(elem),
            _ => ty,
        })
    }

    /// What an array has, or a pointer points to.
    fn element(&self, ty: TyId) -> Option<TyId> {
        match *self.cx.types.get(ty) {
            Ty::Array(e, _) => Some(e),
            Ty::Ptr(t) if t != Types::VOID => Some(t),
            _ => None,
        }
    }

    fn promoted(&mut self, ty: TyId) -> Option<TyId> {
        if !self.cx.types.is_integer(ty) {
            return None;
        }
        let small = self.cx.types.int_shape(ty).1 < 32 || matches!(self.cx.types.get(ty), Ty::Enum(_));
        Some(if small { Types::INT } else { ty })
    }

    fn told_unary(&mut self, op: UnOp, a: &Expr) -> Option<TyId> {
        let ty = if op == UnOp::AddrOf { self.told(a)? } else { self.told_value(a)? };
        match op {
            UnOp::Deref => self.element(ty),
            UnOp::AddrOf => Some(self.cx.types.ptr(ty)),
            UnOp::Not => self.cx.types.is_scalar(ty).then_some(Types::INT),
            UnOp::Neg | UnOp::Plus | UnOp::BitNot => self.promoted(ty),
        }
    }

    fn told_binary(&mut self, op: BinOp, a: &Expr, b: &Expr) -> Option<TyId> {
        let (a, b) = (self.told_value(a)?, self.told_value(b)?);
        let (pa, pb) = (self.cx.types.pointee(a).is_some(), self.cx.types.pointee(b).is_some());
        match op {
            BinOp::LogAnd | BinOp::LogOr => Some(Types::INT),
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => Some(Types::INT),
            BinOp::Sub if pa && pb => Some(self.cx.types.int(true, 64)),
            BinOp::Add | BinOp::Sub if pa => Some(a),
            BinOp::Add if pb => Some(b),
            _ if pa || pb => None,
            BinOp::Shl | BinOp::Shr => self.promoted(a),
            _ => {
                let (a, b) = (self.promoted(a)?, self.promoted(b)?);
                Some(self.common(a, b))
            }
        }
    }

    fn told_call(&mut self, name: &str, args: &[Expr]) -> Option<TyId> {
        if let Some(f) = self.cx.func_names.get(name) {
            return Some(self.cx.funcs[*f as usize].ret);
        }
        let pointed = |l: &mut Self, e: &Expr| {
            let ty = l.told_value(e)?;
            l.cx.types.pointee(ty)
        };
        match builtin(name)? {
            Builtin::ReadOnce => self.told(args.first()?),
            Builtin::LoadPtr(_) | Builtin::Xchg | Builtin::Cmpxchg => pointed(self, args.first()?),
            Builtin::Rmw { gives: Gives::Old | Gives::New, .. } => {
                let first = args.first()?;
                match pointed(self, first) {
                    Some(t) => Some(t),
                    None => pointed(self, args.get(1)?),
                }
            }
            Builtin::Rmw { gives: Gives::IsZero, .. }
            | Builtin::TryCmpxchg
            | Builtin::AddUnless
            | Builtin::IncNotZero
            | Builtin::SetBit { test: true, .. }
            | Builtin::TestBit
            | Builtin::Choose
            | Builtin::WarnOn => Some(Types::INT),
            Builtin::Likely => self.told_value(args.first()?),
            Builtin::Sys { sys: Sys::PhysToVirt, .. } => Some(self.cx.types.ptr(Types::U64)),
            Builtin::Sys { ret, .. } => Some(ret),
            _ => Some(Types::VOID),
        }
    }

    fn told_block(&mut self, b: &Block) -> Option<TyId> {
        self.scopes.push(BTreeMap::new());
        let mut ty = Some(Types::VOID);
        for (i, s) in b.stmts.iter().enumerate() {
            match &s.kind {
                StmtKind::Decl(vars) => {
                    for v in vars {
                        let local = self.resolve(&v.ty, v.init.as_ref()).ok();
                        let place = Place::Local(0);
                        match (local, self.scopes.last_mut()) {
                            (Some(ty), Some(scope)) => drop(scope.insert(v.name.name.clone(), Local { place, ty })),
                            _ => ty = None,
                        }
                    }
                }
                StmtKind::Expr(e) if i + 1 == b.stmts.len() => ty = ty.and_then(|_| self.told_value(e)),
                _ => {}
            }
        }
        self.scopes.pop();
        ty
    }

    /// The type of both sides of `?:`, or of an arithmetic operator.
    pub(super) fn common(&mut self, a: TyId, b: TyId) -> TyId {
        if a == b {
            return a;
        }
        let t = &self.cx.types;
        if t.pointee(a).is_some() && t.is_integer(b) {
            return a;
        }
        if t.pointee(b).is_some() && (t.is_integer(a) || t.pointee(b) == Some(Types::VOID)) {
            return b;
        }
        if !t.is_integer(a) || !t.is_integer(b) {
            return a;
        }
        let ((sa, ba), (sb, bb)) = (t.int_shape(a), t.int_shape(b));
        let bits = ba.max(bb).max(32);
        let signed = (sa || ba != bits) && (sb || bb != bits);
        self.cx.types.int(signed, bits)
    }
}

fn names_typeof(t: &TypeExpr) -> bool {
    match &t.kind {
        TypeKind::TypeOf(_) => true,
        TypeKind::Pointer(to) => names_typeof(to),
        _ => false,
    }
}
