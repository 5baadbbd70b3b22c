//! How diagnostics look: `lang/render/mixed.c` as text, in colour and as the editor gets it.
//!
//! `UPDATE_EXPECTED=1 cargo test -p cowscope-core --test lang_render` writes the expected files; read the difference.

use cowscope_core::lang::ast::Span;
use cowscope_core::lang::diag::Diagnostic;
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::render::{Report, render, report};
use cowscope_core::lang::source::Sources;
use std::path::Path;

fn mixed() -> (Sources, Vec<Diagnostic>) {
    let text = include_str!("lang/render/mixed.c");
    let mut sources = Sources::new();
    let file = sources.add("scenario/mixed.c", text).unwrap();
    let diags = parser::parse(file, text, &mut Macros::with_options([("SEQCOUNT", 1)]), &mut TypeNames::new()).1;
    (sources, diags)
}

fn same_as(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lang/render").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected && !found.is_empty(), "{}\n-- found\n{found}\n-- expected\n{expected}", path.display());
}

#[test]
fn as_text() {
    let (sources, diags) = mixed();
    same_as("mixed.txt", &render(&sources, &diags, false));
}

#[test]
fn in_colour_it_is_the_same_text() {
    let (sources, diags) = mixed();
    let coloured = render(&sources, &diags, true);
    let mut plain = String::new();
    for (n, part) in coloured.split('\x1b').enumerate() {
        plain.push_str(if n == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, render(&sources, &diags, false));
    assert!(coloured.contains("\x1b[1;31merror[E0121]") && coloured.contains("\x1b[1;33mwarning[E0118]"));
}

#[test]
fn as_data_for_the_editor() {
    let (sources, diags) = mixed();
    let reports: Vec<Report> = diags.iter().map(|d| report(&sources, d)).collect();
    let json = serde_json::to_string_pretty(&reports).unwrap();
    same_as("mixed.json", &json);
    assert_eq!(serde_json::from_str::<Vec<Report>>(&json).unwrap(), reports);
    let utf16: Vec<u16> = sources.get(0).unwrap().text().encode_utf16().collect();
    let float = reports.iter().find(|r| r.code == "E0140").unwrap();
    let shown = String::from_utf16(&utf16[float.place.from as usize..float.place.to as usize]).unwrap();
    assert_eq!(shown, "float");
}

#[test]
fn a_place_that_is_not_there_leaves_the_words() {
    let nowhere = Diagnostic::error("E0100", Span { file: 7, lo: 5, hi: 9 }, "lost");
    assert_eq!(render(&Sources::new(), std::slice::from_ref(&nowhere), false), "error[E0100]: lost\n\n");
    assert_eq!(report(&Sources::new(), &nowhere).place.line, 1);
    let mut sources = Sources::new();
    sources.add("empty.c", "").unwrap();
    let behind = Diagnostic::error("E0100", Span { file: 0, lo: 5, hi: 9 }, "behind the end");
    assert!(render(&sources, &[behind], false).starts_with("error[E0100]: behind the end\n"));
}

#[test]
fn lines_that_nobody_can_read_are_only_named() {
    let text = format!("{}u65 x;", " ".repeat(200_000));
    let mut sources = Sources::new();
    sources.add("long.c", &*text).unwrap();
    let diags = parser::parse(0, &text, &mut Macros::new(), &mut TypeNames::new()).1;
    let shown = render(&sources, &diags, false);
    assert_eq!(
        shown,
        "error[E0124]: unknown type name `u65`\n  --> long.c:1:200001\n  = help: did you mean `u64`?\n\n"
    );
}
