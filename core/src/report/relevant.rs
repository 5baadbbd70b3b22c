//! Which steps of a run a reader needs to see.

use super::crossing::Crossing;
use crate::trace::{Access, AccessKind, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// Runs of up to this many steps are shown whole.
const SHORT: usize = 16;
/// With more steps than this to show, only those are that have to do with the frame at the centre.
const MANY: usize = 24;

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
        let mut relevant = Relevant { words, whole: trace.steps.len() <= SHORT };
        if !relevant.whole && trace.steps.iter().filter(|step| relevant.step(step)).count() > MANY {
            relevant.narrow(trace, crossing);
        }
        relevant
    }

    /// Leaves only words of the frames that the break and the crossing are about, where they are about any.
    fn narrow(&mut self, trace: &'t Trace, crossing: Option<&Crossing>) {
        let breaking = trace.breaking_step().into_iter().flat_map(|step| &step.accesses);
        let crossed = crossing.into_iter().flat_map(|c| [c.first, c.between, c.last]);
        let crossed = crossed.filter_map(|i| trace.steps.get(i)).flat_map(|step| &step.accesses);
        let centre: Vec<&Access> = breaking.chain(crossed).filter(|a| self.word(a)).collect();
        let frames: BTreeSet<u64> = centre.iter().flat_map(|a| frames_of(a)).collect();
        if frames.is_empty() {
            return;
        }
        let mut words: BTreeSet<&str> = centre.into_iter().map(|a| a.word.as_str()).collect();
        for access in trace.steps.iter().flat_map(|s| &s.accesses).filter(|a| self.word(a)) {
            if frames_of(access).iter().any(|frame| frames.contains(frame)) {
                words.insert(&access.word);
            }
        }
        self.words = words;
    }

    /// True when this word matters to more than one column, and the access is more than a store of what was there already.
    pub(super) fn word(&self, access: &Access) -> bool {
        let stored = access.kind == AccessKind::Write || (access.kind == AccessKind::Locked && access.old == 0);
        let idle = stored && access.old == access.new;
        !idle && self.words.contains(access.word.as_str())
    }

    /// True when a condensed report shows this step.
    pub(super) fn step(&self, step: &Step) -> bool {
        self.whole || !step.broken.is_empty() || step.accesses.iter().any(|a| self.word(a))
    }
}

/// The frames that an access is about, by what its word is called (`frame 3 word 0`, `mem_map[3].mapcount`) and by what its
/// values say (`frame 3 W U`).
pub(super) fn frames_of(access: &Access) -> Vec<u64> {
    let named = access.word.strip_prefix("mem_map[").into_iter();
    let texts = [access.word.as_str(), &access.old_text, &access.new_text].into_iter();
    let number = |text: &str| {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..digits].parse().ok()
    };
    named.chain(texts.filter_map(|text| text.strip_prefix("frame "))).filter_map(number).collect()
}
