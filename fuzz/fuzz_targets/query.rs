//! Any line is answered with one JSON object on one line: `cargo +nightly fuzz run query fuzz/corpus/query fuzz/seeds/query`.
#![no_main]

use cowscope_mmu::query::answer_line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let mut out = String::new();
    answer_line(1, line, &mut out);
    assert!(out.starts_with('{') && out.ends_with('}') && !out.contains('\n'));
});
