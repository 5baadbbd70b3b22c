//! Between links and questions: what a link says to run, and which link says it.

use crate::library::{Loaded, library};
use crate::link::{FlushKind, Link, MemoryModel, OwnFile, Run, Settings, TlbMode};
use crate::session::Session;
use crate::view::Question;

/// A link to a question, without a run.
pub fn link_to(loaded: &Loaded) -> Link {
    let q = &loaded.question;
    let lib = library();
    let mut link = Link::new(q.design.clone(), q.scenario.clone());
    let design = lib.designs.iter().find(|d| d.id == q.design);
    let default = |name: &str| design?.switches.iter().find(|s| s.name == name).map(|s| s.default);
    let settings = |list: &[(String, i64)]| list.iter().map(|(n, v)| (n.clone(), v.to_string())).collect::<Settings>();
    link.switches = settings(&q.switches);
    link.switches.retain(|name, value| default(name).is_none_or(|d| d.to_string() != *value));
    link.sizes = settings(&q.sizes);
    let first = lib.scenarios.iter().find(|s| s.id == q.scenario).and_then(|s| s.variants.first());
    link.variant = (!q.variant.is_empty() && first.is_none_or(|f| f.id != q.variant)).then(|| q.variant.clone());
    let given = lib.machine.get(&q.scenario);
    for (name, value) in &q.machine {
        let scenario_says = given.into_iter().flatten().any(|(n, v)| n == name && v == value);
        if scenario_says {
            continue;
        }
        let o = &mut link.options;
        match (name.as_str(), value.as_str()) {
            ("memory", "tso") => o.memory = Some(MemoryModel::Tso),
            ("memory", _) => o.memory = Some(MemoryModel::Sc),
            ("tlb", "any") => o.tlb = Some(TlbMode::May),
            ("tlb", _) => o.tlb = Some(TlbMode::Concrete),
            ("cost", table) => o.costs = Some(table.to_owned()),
            ("flush", "broadcast") => o.flush = Some(FlushKind::Broadcast),
            _ => o.flush = Some(FlushKind::Ipi),
        }
    }
    link.own = q.edits.iter().map(|(path, text)| OwnFile { path: path.clone(), text: text.clone() }).collect();
    link
}

/// The question that a link asks.
///
/// # Errors
/// In words, where a switch or a size has a value that is no number.
pub fn question_of(link: &Link) -> Result<Question, String> {
    let mut machine = Vec::new();
    let mut add = |n: &str, v: Option<&str>| machine.extend(v.map(|v| (n.to_string(), v.to_string())));
    let options = &link.options;
    add("memory", options.memory.map(|m| if m == MemoryModel::Tso { "tso" } else { "sc" }));
    add("tlb", options.tlb.map(|t| if t == TlbMode::May { "any" } else { "concrete" }));
    add("flush", options.flush.map(|f| if f == FlushKind::Broadcast { "broadcast" } else { "ipi" }));
    add("cost", options.costs.as_deref());
    Ok(Question {
        design: link.design.clone(),
        switches: numbers(&link.switches)?,
        scenario: link.scenario.clone(),
        variant: link.variant.clone().unwrap_or_default(),
        sizes: numbers(&link.sizes)?,
        machine,
        edits: link.own.iter().map(|o| (o.path.clone(), o.text.clone())).collect(),
    })
}

fn numbers(settings: &Settings) -> Result<Vec<(String, i64)>, String> {
    let number = |(name, value): (&String, &String)| match value.parse() {
        Ok(value) => Ok((name.clone(), value)),
        Err(_) => Err(format!("`{name}` can't be `{value}`: it is a number")),
    };
    settings.iter().map(number).collect()
}

/// The run of a session as far as it has got, as a link that opens at its position.
pub fn link_of(session: &Session) -> Link {
    let mut link = link_to(&session.loaded);
    link.run = Run::Schedule(session.turns());
    link.digest = Some(session.digest());
    link.trail = Some(session.trail()).filter(|_| session.position() > 0);
    link.texts = session.texts();
    link.breaks = session.last().and_then(|s| s.broken.first()).map(|b| b.id.clone());
    link
}
