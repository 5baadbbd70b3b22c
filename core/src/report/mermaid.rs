//! A run as a Mermaid sequence diagram.

use super::crossing::crossing;
use super::relevant::Relevant;
use super::text::shorten;
use crate::trace::{Access, AccessKind, Trace};
use std::collections::BTreeMap;

/// With more objects than this, all of them share one participant.
const MANY_OBJECTS: usize = 6;
/// Characters of a message.
const LONGEST: usize = 60;

/// The diagram: a participant for each column and each object that more than one of them touches; reads and writes as messages.
pub fn mermaid(trace: &Trace) -> String {
    let crossing = crossing(trace);
    let relevant = Relevant::of(trace, crossing.as_ref());
    let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
    for access in trace.steps.iter().flat_map(|s| &s.accesses).filter(|a| relevant.word(a)) {
        let next = objects.len();
        objects.entry(access.object()).or_insert(next);
    }
    let merged = objects.len() > MANY_OBJECTS;
    let object_id = |access: &Access| {
        let number = if merged { 0 } else { objects.get(access.object()).copied().unwrap_or(0) };
        format!("M{number}")
    };
    let mut out = "sequenceDiagram\n    autonumber\n".to_owned();
    for column in 0..trace.columns() {
        out.push_str(&format!("    participant C{column} as {}\n", escape(&trace.column_name(column as u8))));
    }
    if merged {
        out.push_str("    participant M0 as memory\n");
    } else {
        let mut named: Vec<(&str, usize)> = objects.iter().map(|(name, id)| (*name, *id)).collect();
        named.sort_by_key(|(_, id)| *id);
        for (name, id) in named {
            out.push_str(&format!("    participant M{id} as {}\n", escape(name)));
        }
    }
    let mut functions = vec![String::new(); trace.columns()];
    for step in trace.steps.iter().filter(|step| relevant.step(step)) {
        let column = usize::from(step.column);
        if functions[column] != step.function() {
            functions[column] = step.function().to_owned();
            out.push_str(&format!("    Note over C{column}: {}\n", escape(step.function())));
        }
        for access in step.accesses.iter().filter(|a| relevant.word(a)) {
            out.push_str(&format!("    {}\n", message(column, &object_id(access), access)));
        }
        for broken in &step.broken {
            out.push_str(&format!("    Note over C{column}: breaks {}\n", escape(&broken.id)));
        }
    }
    out
}

fn message(column: usize, object: &str, access: &Access) -> String {
    let part = access.word.rsplit_once('.').map_or("", |(_, part)| part);
    let name = if part.is_empty() { String::new() } else { format!("{part} ") };
    let (old, new) = (access.old_shown(), access.new_shown());
    match access.kind {
        AccessKind::Read => format!("{object}-->>C{column}: {}", escape(&format!("{name}is {old}"))),
        AccessKind::Write => format!("C{column}->>{object}: {}", escape(&format!("{name}{old} → {new}"))),
        AccessKind::Locked => format!("C{column}->>{object}: {}", escape(&format!("{name}{old} → {new} (locked)"))),
        AccessKind::Buffered => {
            format!("C{column}-)C{column}: {}", escape(&format!("buffers {} = {new}", access.word)))
        }
    }
}

/// Text that Mermaid reads as text: its own escapes for what would end a statement or start a tag.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in shorten(text, LONGEST).chars() {
        match c {
            '#' | ';' | '<' | '>' | '"' | '&' | '%' | ':' | '{' | '}' => out.push_str(&format!("#{};", c as u32)),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    // "end" alone is a keyword.
    if out.trim().eq_ignore_ascii_case("end") { format!("{out}.") } else { out }
}
