//! Statements and function bodies.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::ast::{self, Block, Expr, ExprKind, Init, Span, Stmt, StmtKind, UnOp, VarDecl};
use super::super::ir::{Alu, Code, LocalMem, LocalName, Op};
use super::super::types::{Ext, Ty, TyId, Types};
use super::{Bad, Cx, Local, Lower, Named, Opd, Place, R, Val, const_expr, globals};

/// Lowers function number `index`, which has a body.
pub fn lower(cx: &mut Cx, index: u32) -> R<Code> {
    let info = cx.funcs[index as usize].clone();
    let Some(def) = info.def.clone() else { return Err(Bad) };
    let mut l = Lower::new(cx, index, info.ret);
    l.code.name = info.name.to_string();
    l.addressed = addressed(&def.body);
    l.at(def.decl.name.span);
    for (p, ty) in def.decl.params.iter().zip(&info.params) {
        let _ = l.once(&p.name);
        let r = l.reg();
        l.code.params.push(r);
        l.declare(&p.name.name, *ty, Some(Opd::Reg(r)));
    }
    let ok = l.block(&def.body);
    let a = l.in_reg(Opd::Const(0));
    l.put(Op::Ret { a });
    l.check_labels();
    let code = std::mem::take(&mut l.code);
    cx.ops_in_all += code.ops.len();
    if code.ops.len() >= super::MAX_OPS || code.regs > u16::MAX as u32 || code.mem > super::MAX_MEM {
        return cx.bad("E0231", def.decl.name.span, "this function is too big");
    }
    ok?;
    Ok(code)
}

impl<'a> Lower<'a> {
    pub(super) fn new(cx: &'a mut Cx, func: u32, ret: TyId) -> Self {
        Lower {
            cx,
            code: Code::default(),
            func,
            ret,
            scopes: vec![BTreeMap::new()],
            addressed: BTreeSet::new(),
            labels: BTreeMap::new(),
            breaks: Vec::new(),
            continues: Vec::new(),
            cases: Vec::new(),
            atomic: 0,
            atomics: Vec::new(),
            free: 0,
            dead: 0,
            loc: 0,
        }
    }

    /// Makes a name known: in a register, or in memory if its address is taken or it has several words.
    fn declare(&mut self, name: &Rc<str>, ty: TyId, value: Option<Opd>) -> Place {
        let place = if self.cx.types.is_scalar(ty) && !self.addressed.contains(name) {
            let r = match value {
                Some(Opd::Reg(r)) if self.code.params.contains(&r) => r,
                _ => self.reg(),
            };
            self.code.locals.push(LocalName { reg: r, name: name.to_string(), ty, func: self.func });
            Place::Local(r)
        } else {
            let off = self.code.mem;
            self.code.mem = self.code.mem.saturating_add(self.cx.types.words(ty));
            self.code.mems.push(LocalMem { off, name: name.to_string(), ty, func: self.func });
            Place::Mem(off)
        };
        if let Some(v) = value
            && !matches!((place, v), (Place::Local(a), Opd::Reg(b)) if a == b)
        {
            self.write(place, v);
        }
        if let Some(s) = self.scopes.last_mut() {
            s.insert(name.clone(), Local { place, ty });
        }
        place
    }

    fn block(&mut self, b: &Block) -> R<()> {
        self.scopes.push(BTreeMap::new());
        let mut ok = Ok(());
        for s in &b.stmts {
            ok = self.stmt(s).and(ok);
        }
        self.scopes.pop();
        ok
    }

    /// `({ ...; x; })`: the value of the last expression.
    pub(super) fn stmt_expr(&mut self, b: &Block) -> R<Val> {
        self.scopes.push(BTreeMap::new());
        let mut value = Ok(Val { opd: Opd::Const(0), ty: Types::VOID });
        for (i, s) in b.stmts.iter().enumerate() {
            value = match &s.kind {
                StmtKind::Expr(e) if i + 1 == b.stmts.len() => self.expr(e),
                _ => self.stmt(s).map(|()| Val { opd: Opd::Const(0), ty: Types::VOID }),
            };
            if value.is_err() {
                break;
            }
        }
        self.scopes.pop();
        value
    }

    pub(super) fn stmt(&mut self, s: &Stmt) -> R<()> {
        if self.code.ops.len() >= super::MAX_OPS {
            return Err(Bad); // reported when the function is done
        }
        self.at(s.span);
        match &s.kind {
            StmtKind::Empty => Ok(()),
            StmtKind::Expr(e) => self.expr(e).map(drop),
            StmtKind::Decl(vars) => vars.iter().try_for_each(|v| self.local(v)),
            StmtKind::Block(b) => self.block(b),
            StmtKind::If { cond, then, otherwise } => self.if_(cond, then, otherwise.as_deref()),
            StmtKind::While { cond, body } => {
                let (top, end) = (self.label(), self.label());
                self.put(Op::Label(top));
                self.branch(cond, false, end)?;
                self.body(body, end, top)?;
                self.put(Op::Jmp { to: top });
                self.put(Op::Label(end));
                Ok(())
            }
            StmtKind::DoWhile { body, cond } => {
                let (top, test, end) = (self.label(), self.label(), self.label());
                self.put(Op::Label(top));
                self.body(body, end, test)?;
                self.put(Op::Label(test));
                self.branch(cond, true, top)?;
                self.put(Op::Label(end));
                Ok(())
            }
            StmtKind::For { init, cond, step, body } => {
                self.scopes.push(BTreeMap::new());
                let r = self.for_(init.as_deref(), cond.as_ref(), step.as_ref(), body);
                self.scopes.pop();
                r
            }
            StmtKind::Switch { value, body } => self.switch(value, body),
            StmtKind::Case { .. } | StmtKind::Default => self.case(s),
            StmtKind::Label(l) => {
                let Named { label, at, .. } = self.named_label(&l.name, l.span).clone();
                if let Some(first) = at {
                    self.cx.diags.push(
                        super::Diagnostic::error("E0204", l.span, format!("label `{}` is there twice", l.name))
                            .related(first, "first here"),
                    );
                    return Err(Bad);
                }
                let path = self.atomics.clone();
                let named = self.named_label(&l.name, l.span);
                (named.at, named.path) = (Some(l.span), path);
                self.put(Op::Label(label));
                Ok(())
            }
            StmtKind::Goto(l) => {
                let from = self.atomics.clone();
                let named = self.named_label(&l.name, l.span);
                named.from.push((l.span, from));
                let to = named.label;
                self.put(Op::Jmp { to });
                Ok(())
            }
            StmtKind::Break => self.jump_out(self.breaks.last().copied(), s.span, "break"),
            StmtKind::Continue => self.jump_out(self.continues.last().copied(), s.span, "continue"),
            StmtKind::Return(v) => self.return_(v.as_ref(), s.span),
            StmtKind::Atomic(b) => {
                self.bound();
                if self.atomic == 0 {
                    self.put(Op::Lock);
                }
                self.atomic += 1;
                self.atomics.push(b.span);
                let r = self.block(b);
                self.atomics.pop();
                self.atomic -= 1;
                r
            }
        }
    }

    fn named_label(&mut self, name: &Rc<str>, span: Span) -> &mut Named {
        let fresh = if self.labels.contains_key(name) { 0 } else { self.label() };
        self.labels.entry(name.clone()).or_insert(Named {
            label: fresh,
            at: None,
            used: span,
            path: Vec::new(),
            from: Vec::new(),
        })
    }

    /// Labels that are missing, and jumps into atomic blocks.
    fn check_labels(&mut self) {
        for (name, l) in std::mem::take(&mut self.labels) {
            if l.at.is_none() {
                let _ = self.cx.bad::<()>("E0230", l.used, format!("no label `{name}` in this function"));
            }
            for (span, from) in l.from {
                if !from.starts_with(&l.path) {
                    let _ = self.cx.bad::<()>("E0234", span, "a jump can't lead into an atomic block");
                }
            }
        }
    }

    fn jump_out(&mut self, to: Option<u32>, span: Span, word: &str) -> R<()> {
        match to {
            Some(to) => {
                self.put(Op::Jmp { to });
                Ok(())
            }
            None => self.cx.bad("E0232", span, format!("`{word}` outside a loop")),
        }
    }

    fn return_(&mut self, v: Option<&Expr>, span: Span) -> R<()> {
        let opd = match v {
            None if self.ret == Types::VOID => Opd::Const(0),
            None => return self.cx.bad("E0233", span, "this function returns a value"),
            Some(e) => {
                let v = self.expr(e)?;
                if self.ret == Types::VOID {
                    if v.ty != Types::VOID {
                        return self.cx.bad("E0233", e.span, "this function returns nothing");
                    }
                    Opd::Const(0)
                } else {
                    self.convert(v, self.ret, e.span)?.opd
                }
            }
        };
        let a = self.in_reg(opd);
        self.put(Op::Ret { a });
        Ok(())
    }

    fn body(&mut self, body: &Stmt, end: u32, next: u32) -> R<()> {
        self.breaks.push(end);
        self.continues.push(next);
        let r = self.stmt(body);
        self.breaks.pop();
        self.continues.pop();
        r
    }

    fn if_(&mut self, cond: &Expr, then: &Stmt, otherwise: Option<&Stmt>) -> R<()> {
        // A condition that is known prunes the other side: options cost nothing.
        if let Ok(Some(k)) = self.known(cond) {
            return match (k, otherwise) {
                (true, _) => {
                    if let Some(o) = otherwise {
                        self.check_only(o)?;
                    }
                    self.stmt(then)
                }
                (false, o) => {
                    self.check_only(then)?;
                    o.map_or(Ok(()), |o| self.stmt(o))
                }
            };
        }
        let no = self.label();
        self.branch(cond, false, no)?;
        self.stmt(then)?;
        match otherwise {
            None => self.put(Op::Label(no)),
            Some(o) => {
                let end = self.label();
                self.put(Op::Jmp { to: end });
                self.put(Op::Label(no));
                self.stmt(o)?;
                self.put(Op::Label(end));
            }
        }
        Ok(())
    }

    /// The value of a condition known while compiling.
    fn known(&mut self, cond: &Expr) -> R<Option<bool>> {
        match &cond.kind {
            // `0 && x` is known whatever x is
            ExprKind::Binary(op @ (ast::BinOp::LogAnd | ast::BinOp::LogOr), a, b) => {
                let decides = *op == ast::BinOp::LogOr;
                match self.known(a)? {
                    Some(k) if k == decides => Ok(Some(k)),
                    Some(_) => self.known(b),
                    None => Ok(None),
                }
            }
            ExprKind::Unary(UnOp::Not, x) => Ok(self.known(x)?.map(|k| !k)),
            ExprKind::Call { callee, args } if args.len() == 1 && matches!(&*callee.name, "likely" | "unlikely") => {
                self.known(&args[0])
            }
            _ if !constant_looking(self, cond) => Ok(None),
            _ => {
                let v = self.tried(|l| l.expr(cond))?;
                Ok(match v.opd {
                    Opd::Const(k) => Some(k != 0),
                    Opd::Reg(_) => None,
                })
            }
        }
    }

    /// Code that is never run is still checked, and its labels known.
    fn check_only(&mut self, s: &Stmt) -> R<()> {
        let skip = self.label();
        let steps = self.code.steps;
        self.put(Op::Jmp { to: skip });
        self.dead += 1;
        let r = self.stmt(s);
        self.dead -= 1;
        self.put(Op::Label(skip));
        self.code.steps = steps;
        r
    }

    fn for_(&mut self, init: Option<&Stmt>, cond: Option<&Expr>, step: Option<&Expr>, body: &Stmt) -> R<()> {
        if let Some(i) = init {
            self.stmt(i)?;
        }
        let (top, next, end) = (self.label(), self.label(), self.label());
        self.put(Op::Label(top));
        if let Some(c) = cond {
            self.branch(c, false, end)?;
        }
        self.body(body, end, next)?;
        self.put(Op::Label(next));
        if let Some(s) = step {
            self.expr(s)?;
        }
        self.put(Op::Jmp { to: top });
        self.put(Op::Label(end));
        Ok(())
    }

    fn switch(&mut self, value: &Expr, body: &Stmt) -> R<()> {
        let v = self.expr(value)?;
        let v = self.promote(v, value.span)?;
        let r = self.in_reg(v.opd);
        let mut found = Vec::new();
        find_cases(body, 0, &mut found);
        let end = self.label();
        let mut labels = BTreeMap::new();
        let mut default: Option<(u32, Span)> = None;
        let mut taken: Vec<(u64, u64, Span)> = Vec::new();
        let mut ok = Ok(());
        for case in found {
            let l = self.label();
            labels.insert(case.stmt, l);
            if case.inside > 0 {
                ok = self.cx.bad("E0234", case.span, "a jump can't lead into an atomic block");
            }
            let Some((from, to)) = case.values else {
                if let Some((_, first)) = default {
                    ok = self.twice("`default`", case.span, first);
                }
                default = Some((l, case.span));
                continue;
            };
            match self.case_range(v.ty, from, to) {
                Ok((lo, hi)) => {
                    let width = hi.wrapping_sub(lo);
                    let clash = |t: &&(u64, u64, Span)| {
                        t.0.wrapping_sub(lo) <= width || lo.wrapping_sub(t.0) <= t.1.wrapping_sub(t.0)
                    };
                    // texts of very many cases are looked through in part only
                    if let Some(first) = taken.iter().rev().take(256).find(clash).map(|t| t.2) {
                        ok = self.twice("this value", case.span, first);
                    }
                    taken.push((lo, hi, case.span));
                    let off = self.alu(Alu::Sub, Ext::None, Opd::Reg(r), Opd::Const(lo), case.span)?;
                    let c = self.alu(Alu::LeU, Ext::None, off, Opd::Const(width), case.span)?;
                    let a = self.in_reg(c);
                    self.put(Op::Jnz { a, to: l });
                }
                Err(b) => ok = Err(b),
            }
        }
        self.put(Op::Jmp { to: default.map_or(end, |d| d.0) });
        self.cases.push(labels);
        self.breaks.push(end);
        let r = self.stmt(body);
        self.breaks.pop();
        self.cases.pop();
        self.put(Op::Label(end));
        r.and(ok)
    }

    fn twice<T>(&mut self, what: &str, span: Span, first: Span) -> R<T> {
        self.cx.diags.push(
            super::Diagnostic::error("E0204", span, format!("{what} is there twice")).related(first, "first here"),
        );
        Err(Bad)
    }

    /// The values of a case, in the type of the switch.
    fn case_range(&mut self, ty: TyId, from: &Expr, to: Option<&Expr>) -> R<(u64, u64)> {
        let ext = self.cx.types.ext(ty);
        let lo = ext.apply(const_expr(self.cx, from)? as u64);
        let Some(to) = to else { return Ok((lo, lo)) };
        let hi = ext.apply(const_expr(self.cx, to)? as u64);
        let signed = self.cx.types.int_shape(ty).0;
        if if signed { (hi as i64) < lo as i64 } else { hi < lo } {
            return self.cx.bad_help("E0235", to.span, "this range is empty", "the smaller value comes first".into());
        }
        Ok((lo, hi))
    }

    fn case(&mut self, s: &Stmt) -> R<()> {
        let label = self.cases.last().and_then(|c| c.get(&(std::ptr::from_ref(s) as usize)));
        match label.copied() {
            Some(l) => {
                self.put(Op::Label(l));
                Ok(())
            }
            None => self.cx.bad("E0232", s.span, "`case` outside a `switch`"),
        }
    }

    fn local(&mut self, v: &VarDecl) -> R<()> {
        self.at(v.name.span);
        let ty = self.resolve(&v.ty, v.init.as_ref())?;
        if self.cx.types.words(ty) == 0 {
            return self.cx.bad("E0205", v.name.span, format!("`{}` needs a complete type", v.name.name));
        }
        self.copyable(ty, v.name.span)?;
        self.once(&v.name)?;
        match &v.init {
            None => {
                self.declare(&v.name.name, ty, None);
            }
            Some(Init::Expr(e)) if self.cx.types.is_scalar(ty) => {
                let val = self.expr(e)?;
                let val = self.convert(val, ty, e.span)?;
                self.declare(&v.name.name, ty, Some(val.opd));
            }
            Some(Init::Expr(e)) => {
                let (from, from_ty) = self.place(e)?;
                if from_ty != ty {
                    let (a, b) = (self.cx.types.show(from_ty), self.cx.types.show(ty));
                    return self.cx.bad("E0224", e.span, format!("`{a}` can't become `{b}`"));
                }
                let to = self.declare(&v.name.name, ty, None);
                for w in 0..self.cx.types.words(ty) {
                    let (f, t) = (self.word(from, w), self.word(to, w));
                    let val = self.load(f, Types::U64);
                    self.store(t, val.opd);
                }
            }
            Some(init @ Init::List(..)) => {
                let place = self.declare(&v.name.name, ty, None);
                for w in 0..self.cx.types.words(ty) {
                    let p = self.word(place, w);
                    self.write(p, Opd::Const(0));
                }
                self.local_list(place, ty, init)?;
            }
        }
        Ok(())
    }

    /// A name is declared once in a block.
    fn once(&mut self, name: &ast::Ident) -> R<()> {
        if self.scopes.last().is_some_and(|s| s.contains_key(&name.name)) {
            return self.cx.bad("E0204", name.span, format!("`{}` is declared twice in one block", name.name));
        }
        Ok(())
    }

    fn local_list(&mut self, place: Place, ty: TyId, init: &Init) -> R<()> {
        let (list, span) = match init {
            Init::Expr(e) => {
                let v = self.expr(e)?;
                let v = self.convert(v, ty, e.span)?;
                self.write(place, v.opd);
                return Ok(());
            }
            Init::List(list, span) => (list, *span),
        };
        let mut next = 0u32;
        for (d, init) in list {
            let (elem, offset) = match self.cx.types.get(ty).clone() {
                Ty::Array(e, n) => {
                    if let Some(ast::Designator::Index(i)) = d {
                        next = globals::designated(self.cx, i, n)?;
                    }
                    if next >= n {
                        return self.cx.bad("E0207", span, format!("more initialisers than the {n} elements"));
                    }
                    (e, next * self.cx.types.words(e))
                }
                Ty::Struct(s) => {
                    let st = &self.cx.types.structs[s as usize];
                    if let Some(ast::Designator::Field(f)) = d {
                        match st.fields.iter().position(|g| g.name == *f.name) {
                            Some(i) => next = i as u32,
                            None => return self.cx.bad("E0208", f.span, format!("no field `{}` here", f.name)),
                        }
                    }
                    match st.fields.get(next as usize) {
                        Some(f) => (f.ty, f.offset),
                        None => return self.cx.bad("E0207", span, "more initialisers than fields"),
                    }
                }
                _ => (ty, 0),
            };
            let p = self.word(place, offset);
            self.local_list(p, elem, init)?;
            next += 1;
        }
        Ok(())
    }
}

/// Could this be a constant? Only literals, constants and operators on them: cheap to try.
fn constant_looking(l: &Lower, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int { .. } | ExprKind::SizeofType(_) => true,
        ExprKind::Name(n) => {
            l.cx.consts.contains_key(n)
                && !l.scopes.iter().any(|s| s.contains_key(n))
                && !l.cx.global_names.contains_key(n)
        }
        ExprKind::Unary(op, x) => !matches!(op, UnOp::Deref | UnOp::AddrOf) && constant_looking(l, x),
        ExprKind::Binary(_, a, b) => constant_looking(l, a) && constant_looking(l, b),
        ExprKind::Cast(_, x) => constant_looking(l, x),
        _ => false,
    }
}

/// A case label of a switch.
struct Case<'a> {
    /// Its statement's address: two labels of one macro stand at the same place of the text.
    stmt: usize,
    span: Span,
    /// `None` for `default`.
    values: Option<(&'a Expr, Option<&'a Expr>)>,
    /// Atomic blocks between it and the switch.
    inside: u32,
}

/// The case labels of a switch body, not those of a switch inside it.
fn find_cases<'a>(s: &'a Stmt, inside: u32, out: &mut Vec<Case<'a>>) {
    let case = |values| Case { stmt: std::ptr::from_ref(s) as usize, span: s.span, values, inside };
    match &s.kind {
        StmtKind::Case { value, to } => out.push(case(Some((value, to.as_ref())))),
        StmtKind::Default => out.push(case(None)),
        StmtKind::Block(b) => b.stmts.iter().for_each(|s| find_cases(s, inside, out)),
        StmtKind::Atomic(b) => b.stmts.iter().for_each(|s| find_cases(s, inside + 1, out)),
        StmtKind::If { then, otherwise, .. } => {
            find_cases(then, inside, out);
            if let Some(o) = otherwise {
                find_cases(o, inside, out);
            }
        }
        StmtKind::While { body, .. } | StmtKind::DoWhile { body, .. } | StmtKind::For { body, .. } => {
            find_cases(body, inside, out)
        }
        _ => {}
    }
}

/// The names whose address is taken anywhere in a body. (Words of the machine that only name a place don't count.)
fn addressed(b: &Block) -> BTreeSet<Rc<str>> {
    let mut out = BTreeSet::new();
    b.stmts.iter().for_each(|s| in_stmt(s, &mut out));
    out
}

fn in_stmt(s: &Stmt, out: &mut BTreeSet<Rc<str>>) {
    let mut ex = |e: &Expr| in_expr(e, out);
    match &s.kind {
        StmtKind::Expr(e) | StmtKind::Return(Some(e)) => ex(e),
        StmtKind::Decl(vars) => {
            for v in vars {
                if let Some(i) = &v.init {
                    in_init(i, out);
                }
            }
        }
        StmtKind::Block(b) | StmtKind::Atomic(b) => b.stmts.iter().for_each(|s| in_stmt(s, out)),
        StmtKind::If { cond, then, otherwise } => {
            ex(cond);
            in_stmt(then, out);
            if let Some(o) = otherwise {
                in_stmt(o, out);
            }
        }
        StmtKind::While { cond, body } | StmtKind::DoWhile { body, cond } | StmtKind::Switch { value: cond, body } => {
            ex(cond);
            in_stmt(body, out);
        }
        StmtKind::For { init, cond, step, body } => {
            if let Some(c) = cond {
                ex(c);
            }
            if let Some(c) = step {
                ex(c);
            }
            if let Some(i) = init {
                in_stmt(i, out);
            }
            in_stmt(body, out);
        }
        _ => {}
    }
}

fn in_init(i: &Init, out: &mut BTreeSet<Rc<str>>) {
    match i {
        Init::Expr(e) => in_expr(e, out),
        Init::List(l, _) => l.iter().for_each(|(_, i)| in_init(i, out)),
    }
}

fn in_expr(e: &Expr, out: &mut BTreeSet<Rc<str>>) {
    match &e.kind {
        ExprKind::Unary(UnOp::AddrOf, p) => {
            let mut p = p;
            while let ExprKind::Field(inner, _) = &p.kind {
                p = inner;
            }
            if let ExprKind::Name(n) = &p.kind {
                out.insert(n.clone());
            }
            in_expr(p, out);
        }
        ExprKind::Unary(_, a)
        | ExprKind::Cast(_, a)
        | ExprKind::SizeofExpr(a)
        | ExprKind::Field(a, _)
        | ExprKind::Arrow(a, _) => in_expr(a, out),
        ExprKind::IncDec { target, .. } => in_expr(target, out),
        ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) | ExprKind::Comma(a, b) => {
            in_expr(a, out);
            in_expr(b, out);
        }
        ExprKind::Assign { target, value, .. } => {
            in_expr(target, out);
            in_expr(value, out);
        }
        ExprKind::Cond { cond, then, otherwise } => {
            in_expr(cond, out);
            if let Some(t) = then {
                in_expr(t, out);
            }
            in_expr(otherwise, out);
        }
        ExprKind::Call { args, .. } => args.iter().for_each(|a| in_expr(a, out)),
        ExprKind::StmtExpr(b) => b.stmts.iter().for_each(|s| in_stmt(s, out)),
        _ => {}
    }
}
