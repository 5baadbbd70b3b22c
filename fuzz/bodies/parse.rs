//! Any text ends in a unit or in diagnostics, with places inside the text; the highlighter and the renderer take it too.

use cowscope_core::lang::highlight::highlight;
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::render::{render, report};
use cowscope_core::lang::source::Sources;

/// Tries one text.
pub fn try_text(text: &str) {
    let mut sources = Sources::new();
    let Ok(file) = sources.add("text.c", text) else { return };
    let (_, diags) = parser::parse(file, text, &mut Macros::with_options([("N", 3)]), &mut TypeNames::new());
    for d in &diags {
        assert!(d.span.lo <= d.span.hi && d.span.hi as usize <= text.len());
        report(&sources, d);
    }
    render(&sources, &diags, false);
    highlight(text);
}
