//! The different ways in which one thing breaks, told apart by the two accesses that collide.
//!
//! A search of every state meets a break by many ways. Some of them, evenly taken, are made as simple as they get; each then tells which
//! access came between which (as reports tell it), and of those with the same two the simplest stays.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::check::{Answer, Found, broken_as, passes};
use crate::explore::{Budget, Choice, Cost, Counts, Finding, Options, Progress, minimise, switches};
use crate::library::Loaded;
use crate::replay::trace_of;
use crate::report::crossing;
use crate::session::Session;
use crate::system::System;
use crate::trace::{Place, Step, Trace};

/// Two accesses that collide: where each stands, and who made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The access that was gone by; `task, file:line`.
    pub first: String,
    /// The change that came behind it.
    pub second: String,
}

/// A way in which something breaks.
#[derive(Clone, Debug)]
pub struct Way {
    /// Id of the break.
    pub id: String,
    pub pair: Pair,
    /// The word over which the two collide.
    pub word: String,
    /// As simple as leaving out and merging makes it; not proven shortest.
    pub schedule: Vec<Choice>,
    pub cost: Cost,
    /// A link that shows it.
    pub link: String,
}

/// Schedules of each break that are looked at, at most.
const OTHERS: usize = 48;
/// Steps tried to make one of them simpler, at most.
const TRIES: u64 = 20_000;

/// The ways in which what `answer` has found breaks besides the schedules that it shows: one for each other pair of accesses that was
/// met, simplest first. Breaks that need no race have none.
pub fn other_ways(
    loaded: &Loaded,
    answer: &Answer,
    budget: Budget,
    progress: &mut dyn FnMut(&Counts) -> Progress,
) -> Vec<Way> {
    let racy = |f: &&Found| f.needs_race != Some(false);
    let mut known: BTreeMap<&str, BTreeSet<Pair>> = BTreeMap::new();
    for found in answer.found.iter().filter(racy) {
        let trace = trace_of_schedule(loaded, &found.schedule, &found.id);
        known.insert(&found.id, pair_of(&trace).map(|(pair, _)| pair).into_iter().collect());
    }
    let mut out = Vec::new();
    if known.is_empty() {
        return out;
    }
    let options = Options { others: OTHERS, ..Options::default() };
    passes(loaded.system.clone(), (options, budget), progress, &mut |pass, progress| {
        for finding in pass.findings {
            let id = broken_as(pass.model, finding.what, loaded).0;
            let Some(pairs) = known.get_mut(id.as_str()) else { continue };
            for (cost, schedule) in simplified(pass.model, finding) {
                if progress(&pass.counts) == Progress::Cancel {
                    return ControlFlow::Break(());
                }
                let trace = trace_of_schedule(loaded, &schedule, &id);
                if let Some((pair, word)) = pair_of(&trace)
                    && pairs.insert(pair.clone())
                {
                    let link = trace.header.link.unwrap_or_default();
                    out.push(Way { id: id.clone(), pair, word, schedule, cost, link });
                }
            }
        }
        ControlFlow::Continue(())
    });
    out.sort_by(|a, b| (&a.id, a.cost, &a.pair).cmp(&(&b.id, b.cost, &b.pair)));
    out
}

/// The schedules of a finding, as simple as they get, simplest first, each once.
fn simplified(model: &System, finding: &Finding) -> BTreeSet<(Cost, Vec<Choice>)> {
    let schedules = std::iter::once(&finding.schedule).chain(&finding.others);
    let simple = schedules.filter_map(|schedule| minimise(model, schedule, finding.what, TRIES));
    simple.map(|s| (Cost { switches: switches(model, &s), steps: s.len() as u32 }, s)).collect()
}

fn trace_of_schedule(loaded: &Loaded, schedule: &[Choice], id: &str) -> Trace {
    let mut session = Session::new(loaded.clone());
    session.set_schedule(schedule);
    session.go_to(u32::MAX);
    trace_of(&mut session, Some(id))
}

/// The two accesses that collide in a run, as reports tell them, and the word.
fn pair_of(trace: &Trace) -> Option<(Pair, String)> {
    let crossing = crossing(trace)?;
    let place = |step: &Step| {
        let at = step.place.as_ref().map_or(String::new(), |Place { file, line, .. }| format!(", {file}:{line}"));
        format!("{}{at}", step.task)
    };
    let (first, second) = (trace.steps.get(crossing.first)?, trace.steps.get(crossing.between)?);
    Some((Pair { first: place(first), second: place(second) }, crossing.word))
}
