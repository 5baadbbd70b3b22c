//! What would repair a break: each switch of the design turned the other way, and the same question searched again.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::check::{broken_as, passes};
use crate::explore::{Budget, Counts, End, Options, Progress};
use crate::library::{Library, Loaded, library_with, load};
use crate::view::{Flag, Question};

/// A switch whose other position takes breaks away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    pub switch: String,
    pub value: i64,
    /// What the switch does.
    pub title: String,
    /// Ids of the breaks that are gone, of those that were known.
    pub mends: Vec<String>,
    /// Ids of what breaks with the switch so; empty: it holds.
    pub left: Vec<String>,
    /// The same question with the switch so.
    pub question: Question,
}

/// What became of the switches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Those that mend the most stand first.
    pub found: Vec<Repair>,
    /// Settings whose search ran out of its budget, or was stopped: nothing is said of them.
    pub undecided: u32,
}

/// Turns one switch of the design at a time, and searches each question to the end, up to `budget` each. `known` are the
/// ids of what breaks as the switches stand.
///
/// A setting under which the question can't be asked (it does not compile, its set-up does not end) repairs nothing.
pub fn repairs(
    loaded: &Loaded,
    known: &BTreeSet<&str>,
    budget: Budget,
    progress: &mut dyn FnMut(&Counts) -> Progress,
) -> Repairs {
    let mut out = Repairs::default();
    if known.is_empty() {
        return out;
    }
    let lib = library_with(&loaded.question.edits);
    for (flag, (value, _), question) in other_settings(&lib, &loaded.question) {
        let Ok(other) = load(&question) else { continue };
        let Some(left) = broken_ids(&other, budget, progress) else {
            out.undecided += 1;
            continue;
        };
        let mends: Vec<String> = known.iter().filter(|id| !left.contains(**id)).map(|id| id.to_string()).collect();
        if !mends.is_empty() {
            let left = left.into_iter().collect();
            out.found.push(Repair {
                switch: flag.name.clone(),
                value: *value,
                title: flag.title.clone(),
                mends,
                left,
                question,
            });
        }
    }
    out.found.sort_by_key(|r| (r.left.len(), std::cmp::Reverse(r.mends.len())));
    out
}

/// Every question that differs in the position of one switch of its design, as `lib` knows it: the switch, the position with
/// its label, the question.
pub fn other_settings<'a>(lib: &'a Library, question: &Question) -> Vec<(&'a Flag, &'a (i64, String), Question)> {
    let Some(design) = lib.designs.iter().find(|d| d.id == question.design) else { return Vec::new() };
    let mut out = Vec::new();
    for flag in &design.switches {
        let set = question.switches.iter().find(|(name, _)| *name == flag.name).map(|(_, value)| *value);
        let now = set.unwrap_or(flag.default);
        for position in flag.values.iter().filter(|(value, _)| *value != now) {
            let mut other = question.clone();
            other.switches.retain(|(name, _)| *name != flag.name);
            if position.0 != flag.default {
                other.switches.push((flag.name.clone(), position.0));
            }
            out.push((flag, position, other));
        }
    }
    out
}

/// The ids of everything that breaks; `None` when a budget or somebody ended the search.
fn broken_ids(
    loaded: &Loaded,
    budget: Budget,
    progress: &mut dyn FnMut(&Counts) -> Progress,
) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    let mut whole = true;
    passes(loaded.system.clone(), (Options::default(), budget), progress, &mut |pass, _| {
        whole = pass.end == End::Complete;
        ids.extend(pass.fresh.iter().map(|f| broken_as(pass.model, f.what, loaded).0));
        if whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    whole.then_some(ids)
}
