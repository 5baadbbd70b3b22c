//! Every expression of a function, with the statements around it.

use crate::lang::ast::{Block, Expr, ExprKind, FuncDef, Init, Stmt, StmtKind};

/// What is met on the way: a statement of a list with its neighbours, or an expression.
pub(super) trait Visit {
    /// Statement number `at` of a list.
    fn statement(&mut self, list: &[Stmt], at: usize);
    /// An expression, before its parts.
    fn expression(&mut self, expr: &Expr);
    /// What a condition always is, if that is known: the branch that is never taken is not visited.
    fn decides(&self, _cond: &Expr) -> Option<bool> {
        None
    }
}

/// Visits everything in a function.
pub(super) fn function(def: &FuncDef, visit: &mut dyn Visit) {
    block(&def.body, visit);
}

fn block(b: &Block, visit: &mut dyn Visit) {
    for (at, stmt) in b.stmts.iter().enumerate() {
        visit.statement(&b.stmts, at);
        inside(stmt, visit);
    }
}

/// A statement that stands where a list could: the only one of its list.
fn single(stmt: &Stmt, visit: &mut dyn Visit) {
    visit.statement(std::slice::from_ref(stmt), 0);
    inside(stmt, visit);
}

/// What stands inside a statement.
pub(super) fn inside(stmt: &Stmt, visit: &mut dyn Visit) {
    match &stmt.kind {
        StmtKind::Expr(e) => expression(e, visit),
        StmtKind::Decl(vars) => vars.iter().filter_map(|v| v.init.as_ref()).for_each(|i| init(i, visit)),
        StmtKind::Block(b) | StmtKind::Atomic(b) => block(b, visit),
        StmtKind::If { cond, then, otherwise } => {
            expression(cond, visit);
            let taken = visit.decides(cond);
            if taken != Some(false) {
                single(then, visit);
            }
            if taken != Some(true) {
                otherwise.iter().for_each(|s| single(s, visit));
            }
        }
        StmtKind::While { cond, body } | StmtKind::DoWhile { body, cond } => {
            expression(cond, visit);
            single(body, visit);
        }
        StmtKind::For { init, cond, step, body } => {
            init.iter().for_each(|s| inside(s, visit));
            cond.iter().chain(step).for_each(|e| expression(e, visit));
            single(body, visit);
        }
        StmtKind::Switch { value, body } => {
            expression(value, visit);
            single(body, visit);
        }
        StmtKind::Return(Some(e)) => expression(e, visit),
        _ => {}
    }
}

fn init(i: &Init, visit: &mut dyn Visit) {
    match i {
        Init::Expr(e) => expression(e, visit),
        Init::List(list, _) => list.iter().for_each(|(_, i)| init(i, visit)),
    }
}

/// An expression and its parts.
pub(super) fn expression(e: &Expr, visit: &mut dyn Visit) {
    visit.expression(e);
    match &e.kind {
        ExprKind::Call { args, .. } => args.iter().for_each(|a| expression(a, visit)),
        ExprKind::Unary(_, a) | ExprKind::Cast(_, a) | ExprKind::Field(a, _) | ExprKind::Arrow(a, _) => {
            expression(a, visit)
        }
        ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) | ExprKind::Comma(a, b) => {
            expression(a, visit);
            expression(b, visit);
        }
        ExprKind::Assign { target, value, .. } => {
            expression(target, visit);
            expression(value, visit);
        }
        ExprKind::IncDec { target, .. } => expression(target, visit),
        ExprKind::Cond { cond, then, otherwise } => {
            expression(cond, visit);
            then.iter().for_each(|t| expression(t, visit));
            expression(otherwise, visit);
        }
        ExprKind::StmtExpr(b) => block(b, visit),
        ExprKind::Compound(_, i) => init(i, visit),
        _ => {}
    }
}

/// The name of the function that an expression calls, and its arguments.
pub(super) fn call(e: &Expr) -> Option<(&str, &[Expr])> {
    match &e.kind {
        ExprKind::Call { callee, args } => Some((&callee.name, args)),
        _ => None,
    }
}
