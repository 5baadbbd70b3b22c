//! Which steps of a run a reader needs to see.

use super::crossing::Crossing;
use crate::trace::{Access, AccessKind, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// Runs of up to this many steps are shown whole.
const SHORT: usize = 16;

/// Words that matter to more than one column, and the steps that touch them.
pub(super) struct Relevant<'t> {
    words: BTreeSet<&'t str>,
    whole: bool,
}

impl<'t> Relevant<'t> {
    /// Words that one column changes and another reads or changes, locks left out; and the words of the breaking step.
    pub(super) fn of(trace: &'t Trace, crossing: Option<&Crossing>) -> Self {
        let mut users: BTreeMap<&str, (BTreeSet<u8>, bool)> = BTreeMap::new();
        for step in &trace.steps {
            for access in step.accesses.iter().filter(|a| !a.lock) {
                let (columns, changed) = users.entry(&access.word).or_default();
                columns.insert(step.column);
                *changed |= access.changes() || access.kind == AccessKind::Buffered;
            }
        }
        let mut words: BTreeSet<&str> =
            users.into_iter().filter(|(_, (columns, changed))| columns.len() > 1 && *changed).map(|(w, _)| w).collect();
        let broken = trace.breaking_step().into_iter().flat_map(|step| &step.accesses);
        words.extend(broken.map(|access| access.word.as_str()));
        if let Some(crossing) = crossing {
            words.extend(
                trace
                    .steps
                    .iter()
                    .flat_map(|s| &s.accesses)
                    .map(|a| a.word.as_str())
                    .filter(|w| *w == crossing.word || *w == crossing.acted_on),
            );
        }
        Relevant { words, whole: trace.steps.len() <= SHORT }
    }

    /// True when this word matters to more than one column.
    pub(super) fn word(&self, access: &Access) -> bool {
        self.words.contains(access.word.as_str())
    }

    /// True when a condensed report shows this step.
    pub(super) fn step(&self, step: &Step) -> bool {
        self.whole || !step.broken.is_empty() || step.accesses.iter().any(|a| self.word(a))
    }
}
