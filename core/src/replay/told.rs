//! Runs as traces, with all that is known about them.

use super::question::link_of;
use crate::check::{Answer, Found, scope};
use crate::library::{Loaded, library};
use crate::link::{Bookmarks, Link, SEMANTICS};
use crate::session::Session;
use crate::trace::{Broken, Counts, FORMAT, Header, Named, Step, Trace, Verdict};

/// The run of a session, as far as it has got. `of_interest` is the id of the break it is about: what else broke on the way
/// becomes a note. Without one, the first break is what it is about.
pub fn trace_of(session: &mut Session, of_interest: Option<&str>) -> Trace {
    let mut steps: Vec<Step> = session.steps().cloned().collect();
    let at_end = session.broken_at_end();
    if let Some(last) = steps.last_mut() {
        let known: Vec<String> = last.broken.iter().map(|b| b.id.clone()).collect();
        last.broken.extend(at_end.into_iter().filter(|b| !known.contains(&b.id)));
    }
    if let Some(id) = of_interest {
        steps.iter_mut().for_each(|step| keep(step, id));
    }
    let header = header(session, of_interest);
    Trace { format: FORMAT, header, steps }
}

/// Marks what somebody marked: a bookmark is a note of the step behind which it stands; the link of the trace has them all.
pub fn mark(trace: &mut Trace, bookmarks: &Bookmarks) {
    for (at, label) in bookmarks {
        let step = trace.steps.iter_mut().find(|step| step.index == *at);
        let text = if label.is_empty() { "bookmark".to_owned() } else { format!("bookmark: {label}") };
        step.into_iter().for_each(|step| step.notes.push(text.clone()));
    }
    if let Some(Ok(link)) = trace.header.link.as_deref().map(Link::parse) {
        trace.header.link = Some(Link { bookmarks: bookmarks.clone(), ..link }.to_string());
    }
}

/// Leaves only the break `id` of what a step broke; the rest becomes notes.
fn keep(step: &mut Step, id: &str) {
    let (kept, others): (Vec<Broken>, Vec<Broken>) = step.broken.drain(..).partition(|b| b.id == id);
    step.broken = kept;
    step.notes.extend(others.into_iter().map(|b| format!("breaks {}", b.id)));
}

/// The run that shows a break, with what the search has found out about it.
pub fn trace_of_break(loaded: &Loaded, answer: &Answer, found: &Found) -> Trace {
    let mut session = Session::new(loaded.clone());
    session.set_schedule(&found.schedule);
    session.go_to(u32::MAX);
    let mut trace = trace_of(&mut session, Some(&found.id));
    trace.header.verdict = Verdict::Breaks;
    trace.header.needs_race = found.needs_race;
    trace.header.shortest = found.proven;
    let counts = &answer.counts;
    trace.header.counts = Some(Counts { states: counts.states, transitions: counts.transitions, depth: counts.depth });
    trace
}

fn header(session: &Session, of_interest: Option<&str>) -> Header {
    let loaded = &session.loaded;
    let (q, lib) = (&loaded.question, library());
    let design = lib.designs.iter().find(|d| d.id == q.design).map_or("", |d| &d.title);
    let scenario = lib.scenarios.iter().find(|s| s.id == q.scenario).map_or("", |s| &s.title);
    let named = |id: &str, title: &str| {
        let title = if title.is_empty() { id } else { title };
        Named { id: id.to_owned(), title: title.to_owned() }
    };
    let mut link = link_of(session);
    if let Some(id) = of_interest {
        link.breaks = Some(id.to_owned());
    }
    if link.breaks.is_some() {
        // It opens one step before the end: the last one is there to be taken.
        link.at = session.position().checked_sub(1);
    }
    let cpus = (0..loaded.system.machine.cpus()).map(|cpu| format!("CPU {cpu}"));
    let devices = loaded.system.tasks.iter().filter(|t| t.device).map(|t| t.title.clone());
    Header {
        generator: format!("cowscope {}", env!("CARGO_PKG_VERSION")),
        semantics: SEMANTICS,
        design: named(&q.design, design),
        switches: link.switches.clone(),
        scenario: named(&q.scenario, scenario),
        variant: Some(q.variant.clone()).filter(|v| !v.is_empty()),
        sizes: link.sizes.clone(),
        scope: scope(loaded),
        verdict: Verdict::Unasked,
        needs_race: None,
        shortest: false,
        counts: None,
        digest: link.digest,
        link: Some(link.to_string()),
        columns: cpus.chain(devices).collect(),
    }
}
