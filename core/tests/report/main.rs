//! Reports of small traces, compared with files that were read by eyes. `UPDATE_GOLDEN=1 cargo test` writes them anew.

mod schema;
mod synthetic;

use cowscope_core::report::{TableOptions, crossing, explain, json, markdown, mermaid, svg, table};
use cowscope_core::trace::Trace;
use std::path::Path;

const TRACES: [(&str, &str); 3] = [
    ("founding", include_str!("founding.trace")),
    ("leak", include_str!("leak.trace")),
    ("buffers", include_str!("buffers.trace")),
];

fn trace(name: &str) -> Trace {
    let (_, text) = TRACES.into_iter().find(|(n, _)| *n == name).expect("a trace of that name");
    synthetic::read(text)
}

/// Compares what a report says of every trace with its golden file.
fn golden(extension: &str, report: impl Fn(&Trace) -> String) {
    for (name, text) in TRACES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/report/golden/{name}.{extension}"));
        let got = report(&synthetic::read(text));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &got).expect("the golden file can be written");
        }
        let wanted = std::fs::read_to_string(&path).expect("the golden file can be read");
        assert!(got == wanted, "{} is not what the report says:\n{got}", path.display());
    }
}

#[test]
fn tables() {
    golden("table.txt", |trace| table(trace, &TableOptions::default()));
    golden("all.txt", |trace| table(trace, &TableOptions { all: true, ..TableOptions::default() }));
}

#[test]
fn explanations() {
    golden("explain.txt", |trace| explain(trace).join("\n\n") + "\n");
}

#[test]
fn markdown_reports() {
    golden("md", markdown);
}

#[test]
fn mermaid_diagrams() {
    golden("mmd", mermaid);
}

#[test]
fn svg_drawings() {
    golden("svg", svg);
}

#[test]
fn json_traces_are_what_the_schema_says() {
    for (name, _) in TRACES {
        let text = json(&trace(name));
        schema::check(&text);
        assert_eq!(serde_json::from_str::<Trace>(&text).expect("it can be read back"), trace(name));
    }
}

#[test]
fn a_table_keeps_to_its_width_and_can_be_pasted() {
    for name in ["founding", "leak"] {
        for line in table(&trace(name), &TableOptions::default()).lines() {
            assert!(line.chars().count() <= 72 && line.trim_end() == line && line.is_ascii(), "{line:?}");
        }
    }
}

#[test]
fn the_crossing_is_the_one_that_matters() {
    let trace = trace("founding");
    let found = crossing(&trace).expect("somebody came between");
    assert_eq!((found.first + 1, found.between + 1, found.last + 1), (3, 8, 14));
    assert_eq!((found.word.as_str(), found.acted_on.as_str()), ("mem_map[3].mapcount", "mem_map[3].refcount"));
}

#[test]
fn nobody_comes_between_where_nothing_overlaps() {
    assert_eq!(crossing(&trace("leak")), None);
}

#[test]
fn whoever_looks_again_is_not_accused() {
    let mut trace = trace("founding");
    // CPU 1 reads the map count once more before it takes its reference: the old test is not what it acts on.
    let mut again = trace.steps[2].clone();
    again.accesses[0].old = 2;
    again.accesses[0].new = 2;
    trace.steps.insert(13, again);
    let found = crossing(&trace);
    assert!(found.is_none_or(|c| c.word != "mem_map[3].mapcount"));
}

#[test]
fn nothing_in_a_trace_breaks_out_of_a_drawing() {
    let drawing = svg(&trace("buffers"));
    for tag in drawing.split('<').skip(1).map(|t| t.split([' ', '>', '/']).next().unwrap_or("")) {
        assert!(["svg", "title", "desc", "rect", "text", "line", "path", "g", ""].contains(&tag), "<{tag}");
    }
    assert!(!drawing.contains("<script") && drawing.matches('<').count() == drawing.matches('>').count());
}

#[test]
fn an_empty_run_has_every_report() {
    let empty = Trace { format: 1, header: Default::default(), steps: Vec::new() };
    assert_eq!(explain(&empty), ["Nothing broke in this run of 0 steps."]);
    assert_eq!(table(&empty, &TableOptions::default()), "CPU 0\n-----\n");
    assert!(svg(&empty).ends_with("</svg>\n") && mermaid(&empty).starts_with("sequenceDiagram"));
    assert!(markdown(&empty).contains("```text"));
}
