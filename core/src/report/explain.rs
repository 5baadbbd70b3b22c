//! A run in words, built from what its steps did.

use super::crossing::{Crossing, crossing};
use super::locks;
use super::story::story;
use super::text::{clause, count, list, wrap};
use crate::trace::{Access, AccessKind, Step, StepKind, Trace, Verdict};
use std::collections::BTreeMap;

/// The explanation, a paragraph each: what broke, who was doing what, who came between, where the last value came from,
/// whether it takes a race.
pub fn explain(trace: &Trace) -> Vec<String> {
    let crossing = crossing(trace);
    let mut out = vec![what_broke(trace)];
    let story = story(trace);
    if story.is_empty() {
        out.extend(who_did_what(trace));
    }
    out.extend(story);
    out.extend(crossing.as_ref().map(|c| who_came_between(trace, c)));
    out.extend(where_it_came_from(trace));
    out.extend(overlap(trace));
    out.extend(race(trace));
    out
}

/// The explanation as text in lines of at most `width` characters, an empty line between paragraphs.
pub fn words(trace: &Trace, width: usize) -> String {
    let paragraphs: Vec<String> = explain(trace).iter().map(|told| wrap(told, width, 0).join("\n")).collect();
    paragraphs.join("\n\n") + "\n"
}

/// `CPU 1 (gup_fast_pte)`.
fn who(trace: &Trace, step: &Step) -> String {
    format!("{} ({})", trace.column_name(step.column), step.function())
}

fn what_broke(trace: &Trace) -> String {
    let Some(step) = trace.breaking_step() else {
        return match trace.header.verdict {
            Verdict::Holds => "Everything that must hold does, in every schedule within the scope.".to_owned(),
            _ => format!("Nothing broke in this run of {}.", count(trace.steps.len() as u64, "step")),
        };
    };
    let mut out = String::new();
    for broken in &step.broken {
        out.push_str(&format!("{} ", sentence(&broken.statement)));
        if !broken.detail.is_empty() {
            out.push_str(&format!("Here: {} ", sentence(&broken.detail)));
        }
    }
    let place = match &step.place {
        Some(place) => format!(", {}:{}", place.file, place.line),
        None => String::new(),
    };
    out.push_str(&format!("It broke at step {}, by {}{place}.", step.index, who(trace, step)));
    out
}

/// A sentence inside a sentence: what begins with a name keeps its capital.
fn lower(sentence: &str) -> String {
    match sentence.split_once(' ') {
        Some((first @ ("Both" | "Neither"), rest)) => format!("{} {rest}", first.to_lowercase()),
        _ => sentence.to_owned(),
    }
}

/// With a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

/// One call of the run.
struct Call<'t> {
    first: &'t Step,
    last: &'t Step,
    name: &'t str,
}

/// The calls, in the order of their beginning.
fn calls(trace: &Trace) -> Vec<Call<'_>> {
    let mut calls: BTreeMap<u32, Call> = BTreeMap::new();
    for step in trace.steps.iter().filter(|step| step.call != 0) {
        let name = step.stack.first().map_or_else(|| step.function(), String::as_str);
        let call = calls.entry(step.call).or_insert(Call { first: step, last: step, name });
        call.last = step;
        if call.first.kind != StepKind::Kernel && step.kind == StepKind::Kernel && call.name == call.first.function() {
            call.name = name;
        }
    }
    let mut calls: Vec<Call> = calls.into_values().collect();
    calls.sort_by_key(|call| call.first.index);
    calls
}

/// More calls than this are not told one by one.
const MANY_CALLS: usize = 12;

fn who_did_what(trace: &Trace) -> Option<String> {
    let calls = calls(trace);
    if calls.is_empty() || calls.len() > MANY_CALLS {
        return None;
    }
    let told = calls.iter().map(|call| {
        let (from, to) = (call.first.index, call.last.index);
        let steps = if from == to { format!("step {from}") } else { format!("steps {from} to {to}") };
        format!("{} ran {} ({steps})", trace.column_name(call.first.column), call.name)
    });
    Some(format!("{}.", list(&told.collect::<Vec<_>>())))
}

/// Which calls went on at the same time.
fn overlap(trace: &Trace) -> Option<String> {
    let calls = calls(trace);
    let overlapping = calls.iter().enumerate().find_map(|(i, a)| {
        let b = calls[i + 1..]
            .iter()
            .find(|b| b.first.column != a.first.column && (b.first.index < a.last.index || !a.last.returns))?;
        Some(format!(
            "{} of {} and {} of {} overlap.",
            a.name,
            trace.column_name(a.first.column),
            b.name,
            trace.column_name(b.first.column)
        ))
    });
    overlapping.or_else(|| (2..=MANY_CALLS).contains(&calls.len()).then(|| "No two of these calls overlap.".to_owned()))
}

/// The access of `step` to `word`, or its last one.
fn access_to<'t>(step: &'t Step, word: &str) -> Option<&'t Access> {
    step.accesses.iter().rev().find(|a| a.word == word).or(step.accesses.last())
}

fn who_came_between(trace: &Trace, c: &Crossing) -> String {
    let (a, b, last) = (&trace.steps[c.first], &trace.steps[c.between], &trace.steps[c.last]);
    let (name_a, name_b) = (trace.column_name(a.column), trace.column_name(b.column));
    let did = |step: &Step, word: &str| access_to(step, word).map_or_else(|| "acted".to_owned(), clause);
    let changed = match a.accesses.iter().find(|x| x.word == c.word) {
        Some(seen) if seen.reads() => format!("What {name_a} had read was no longer so, and it did not look again"),
        _ => format!("What {name_a} had written there was no longer so, and it did not look"),
    };
    let locks = locks::between(trace, c.first, c.between);
    if c.between == c.last {
        return format!(
            "{name_b} changed what {name_a} goes by. {} {} (step {}). Then {} {} (step {}), and nothing had kept it from that: {}.",
            who(trace, a),
            did(a, &c.word),
            a.index,
            who(trace, b),
            did(b, &c.word),
            b.index,
            lower(&locks),
        );
    }
    let then = if last.broken.is_empty() {
        format!(
            "{name_a} went on all the same: in {} it {} (step {})",
            last.function(),
            did(last, &c.acted_on),
            last.index
        )
    } else {
        format!("{name_a} went on all the same, and broke it at step {}", last.index)
    };
    format!(
        "{name_b} came between. {} {} (step {}). Then {} {} (step {}). {changed}. {then}. {locks}.",
        who(trace, a),
        did(a, &c.word),
        a.index,
        who(trace, b),
        did(b, &c.word),
        b.index,
    )
}

/// Where the values that the breaking step read came from: who wrote them last.
fn where_it_came_from(trace: &Trace) -> Option<String> {
    let at = trace.steps.iter().position(|step| !step.broken.is_empty())?;
    let breaking = &trace.steps[at];
    let mut told = Vec::new();
    for access in breaking.accesses.iter().filter(|a| a.kind == AccessKind::Read && !a.lock) {
        let value = access.old_shown();
        let writer = trace.steps[..at]
            .iter()
            .rev()
            .find(|step| step.accesses.iter().any(|a| a.word == access.word && a.changes()));
        told.push(match writer {
            Some(writer) => {
                format!("the {value} in {} was written at step {} by {}", access.word, writer.index, who(trace, writer))
            }
            None => format!("the {value} in {} was there from the start", access.word),
        });
    }
    for access in breaking.accesses.iter().filter(|a| a.kind == AccessKind::Write && !a.lock) {
        told.push(format!("it {}", clause(access)));
    }
    if told.is_empty() {
        return None;
    }
    Some(format!("At the last step, {}.", list(&told)))
}

fn race(trace: &Trace) -> Option<String> {
    trace.breaking_step()?;
    let switches = match trace.context_switches() {
        0 => "no context switch".to_owned(),
        n => count(u64::from(n), "context switch").replace("switchs", "switches"),
    };
    let fewest = if trace.header.shortest { ", the fewest that do it" } else { "" };
    let race = match trace.header.needs_race {
        Some(true) => " It needs a race: the same calls, one after the other in any order, do not break it.",
        Some(false) => " It needs no race: the same calls, one after the other, break it too.",
        None => "",
    };
    Some(format!("{} with {switches}{fewest}.{race}", count(trace.steps.len() as u64, "step")))
}
