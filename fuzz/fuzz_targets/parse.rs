//! `cargo fuzz run parse fuzz/corpus/parse fuzz/seeds/parse core/tests/lang/syntax core/tests/lang/good`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../bodies/parse.rs"]
mod body;

fuzz_target!(|text: &str| body::try_text(text));
