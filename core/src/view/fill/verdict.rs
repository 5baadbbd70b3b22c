//! Fills the verdict: what a search found, in sentences and links.

use super::tour::Tour;
use crate::check::{Answer, Found};
use crate::explore::{self, Limit};
use crate::library::Loaded;
use crate::repair::other_settings;
use crate::replay::link_of;
use crate::session::Session;
use crate::trace;
use crate::view::{Break, Effort, End, Phrase, Race, Repair, Tone, Verdict};

/// The verdict that an answer gives on what was loaded; `milliseconds` is what the search took.
pub fn verdict(loaded: &Loaded, answer: &Answer, milliseconds: u64) -> Verdict {
    let mut breaks: Vec<(Break, Vec<Phrase>)> = answer.found.iter().map(|found| one(loaded, found)).collect();
    // a design's promises stand in the order of their weight
    let weight = |item: &Break| {
        let of_design =
            crate::library::library().promises.iter().filter(|promise| promise.design == loaded.question.design);
        of_design.map(|promise| &promise.id).position(|id| item.promise.ends_with(id.as_str())).map_or(0, |at| at + 1)
    };
    breaks.sort_by_key(|(item, _)| (item.switches, weight(item), item.steps));
    let end = match answer.verdict {
        trace::Verdict::Breaks => End::Breaks,
        trace::Verdict::Holds => End::Holds,
        trace::Verdict::NotDecided | trace::Verdict::Unasked => End::NotDecided,
    };
    let told = match (end, breaks.first()) {
        (End::Breaks, Some((_, told))) if !told.is_empty() => told.clone(),
        (End::Breaks, _) => vec![Phrase::plain("Nobody comes between: the calls break it by themselves.")],
        (End::Holds, _) => {
            vec![Phrase::plain("Every order in which these programs can run was tried: nothing breaks.")]
        }
        _ => vec![Phrase::plain("The search ended before every order was tried: nothing has broken so far.")],
    };
    Verdict {
        end,
        told,
        statement: answer
            .found
            .iter()
            .find(|found| breaks.first().is_some_and(|(first, _)| first.promise == found.id))
            .map_or_else(String::new, |found| found.statement.clone()),
        notes: limit(answer).into_iter().chain(notes(end, &breaks)).collect(),
        scope: answer.scope.clone(),
        effort: Effort {
            states: answer.counts.states,
            transitions: answer.counts.transitions,
            depth: answer.counts.depth,
            frontier: answer.counts.frontier,
            bytes: answer.counts.bytes,
            milliseconds,
        },
        repairs: if end == End::Breaks { repairs(loaded) } else { Vec::new() },
        breaks: breaks.into_iter().map(|(item, _)| item).collect(),
    }
}

/// A break as a list has it, and the sentence on its collision, if it has one.
fn one(loaded: &Loaded, found: &Found) -> (Break, Vec<Phrase>) {
    let mut session = Session::new(loaded.clone());
    session.set_schedule(&found.schedule);
    let mut tour = Tour::default();
    tour.follow(&mut session);
    session.go_to(u32::MAX);
    let collision = tour.collision().cloned();
    let mut link = link_of(&session);
    // one step before the collision: its second access comes next
    link.at = Some(collision.as_ref().map_or_else(|| session.position().saturating_sub(1), |pair| pair.second));
    let pair = collision.map_or_else(Vec::new, |pair| pair.told);
    let mut told = pair.clone();
    told.push(Phrase::plain(if pair.is_empty() { "This does not hold: " } else { " So this no longer holds: " }));
    told.push(Phrase { text: found.statement.clone(), tone: Tone::Strong });
    told.push(Phrase::plain("."));
    let item = Break {
        promise: found.id.clone(),
        told,
        race: match found.needs_race {
            Some(true) => Race::Needed,
            Some(false) => Race::NotNeeded,
            None => Race::Unknown,
        },
        steps: found.cost.steps,
        switches: found.cost.switches,
        shortest: found.proven,
        link: link.to_string().trim_start_matches('#').to_owned(),
    };
    (item, pair)
}

fn notes(end: End, breaks: &[(Break, Vec<Phrase>)]) -> Vec<String> {
    let Some((first, _)) = breaks.first().filter(|_| end == End::Breaks) else { return Vec::new() };
    let mut notes = vec![first.promise.clone()];
    notes.push(
        match first.race {
            Race::Needed => "needs a race",
            Race::NotNeeded => "needs no race: the same calls one after the other break too",
            Race::Unknown => "whether it needs a race was not decided",
        }
        .to_owned(),
    );
    if breaks.len() > 1 {
        let more: Vec<&str> = breaks[1..].iter().map(|(item, _)| item.promise.as_str()).collect();
        notes.push(format!("also breaks {}", more.join(", ")));
    }
    notes
}

/// That the search reached its budget, and which.
fn limit(answer: &Answer) -> Option<String> {
    let explore::End::BudgetReached(limit) = answer.end else { return None };
    let what = match limit {
        Limit::States => "states",
        Limit::Transitions => "steps",
        Limit::Bytes => "memory",
    };
    Some(format!("the budget of {what} was reached"))
}

/// Every switch turned the other way is a question worth asking.
fn repairs(loaded: &Loaded) -> Vec<Repair> {
    let settings = other_settings(crate::library::library(), &loaded.question).into_iter();
    settings
        .map(|(switch, (value, label), question)| {
            let what = if label.is_empty() { format!("{} = {value}", switch.name) } else { label.clone() };
            Repair { title: format!("{what}: {}", switch.title), question }
        })
        .collect()
}
