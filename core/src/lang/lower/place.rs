//! Places: what an expression names, and the access to it that makes a step.

use super::super::ast::{Expr, ExprKind, Span, UnOp};
use super::super::ir::{Alu, Op, Reg};
use super::super::types::{Ext, Ty, TyId, Types};
use super::{Lower, Opd, Place, R, Val};
use crate::near::near;

impl Lower<'_> {
    /// The place that an expression names.
    pub(super) fn place(&mut self, e: &Expr) -> R<(Place, TyId)> {
        match &e.kind {
            ExprKind::Name(n) => {
                if let Some(l) = self.scopes.iter().rev().find_map(|s| s.get(n)) {
                    return Ok((l.place, l.ty));
                }
                if let Some(g) = self.cx.global_names.get(n) {
                    let g = &self.cx.globals[*g];
                    return Ok((Place::Global(g.slot), g.ty));
                }
                if self.cx.consts.contains_key(n) {
                    return self.cx.bad("E0212", e.span, format!("`{n}` is a constant, not a variable"));
                }
                self.unknown_name(n, e.span)
            }
            ExprKind::Unary(UnOp::Deref, p) => {
                let v = self.expr(p)?;
                self.deref(v, e.span)
            }
            ExprKind::Arrow(p, f) => {
                let v = self.expr(p)?;
                let (place, ty) = self.deref(v, p.span)?;
                self.field(place, ty, &f.name, f.span)
            }
            ExprKind::Field(p, f) => {
                let (place, ty) = self.place(p)?;
                self.field(place, ty, &f.name, f.span)
            }
            ExprKind::Index(a, i) => self.index(a, i, e.span),
            ExprKind::Compound(..) => self.expr(e).and(Err(super::Bad)),
            ExprKind::Cast(..) => self.cx.bad("E0213", e.span, "a cast has no address; cast the pointer instead"),
            _ => self.cx.bad("E0213", e.span, "this is a value, not a place that can be changed or pointed to"),
        }
    }

    fn unknown_name<T>(&mut self, n: &str, span: Span) -> R<T> {
        if self.cx.full() {
            return Err(super::Bad);
        }
        let names: Vec<String> = self
            .scopes
            .iter()
            .flat_map(|s| s.keys())
            .chain(self.cx.global_names.keys())
            .chain(self.cx.consts.keys())
            .chain(self.cx.func_names.keys())
            .map(|k| k.to_string())
            .collect();
        match near(n, names.iter().map(|s| s.as_str())) {
            Some(k) => {
                let help = format!("did you mean `{k}`?");
                self.cx.bad_help("E0202", span, format!("unknown name `{n}`"), help)
            }
            None => self.cx.bad("E0202", span, format!("unknown name `{n}`")),
        }
    }

    fn deref(&mut self, v: Val, span: Span) -> R<(Place, TyId)> {
        let Some(to) = self.cx.types.pointee(v.ty) else {
            let t = self.cx.types.show(v.ty);
            return self.cx.bad("E0214", span, format!("this is `{t}`, not a pointer"));
        };
        if to == Types::VOID {
            return self.cx.bad_help(
                "E0214",
                span,
                "a `void *` points to nothing in particular",
                "cast it to a pointer to the type that is there".into(),
            );
        }
        Ok((
            match v.opd {
                Opd::Const(k) if k % 8 == 0 && k > 0 && k / 8 < self.cx.next_slot as u64 => {
                    Place::Global((k / 8) as u32)
                }
                opd => Place::Ptr { base: self.in_reg(opd), off: 0 },
            },
            to,
        ))
    }

    fn field(&mut self, place: Place, ty: TyId, name: &str, span: Span) -> R<(Place, TyId)> {
        let Some(f) = self.cx.types.field(ty, name).cloned() else {
            let shown = self.cx.types.show(ty);
            let names: Vec<String> = match self.cx.types.get(ty) {
                Ty::Struct(s) => self.cx.types.structs[*s as usize].fields.iter().map(|f| f.name.clone()).collect(),
                _ => Vec::new(),
            };
            if names.is_empty() {
                return self.cx.bad("E0208", span, format!("`{shown}` has no fields"));
            }
            let help = match near(name, names.iter().map(|s| s.as_str())) {
                Some(k) => format!("did you mean `{k}`?"),
                None => format!("it has {}", names.join(", ")),
            };
            return self.cx.bad_help("E0208", span, format!("`{shown}` has no field `{name}`"), help);
        };
        Ok((
            match place {
                Place::Global(s) => Place::Global(s + f.offset),
                Place::Elem { slot, i, len, stride } => Place::Elem { slot: slot + f.offset, i, len, stride },
                Place::Mem(off) => Place::Mem(off + f.offset),
                Place::Ptr { base, off } => Place::Ptr { base, off: off + f.offset as i32 * 8 },
                Place::Local(_) => place,
            },
            f.ty,
        ))
    }

    fn index(&mut self, a: &Expr, i: &Expr, span: Span) -> R<(Place, TyId)> {
        let at = self.type_of(a)?;
        let Ty::Array(elem, len) = *self.cx.types.get(at) else {
            // a pointer: *(a + i)
            let p = self.expr(a)?;
            let i = self.expr(i)?;
            let sum = self.add(p, i, false, span)?;
            return self.deref(sum, span);
        };
        let (place, _) = self.place(a)?;
        let iv = self.expr(i)?;
        if !self.cx.types.is_integer(iv.ty) {
            return self.cx.bad("E0215", i.span, "an index is an integer");
        }
        let words = self.cx.types.words(elem);
        if let Opd::Const(k) = iv.opd {
            if k >= len as u64 {
                return self.cx.bad("E0216", i.span, format!("index {} is outside the array of {len}", k as i64));
            }
            let k = k as u32;
            return Ok((
                match place {
                    Place::Global(s) => Place::Global(s + k * words),
                    Place::Elem { slot, i, len, stride } => Place::Elem { slot: slot + k * words, i, len, stride },
                    Place::Mem(off) => Place::Mem(off + k * words),
                    Place::Ptr { base, off } => Place::Ptr { base, off: off + (k * words * 8) as i32 },
                    Place::Local(_) => place,
                },
                elem,
            ));
        }
        let i = self.in_reg(iv.opd);
        if let Place::Global(slot) = place
            && len <= u16::MAX as u32
            && words <= u16::MAX as u32
        {
            return Ok((Place::Elem { slot, i, len, stride: words }, elem));
        }
        self.put(Op::Index { a: i, len });
        let base = self.address(place);
        let base = self.in_reg(base);
        let d = self.reg();
        self.put(Op::BinK { op: Alu::Mul, ext: Ext::None, d, a: i, k: (words * 8) as i32 });
        let sum = self.reg();
        self.put(Op::Bin { op: Alu::Add, ext: Ext::None, d: sum, a: base, b: d });
        Ok((Place::Ptr { base: sum, off: 0 }, elem))
    }

    /// The address of a place (never of a register).
    pub(super) fn address(&mut self, place: Place) -> Opd {
        match place {
            Place::Global(s) => Opd::Const(s as u64 * 8),
            Place::Elem { slot, i, len, stride } => {
                self.put(Op::Index { a: i, len });
                let d = self.reg();
                self.put(Op::BinK { op: Alu::Mul, ext: Ext::None, d, a: i, k: (stride * 8) as i32 });
                let e = self.reg();
                self.put(Op::BinK { op: Alu::Add, ext: Ext::None, d: e, a: d, k: (slot * 8) as i32 });
                Opd::Reg(e)
            }
            Place::Mem(off) => {
                let d = self.reg();
                self.put(Op::LeaF { d, off });
                Opd::Reg(d)
            }
            Place::Ptr { base, off: 0 } => Opd::Reg(base),
            Place::Ptr { base, off } => {
                let d = self.reg();
                self.put(Op::BinK { op: Alu::Add, ext: Ext::None, d, a: base, k: off });
                Opd::Reg(d)
            }
            Place::Local(r) => Opd::Reg(r),
        }
    }

    /// Ends the step before an access to this place, if it is shared.
    pub(super) fn bound_for(&mut self, place: Place) {
        match place {
            Place::Global(slot) | Place::Elem { slot, .. } if self.cx.is_ghost(slot) => {}
            Place::Global(_) | Place::Elem { .. } => self.bound(),
            Place::Ptr { base, off } if self.atomic == 0 => {
                self.code.steps = true;
                self.put(Op::BoundPtr { a: base, off, id: 0 });
            }
            _ => {}
        }
    }

    /// Reads a scalar without ending a step.
    pub(super) fn read(&mut self, place: Place) -> Reg {
        if let Place::Local(r) = place {
            return r;
        }
        let d = self.reg();
        self.put(match place {
            Place::Global(slot) => Op::LdG { d, slot },
            Place::Elem { slot, i, len, stride } => Op::LdX { d, i, slot, len: len as u16, stride: stride as u16 },
            Place::Mem(off) => Op::LdF { d, off },
            Place::Ptr { base, off } => Op::LdP { d, a: base, off },
            Place::Local(s) => Op::Mov { d, s },
        });
        d
    }

    /// Writes a scalar without ending a step.
    pub(super) fn write(&mut self, place: Place, v: Opd) {
        match (place, v) {
            (Place::Local(d), Opd::Const(k)) => self.put(Op::K { d, k }),
            (Place::Local(d), Opd::Reg(s)) => self.put(Op::Mov { d, s }),
            (place, v) => {
                let s = self.in_reg(v);
                self.put(match place {
                    Place::Global(slot) => Op::StG { s, slot },
                    Place::Elem { slot, i, len, stride } => {
                        Op::StX { s, i, slot, len: len as u16, stride: stride as u16 }
                    }
                    Place::Mem(off) => Op::StF { s, off },
                    Place::Ptr { base, off } => Op::StP { s, a: base, off },
                    Place::Local(d) => Op::Mov { d, s },
                });
            }
        }
    }

    /// A load as a step of its own: the value of a place.
    pub(super) fn load(&mut self, place: Place, ty: TyId) -> Val {
        if let Place::Local(r) = place {
            // A copy, so that a later change of the variable does not change this value.
            let d = self.reg();
            self.put(Op::Mov { d, s: r });
            return Val { opd: Opd::Reg(d), ty };
        }
        self.bound_for(place);
        let d = self.read(place);
        Val { opd: Opd::Reg(d), ty }
    }

    /// A store as a step of its own.
    pub(super) fn store(&mut self, place: Place, v: Opd) {
        self.bound_for(place);
        self.write(place, v);
    }
}
