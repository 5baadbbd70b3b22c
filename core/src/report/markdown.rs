//! A run as Markdown: for issues, wikis, course notes.

use super::text::count;
use super::{TableOptions, explain, table};
use crate::trace::{Trace, Verdict};

/// The report: what was run, the explanation, the table, the link. Plain CommonMark; nothing in it is read as HTML.
pub fn markdown(trace: &Trace) -> String {
    let header = &trace.header;
    let mut out = format!("# {}: {}\n\n", escape(&header.scenario.title), verdict_word(header.verdict));
    for (name, value) in facts(trace) {
        out.push_str(&format!("- {name}: {value}\n"));
    }
    out.push('\n');
    for paragraph in explain(trace) {
        out.push_str(&escape(&paragraph));
        out.push_str("\n\n");
    }
    let table = table(trace, &TableOptions::default());
    let fence = "`".repeat(longest_run(&table).max(2) + 1);
    out.push_str(&format!("{fence}text\n{table}{fence}\n"));
    if let Some(link) = &header.link {
        out.push_str(&format!("\nReplay: {}\n", code(link)));
    }
    out
}

pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaks => "breaks",
        Verdict::Holds => "holds",
        Verdict::NotDecided => "not decided",
        Verdict::Unasked => "one run",
    }
}

fn facts(trace: &Trace) -> Vec<(&'static str, String)> {
    let header = &trace.header;
    let named = |id: &str, settings: &crate::link::Settings| {
        let settings = settings.iter().map(|(name, value)| format!(" {name}={value}"));
        code(&format!("{id}{}", settings.collect::<String>()))
    };
    let mut facts = vec![
        ("Design", format!("{} {}", named(&header.design.id, &header.switches), escape(&header.design.title))),
        ("Scenario", named(&header.scenario.id, &header.sizes)),
    ];
    facts.extend(header.variant.as_ref().map(|variant| ("Variant", code(variant))));
    facts.push(("Scope", escape(&header.scope)));
    if let Some(counts) = header.counts {
        let (states, transitions) = (count(counts.states, "state"), count(counts.transitions, "transition"));
        facts.push(("Search", format!("{states}, {transitions}, depth {}", counts.depth)));
    }
    facts.extend(header.digest.map(|digest| ("End state", code(&digest.to_string()))));
    facts.push(("Made by", format!("{}, semantics {}", escape(&header.generator), header.semantics)));
    facts
}

/// Text of which nothing is read as Markdown or HTML.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Text as code.
fn code(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let ticks = "`".repeat(longest_run(&clean) + 1);
    let pad = if clean.starts_with('`') || clean.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{clean}{pad}{ticks}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
