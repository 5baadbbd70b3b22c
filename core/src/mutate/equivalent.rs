//! Mutants that x86-TSO can't tell from the design, by rule.

use super::names::is_locked;
use super::walk::{self, Visit, call};
use crate::lang::ast::{Expr, Stmt};

/// Why leaving a barrier out changes nothing on x86-TSO (Intel SDM vol. 3, 10.2.2 and 10.2.3), if it does not.
pub(super) fn barrier(name: &str, list: &[Stmt], at: usize) -> Option<&'static str> {
    if name != "smp_mb" {
        return Some("it emits nothing on x86: loads are not reordered with loads, nor stores with stores");
    }
    let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|i| list.get(i));
    beside.into_iter().any(locked).then_some("it stands beside a locked operation, which is a full barrier on x86")
}

/// Does the statement make a locked operation?
fn locked(stmt: &Stmt) -> bool {
    struct Seen(bool);
    impl Visit for Seen {
        fn statement(&mut self, _: &[Stmt], _: usize) {}
        fn expression(&mut self, e: &Expr) {
            self.0 |= call(e).is_some_and(|(name, _)| is_locked(name));
        }
    }
    let mut seen = Seen(false);
    walk::inside(stmt, &mut seen);
    seen.0
}
