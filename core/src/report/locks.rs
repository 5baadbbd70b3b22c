//! Which locks who held, read off a trace.

use super::text::list;
use crate::trace::Trace;

/// The locks that a column holds behind the step at `index`, in the order in which it took them: a lock word that it changes
/// is taken, and given back by its next change.
pub(super) fn held(trace: &Trace, column: u8, index: usize) -> Vec<&str> {
    let mut held: Vec<&str> = Vec::new();
    let steps = trace.steps.iter().take(index + 1).filter(|step| step.column == column);
    for access in steps.flat_map(|step| &step.accesses).filter(|a| a.lock && a.changes()) {
        match held.iter().position(|word| *word == access.word) {
            Some(at) => drop(held.remove(at)),
            None => held.push(&access.word),
        }
    }
    held
}

/// Which locks kept two steps of different columns apart, in a sentence: those of both, or that there was none.
pub(super) fn between(trace: &Trace, a: usize, b: usize) -> String {
    let of = |index: usize| {
        let column = trace.steps[index].column;
        (trace.column_name(column), held(trace, column, index))
    };
    let ((name_a, held_a), (name_b, held_b)) = (of(a), of(b));
    let both: Vec<&str> = held_a.iter().copied().filter(|lock| held_b.contains(lock)).collect();
    if !both.is_empty() {
        return format!("Both held {}, which lets both in", named(&both));
    }
    match (held_a.as_slice(), held_b.as_slice()) {
        ([], []) => "Neither held a lock".to_owned(),
        (a, []) => format!("{name_a} held {}, {name_b} no lock", named(a)),
        ([], b) => format!("{name_b} held {}, {name_a} no lock", named(b)),
        (a, b) => format!("{name_a} held {}, {name_b} {}: no lock of both", named(a), named(b)),
    }
}

fn named(locks: &[&str]) -> String {
    let name = |lock: &&str| match lock.strip_suffix(".flags") {
        Some(page) => format!("the lock of {page}"),
        None => lock.to_string(),
    };
    list(&locks.iter().map(name).collect::<Vec<_>>())
}
