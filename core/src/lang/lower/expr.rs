//! Expressions: values, conversions, operators, in C's types and left to right.

use super::super::ast::{BinOp, Expr, ExprKind, Span, UnOp};
use super::super::ir::{Alu, Op};
use super::super::types::{Ext, Ty, TyId, Types};
use super::{Lower, Opd, Place, R, Val};

impl Lower<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, e: &Expr) -> R<Val> {
        let outer = self.loc;
        self.at(e.span);
        let r = self.expr_here(e);
        self.loc = outer;
        r
    }

    fn expr_here(&mut self, e: &Expr) -> R<Val> {
        let int = |v: u64| Val { opd: Opd::Const(v), ty: Types::INT };
        match &e.kind {
            ExprKind::Int { value, signed, bits } => {
                let ty = self.cx.types.int(*signed, *bits);
                Ok(Val { opd: Opd::Const(*value), ty })
            }
            ExprKind::Str(_) => self.cx.bad("E0217", e.span, "a string stands only where a name of a note is wanted"),
            ExprKind::Name(n) => {
                let known = self.scopes.iter().any(|s| s.contains_key(n)) || self.cx.global_names.contains_key(n);
                if !known && let Some(k) = self.cx.consts.get(n) {
                    let k = *k;
                    let ty = self.cx.constant_type(k);
                    return Ok(Val { opd: Opd::Const(k as u64), ty });
                }
                self.rvalue(e)
            }
            ExprKind::Index(..) | ExprKind::Field(..) | ExprKind::Arrow(..) | ExprKind::Unary(UnOp::Deref, _) => {
                self.rvalue(e)
            }
            ExprKind::Unary(UnOp::AddrOf, p) => {
                let (place, ty) = self.place(p)?;
                let ty = self.cx.types.ptr(ty);
                Ok(Val { opd: self.address(place), ty })
            }
            ExprKind::Unary(op, p) => self.unary(*op, p),
            ExprKind::Binary(BinOp::LogAnd, a, b) => self.logical(a, b, true),
            ExprKind::Binary(BinOp::LogOr, a, b) => self.logical(a, b, false),
            ExprKind::Binary(op, a, b) => {
                let a = self.expr(a)?;
                let b = self.expr(b)?;
                self.binary(*op, a, b, e.span)
            }
            ExprKind::Assign { op, target, value } => self.assign(*op, target, value, e.span),
            ExprKind::IncDec { inc, prefix, target } => {
                let (place, ty) = self.place(target)?;
                let old = self.load(place, ty);
                let one = int(1);
                let new = self.binary(if *inc { BinOp::Add } else { BinOp::Sub }, old, one, e.span)?;
                let new = self.convert(new, ty, e.span)?;
                self.store(place, new.opd);
                Ok(if *prefix { new } else { old })
            }
            ExprKind::Cond { cond, then, otherwise } => self.conditional(cond, then.as_deref(), otherwise, e.span),
            ExprKind::Cast(t, v) => {
                let ty = self.resolve(t, None)?;
                let v = self.expr(v)?;
                self.cast(v, ty, e.span)
            }
            ExprKind::SizeofType(t) => {
                let ty = self.resolve(t, None)?;
                Ok(Val { opd: Opd::Const(self.cx.types.words(ty) as u64 * 8), ty: Types::U64 })
            }
            ExprKind::SizeofExpr(x) => {
                let ty = self.type_of(x)?;
                Ok(Val { opd: Opd::Const(self.cx.types.words(ty) as u64 * 8), ty: Types::U64 })
            }
            ExprKind::Comma(a, b) => {
                self.expr(a)?;
                self.expr(b)
            }
            ExprKind::Call { callee, args } => self.call(callee, args, e.span),
            ExprKind::StmtExpr(b) => self.stmt_expr(b),
            ExprKind::Compound(..) => self.cx.bad_help(
                "E0218",
                e.span,
                "a compound literal is not part of the language",
                "declare a local variable with this initialiser".into(),
            ),
        }
    }

    /// The value of a place: a load, or the address of an array.
    fn rvalue(&mut self, e: &Expr) -> R<Val> {
        let (place, ty) = self.place(e)?;
        if let Ty::Array(elem, _) = *self.cx.types.get(ty) {
            let ty = self.cx.types.ptr(elem);
            return Ok(Val { opd: self.address(place), ty });
        }
        if !self.cx.types.is_scalar(ty) {
            return self.cx.bad_help(
                "E0219",
                e.span,
                "a whole struct is not a value here",
                "name one of its fields, or assign the struct as a whole".into(),
            );
        }
        Ok(self.load(place, ty))
    }

    fn unary(&mut self, op: UnOp, p: &Expr) -> R<Val> {
        let v = self.expr(p)?;
        match op {
            UnOp::Not => self.compare_zero(v, true, p.span),
            UnOp::Neg | UnOp::BitNot | UnOp::Plus => {
                let v = self.promote(v, p.span)?;
                let ext = self.cx.types.ext(v.ty);
                if op == UnOp::Plus {
                    return Ok(v);
                }
                if let Opd::Const(k) = v.opd {
                    let k = if op == UnOp::Neg { k.wrapping_neg() } else { !k };
                    return Ok(Val { opd: Opd::Const(ext.apply(k)), ty: v.ty });
                }
                let a = self.in_reg(v.opd);
                let d = self.reg();
                if op == UnOp::Neg {
                    let z = self.in_reg(Opd::Const(0));
                    self.put(Op::Bin { op: Alu::Sub, ext, d, a: z, b: a });
                } else {
                    self.put(Op::BinK { op: Alu::Xor, ext, d, a, k: -1 });
                }
                Ok(Val { opd: Opd::Reg(d), ty: v.ty })
            }
            UnOp::Deref | UnOp::AddrOf => self.cx.bad("E0213", p.span, "this is not a place"),
        }
    }

    fn compare_zero(&mut self, v: Val, equal: bool, span: Span) -> R<Val> {
        if !self.cx.types.is_scalar(v.ty) {
            return self.cx.bad("E0220", span, "this has no truth value");
        }
        let opd = match v.opd {
            Opd::Const(k) => Opd::Const(((k == 0) == equal) as u64),
            Opd::Reg(a) => {
                let d = self.reg();
                self.put(Op::BinK { op: if equal { Alu::Eq } else { Alu::Ne }, ext: Ext::None, d, a, k: 0 });
                Opd::Reg(d)
            }
        };
        Ok(Val { opd, ty: Types::INT })
    }

    /// Integer promotion.
    pub(super) fn promote(&mut self, v: Val, span: Span) -> R<Val> {
        if !self.cx.types.is_integer(v.ty) {
            let t = self.cx.types.show(v.ty);
            return self.cx.bad("E0221", span, format!("an integer is wanted here, this is `{t}`"));
        }
        let (_, bits) = self.cx.types.int_shape(v.ty);
        Ok(if bits < 32 || matches!(self.cx.types.get(v.ty), Ty::Enum(_)) {
            Val { opd: v.opd, ty: Types::INT }
        } else {
            v
        })
    }

    /// `a op b` on values.
    pub(super) fn binary(&mut self, op: BinOp, a: Val, b: Val, span: Span) -> R<Val> {
        let (pa, pb) = (self.cx.types.pointee(a.ty), self.cx.types.pointee(b.ty));
        match op {
            BinOp::Add if pa.is_some() || pb.is_some() => return self.add(a, b, false, span),
            BinOp::Sub if pa.is_some() && pb.is_none() => return self.add(a, b, true, span),
            BinOp::Sub if pa.is_some() => {
                let words = pa.map_or(1, |t| self.cx.types.words(t).max(1));
                let ty = self.cx.types.int(true, 64);
                let diff = self.alu(Alu::Sub, Ext::None, a.opd, b.opd, span)?;
                let opd = self.alu(Alu::DivS, Ext::None, diff, Opd::Const(words as u64 * 8), span)?;
                return Ok(Val { opd, ty });
            }
            _ => {}
        }
        let compares = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
        if pa.is_some() || pb.is_some() {
            if !compares {
                return self.cx.bad("E0222", span, "this operator does not work on pointers");
            }
            return self.compare(op, a.opd, b.opd, false, span);
        }
        let (a, b) = (self.promote(a, span)?, self.promote(b, span)?);
        if matches!(op, BinOp::Shl | BinOp::Shr) {
            let (signed, _) = self.cx.types.int_shape(a.ty);
            let ext = self.cx.types.ext(a.ty);
            let opd = match op {
                BinOp::Shl => self.alu(Alu::Shl, ext, a.opd, b.opd, span)?,
                _ if signed => self.alu(Alu::ShrS, Ext::None, a.opd, b.opd, span)?,
                _ => self.alu(Alu::ShrU, Ext::None, a.opd, b.opd, span)?,
            };
            return Ok(Val { opd, ty: a.ty });
        }
        let (sa, ba) = self.cx.types.int_shape(a.ty);
        let (sb, bb) = self.cx.types.int_shape(b.ty);
        let bits = ba.max(bb);
        let signed = (sa || ba != bits) && (sb || bb != bits);
        let ty = self.cx.types.int(signed, bits);
        let (a, b) = (self.convert(a, ty, span)?, self.convert(b, ty, span)?);
        if compares {
            return self.compare(op, a.opd, b.opd, signed, span);
        }
        let ext = self.cx.types.ext(ty);
        let (alu, ext) = match op {
            BinOp::Add => (Alu::Add, ext),
            BinOp::Sub => (Alu::Sub, ext),
            BinOp::Mul => (Alu::Mul, ext),
            BinOp::Div => (if signed { Alu::DivS } else { Alu::DivU }, ext),
            BinOp::Rem => (if signed { Alu::RemS } else { Alu::RemU }, ext),
            BinOp::And => (Alu::And, Ext::None),
            BinOp::Or => (Alu::Or, Ext::None),
            _ => (Alu::Xor, Ext::None),
        };
        let opd = self.alu(alu, ext, a.opd, b.opd, span)?;
        Ok(Val { opd, ty })
    }

    fn compare(&mut self, op: BinOp, a: Opd, b: Opd, signed: bool, span: Span) -> R<Val> {
        let (alu, a, b) = match (op, signed) {
            (BinOp::Eq, _) => (Alu::Eq, a, b),
            (BinOp::Ne, _) => (Alu::Ne, a, b),
            (BinOp::Lt, true) => (Alu::LtS, a, b),
            (BinOp::Lt, false) => (Alu::LtU, a, b),
            (BinOp::Le, true) => (Alu::LeS, a, b),
            (BinOp::Le, false) => (Alu::LeU, a, b),
            (BinOp::Gt, true) => (Alu::LtS, b, a),
            (BinOp::Gt, false) => (Alu::LtU, b, a),
            (_, true) => (Alu::LeS, b, a),
            (_, false) => (Alu::LeU, b, a),
        };
        let opd = self.alu(alu, Ext::None, a, b, span)?;
        Ok(Val { opd, ty: Types::INT })
    }

    /// Arithmetic, folded where both sides are known.
    pub(super) fn alu(&mut self, op: Alu, ext: Ext, a: Opd, b: Opd, span: Span) -> R<Opd> {
        if let (Opd::Const(x), Opd::Const(y)) = (a, b) {
            return match op.eval(x, y) {
                Some(v) => Ok(Opd::Const(ext.apply(v))),
                None if self.dead > 0 => Ok(Opd::Const(0)),
                None => self.cx.bad("E0223", span, "division by zero"),
            };
        }
        let ra = self.in_reg(a);
        let d = self.reg();
        match b {
            Opd::Const(k) if i32::try_from(k as i64).is_ok() => {
                self.put(Op::BinK { op, ext, d, a: ra, k: k as i64 as i32 })
            }
            b => {
                let rb = self.in_reg(b);
                self.put(Op::Bin { op, ext, d, a: ra, b: rb });
            }
        }
        Ok(Opd::Reg(d))
    }

    /// Pointer and integer added (or subtracted), scaled.
    pub(super) fn add(&mut self, a: Val, b: Val, minus: bool, span: Span) -> R<Val> {
        let (p, i) = if self.cx.types.pointee(a.ty).is_some() { (a, b) } else { (b, a) };
        let Some(to) = self.cx.types.pointee(p.ty) else {
            let t = self.cx.types.show(p.ty);
            return self.cx.bad("E0214", span, format!("this is `{t}`, neither an array nor a pointer"));
        };
        if !self.cx.types.is_integer(i.ty) {
            return self.cx.bad("E0222", span, "two pointers can't be added");
        }
        let words = self.cx.types.words(to).max(1);
        let scaled = self.alu(Alu::Mul, Ext::None, i.opd, Opd::Const(words as u64 * 8), span)?;
        let opd = self.alu(if minus { Alu::Sub } else { Alu::Add }, Ext::None, p.opd, scaled, span)?;
        Ok(Val { opd, ty: p.ty })
    }

    /// Implicit conversion, as in assignment.
    pub(super) fn convert(&mut self, v: Val, ty: TyId, span: Span) -> R<Val> {
        if v.ty == ty {
            return Ok(v);
        }
        let t = &self.cx.types;
        let ok = match (t.get(v.ty), t.get(ty)) {
            (Ty::Ptr(a), Ty::Ptr(b)) => a == b || *a == Types::VOID || *b == Types::VOID,
            (_, Ty::Ptr(_)) => v.opd == Opd::Const(0),
            (Ty::Ptr(_), Ty::Bool) => true,
            (Ty::Ptr(_), _) => false,
            _ => t.is_integer(v.ty) && t.is_integer(ty),
        };
        if !ok {
            let (from, to) = (t.show(v.ty), t.show(ty));
            return self.cx.bad_help(
                "E0224",
                span,
                format!("`{from}` can't become `{to}` by itself"),
                format!("write the cast: `({to})...`"),
            );
        }
        self.cast(v, ty, span)
    }

    /// Explicit conversion.
    pub(super) fn cast(&mut self, v: Val, ty: TyId, span: Span) -> R<Val> {
        if ty == Types::VOID {
            return Ok(Val { opd: Opd::Const(0), ty });
        }
        let t = &self.cx.types;
        if !t.is_scalar(ty) || !t.is_scalar(v.ty) {
            let (from, to) = (t.show(v.ty), t.show(ty));
            return self.cx.bad("E0224", span, format!("`{from}` can't be cast to `{to}`"));
        }
        let ext = t.ext(ty);
        let ((s1, b1), (s2, b2)) = (t.int_shape(v.ty), t.int_shape(ty));
        let fits = *t.get(ty) != Ty::Bool && (ext == Ext::None || (s1 == s2 && b1 <= b2) || (!s1 && b1 < b2));
        if fits {
            return Ok(Val { opd: v.opd, ty });
        }
        let opd = match v.opd {
            Opd::Const(k) => Opd::Const(ext.apply(k)),
            Opd::Reg(a) => {
                let d = self.reg();
                self.put(Op::Ext { ext, d, a });
                Opd::Reg(d)
            }
        };
        Ok(Val { opd, ty })
    }

    fn assign(&mut self, op: Option<BinOp>, target: &Expr, value: &Expr, span: Span) -> R<Val> {
        match op {
            None => {
                let tt = self.type_of(target)?;
                if !self.cx.types.is_scalar(tt) {
                    return self.assign_struct(target, value, tt, span);
                }
                let v = self.expr(value)?;
                let v = self.convert(v, tt, value.span)?;
                let (place, ty) = self.place(target)?;
                self.store(place, v.opd);
                Ok(Val { opd: v.opd, ty })
            }
            Some(op) => {
                let (place, ty) = self.place(target)?;
                let old = self.load(place, ty);
                let v = self.expr(value)?;
                let new = self.binary(op, old, v, span)?;
                let new = self.convert(new, ty, span)?;
                self.store(place, new.opd);
                Ok(new)
            }
        }
    }

    /// Word by word, each a load and a store.
    fn assign_struct(&mut self, target: &Expr, value: &Expr, ty: TyId, span: Span) -> R<Val> {
        let (from, from_ty) = self.place(value)?;
        if from_ty != ty {
            let (a, b) = (self.cx.types.show(from_ty), self.cx.types.show(ty));
            return self.cx.bad("E0224", span, format!("`{a}` can't become `{b}`"));
        }
        let (to, _) = self.place(target)?;
        self.copyable(ty, span)?;
        for w in 0..self.cx.types.words(ty) {
            let (from, to) = (self.word(from, w), self.word(to, w));
            let v = self.load(from, Types::U64);
            self.store(to, v.opd);
        }
        Ok(Val { opd: Opd::Const(0), ty: Types::VOID })
    }

    /// Objects that are copied or filled word by word are small: the code for it is.
    pub(super) fn copyable(&mut self, ty: TyId, span: Span) -> R<()> {
        if self.cx.types.words(ty) <= super::MAX_LOCAL_WORDS {
            return Ok(());
        }
        let (n, most) = (self.cx.types.words(ty), super::MAX_LOCAL_WORDS);
        self.cx.bad_help(
            "E0206",
            span,
            format!("{n} words are too many to handle at once; {most} are possible"),
            "copy in a loop, or keep it in a variable of file scope".into(),
        )
    }

    /// Word `w` of a place.
    pub(super) fn word(&mut self, place: Place, w: u32) -> Place {
        match place {
            Place::Global(s) => Place::Global(s + w),
            Place::Elem { slot, i, len, stride } => Place::Elem { slot: slot + w, i, len, stride },
            Place::Mem(off) => Place::Mem(off + w),
            Place::Ptr { base, off } => Place::Ptr { base, off: off + w as i32 * 8 },
            Place::Local(r) => Place::Local(r),
        }
    }

    /// Jumps to `to` if the expression is false (`when` false) or true (`when` true).
    pub(super) fn branch(&mut self, e: &Expr, when: bool, to: u32) -> R<()> {
        let outer = self.loc;
        self.at(e.span);
        let r = self.branch_here(e, when, to);
        self.loc = outer;
        r
    }

    fn branch_here(&mut self, e: &Expr, when: bool, to: u32) -> R<()> {
        match &e.kind {
            ExprKind::Unary(UnOp::Not, x) => self.branch(x, !when, to),
            ExprKind::Call { callee, args } if args.len() == 1 && matches!(&*callee.name, "likely" | "unlikely") => {
                self.branch(&args[0], when, to)
            }
            ExprKind::Binary(op @ (BinOp::LogAnd | BinOp::LogOr), a, b) => {
                // jump at once on: (a && b) false by a; (a || b) true by a
                if (*op == BinOp::LogAnd) != when {
                    self.branch(a, when, to)?;
                    self.branch(b, when, to)
                } else {
                    let skip = self.label();
                    self.branch(a, !when, skip)?;
                    self.branch(b, when, to)?;
                    self.put(Op::Label(skip));
                    Ok(())
                }
            }
            _ => {
                let v = self.expr(e)?;
                if !self.cx.types.is_scalar(v.ty) {
                    return self.cx.bad("E0220", e.span, "this has no truth value");
                }
                match v.opd {
                    Opd::Const(k) => {
                        if (k != 0) == when {
                            self.put(Op::Jmp { to });
                        }
                    }
                    Opd::Reg(a) => self.put(if when { Op::Jnz { a, to } } else { Op::Jz { a, to } }),
                }
                Ok(())
            }
        }
    }

    fn logical(&mut self, a: &Expr, b: &Expr, and: bool) -> R<Val> {
        let va = self.expr(a)?;
        if let Opd::Const(k) = va.opd {
            if (k != 0) != and {
                return Ok(Val { opd: Opd::Const(!and as u64), ty: Types::INT });
            }
            let vb = self.expr(b)?;
            return self.compare_zero(vb, false, b.span);
        }
        let d = self.reg();
        let end = self.label();
        let ra = self.compare_zero(va, false, a.span)?;
        self.write(Place::Local(d), ra.opd);
        self.put(if and { Op::Jz { a: d, to: end } } else { Op::Jnz { a: d, to: end } });
        let vb = self.expr(b)?;
        let rb = self.compare_zero(vb, false, b.span)?;
        self.write(Place::Local(d), rb.opd);
        self.put(Op::Label(end));
        Ok(Val { opd: Opd::Reg(d), ty: Types::INT })
    }

    fn conditional(&mut self, cond: &Expr, then: Option<&Expr>, otherwise: &Expr, span: Span) -> R<Val> {
        let c = self.expr(cond)?;
        let ty_then = if let Some(t) = then { self.type_of_value(t)? } else { c.ty };
        let ty_else = self.type_of_value(otherwise)?;
        let ty = self.common(ty_then, ty_else);
        if let Opd::Const(k) = c.opd {
            let v = match (k != 0, then) {
                (true, Some(t)) => self.expr(t)?,
                (true, None) => c,
                (false, _) => self.expr(otherwise)?,
            };
            return self.convert(v, ty, span);
        }
        let (d, no, end) = (self.reg(), self.label(), self.label());
        let rc = self.in_reg(c.opd);
        self.put(Op::Jz { a: rc, to: no });
        let v = match then {
            Some(t) => self.expr(t)?,
            None => c,
        };
        let v = self.convert(v, ty, span)?;
        self.write(Place::Local(d), v.opd);
        self.put(Op::Jmp { to: end });
        self.put(Op::Label(no));
        let v = self.expr(otherwise)?;
        let v = self.convert(v, ty, span)?;
        self.write(Place::Local(d), v.opd);
        self.put(Op::Label(end));
        Ok(if ty == Types::VOID { Val { opd: Opd::Const(0), ty } } else { Val { opd: Opd::Reg(d), ty } })
    }

    fn type_of_value(&mut self, e: &Expr) -> R<TyId> {
        let ty = self.type_of(e)?;
        Ok(match *self.cx.types.get(ty) {
            Ty::Array(elem, _) => self.cx.types.ptr(elem),
            _ => ty,
        })
    }
}
