//! Any text ends in a unit or in diagnostics, with places inside the text; the highlighter and the renderer take it too.
//! Seeds: `cargo +nightly fuzz run parse fuzz/corpus/parse core/tests/lang/syntax core/tests/lang/good`.
#![no_main]

use cowscope_core::lang::highlight::highlight;
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::render::{render, report};
use cowscope_core::lang::source::Sources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let Ok(file) = sources.add("text.c", text) else { return };
    let (_, diags) = parser::parse(file, text, &mut Macros::with_options([("N", 3)]), &mut TypeNames::new());
    for d in &diags {
        assert!(d.span.lo <= d.span.hi && d.span.hi as usize <= text.len());
        report(&sources, d);
    }
    render(&sources, &diags, false);
    highlight(text);
});
