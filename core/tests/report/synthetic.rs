//! Small traces by hand, one step a line: see the `.trace` files beside this one.

use cowscope_core::link::{Agent, AgentKind, Digest};
use cowscope_core::trace::*;

/// Reads a trace. These files are part of the test: a mistake in one panics.
pub fn read(text: &str) -> Trace {
    let mut trace = Trace { format: FORMAT, header: header(), steps: Vec::new() };
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if !header_line(&mut trace.header, line) {
            let step = step(trace.steps.len() as u32 + 1, line, trace.header.columns.len() as u8);
            trace.steps.push(step);
        }
    }
    // the last step of a call ends it
    let mut ended = std::collections::BTreeSet::new();
    for step in trace.steps.iter_mut().rev() {
        step.returns = step.call != 0 && ended.insert(step.call);
    }
    trace
}

fn header() -> Header {
    Header { generator: "cowscope 0.0.0".into(), semantics: 1, digest: Some(Digest(0x9c1e_22ab)), ..Header::default() }
}

fn header_line(header: &mut Header, line: &str) -> bool {
    let (word, rest) = line.split_once(' ').expect("a word and what it says");
    let named = || {
        let (id, title) = rest.split_once(" | ").expect("id | title");
        Named { id: id.into(), title: title.into() }
    };
    match word {
        "design" => header.design = named(),
        "scenario" => header.scenario = named(),
        "variant" => header.variant = Some(rest.into()),
        "scope" => header.scope = rest.into(),
        "link" => header.link = Some(rest.into()),
        "columns" => header.columns = rest.split(" | ").map(str::to_owned).collect(),
        "verdict" => verdict(header, rest),
        _ => return false,
    }
    true
}

fn verdict(header: &mut Header, rest: &str) {
    let mut numbers = Vec::new();
    for word in rest.split(' ') {
        match word {
            "breaks" => header.verdict = Verdict::Breaks,
            "run" => header.verdict = Verdict::Unasked,
            "race" => header.needs_race = Some(true),
            "norace" => header.needs_race = Some(false),
            "shortest" => header.shortest = true,
            number => numbers.push(number.parse().expect("a count")),
        }
    }
    if let [states, transitions, depth] = numbers[..] {
        header.counts = Some(Counts { states, transitions, depth });
    }
}

fn step(index: u32, line: &str, columns: u8) -> Step {
    let mut parts = line.split(" | ");
    let words: Vec<&str> = parts.next().expect("who").split(' ').collect();
    let [who, call, task, kind, rest @ ..] = words.as_slice() else { panic!("who call task kind stack: {line}") };
    let (letter, choice) = who.split_once('.').unwrap_or((who, "0/1"));
    let (pick, picks) = choice.split_once('/').expect("pick/picks");
    let agent = Agent::from_letter(letter.chars().next().expect("a letter")).expect("an agent");
    let stack = rest.join(" ");
    let mut step = Step {
        index,
        agent,
        column: if agent.kind() == AgentKind::Device { columns - 1 } else { agent.number() },
        pick: pick.parse().expect("a pick"),
        picks: picks.parse().expect("picks"),
        kind: serde_json::from_value((*kind).into()).expect("a kind of step"),
        task: (*task).into(),
        call: call.parse().expect("a call"),
        returns: false,
        stack: stack.split('>').filter(|f| !["", "-"].contains(f)).map(str::to_owned).collect(),
        place: place(parts.next().expect("a place")),
        accesses: Vec::new(),
        broken: Vec::new(),
        notes: Vec::new(),
        cycles: None,
    };
    for part in parts {
        match part.split_once(' ').expect("a letter and what it says") {
            ("N", note) => step.notes.push(note.into()),
            ("!", broken) => {
                let pieces: Vec<&str> = broken.splitn(3, ": ").collect();
                let [id, statement, detail] = pieces[..] else { panic!("id: statement: detail") };
                step.broken.push(Broken { id: id.into(), statement: statement.into(), detail: detail.into() });
            }
            (kind, rest) => step.accesses.push(access(kind, rest)),
        }
    }
    step
}

fn place(text: &str) -> Option<Place> {
    let (place, text) = text.split_once(' ')?;
    let (file, line) = place.split_once(':').expect("file:line");
    Some(Place { file: file.into(), line: line.parse().expect("a line"), text: format!("\t\t{text}") })
}

/// `R word value`, `W word old new`, `L` locked, `B` buffered, `K` takes a lock, `U` releases it; decoded texts in brackets.
fn access(kind: &str, rest: &str) -> Access {
    let (rest, texts) = rest.split_once(" (").map_or((rest, ""), |(rest, texts)| (rest, texts.trim_end_matches(')')));
    let words: Vec<&str> = rest.split(' ').collect();
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).expect("a value"),
        None => text.parse().expect("a value"),
    };
    let (old, new) = (number(words[1]), number(words.get(2).unwrap_or(&words[1])));
    let (old_text, new_text) = texts.split_once(" -> ").unwrap_or((texts, texts));
    let access_kind = match kind {
        "R" => AccessKind::Read,
        "W" | "U" => AccessKind::Write,
        "L" | "K" => AccessKind::Locked,
        "B" => AccessKind::Buffered,
        other => panic!("no access: {other}"),
    };
    let (old_text, new_text) = (old_text.to_owned(), new_text.to_owned());
    Access { word: words[0].into(), kind: access_kind, old, new, old_text, new_text, lock: "KU".contains(kind) }
}
