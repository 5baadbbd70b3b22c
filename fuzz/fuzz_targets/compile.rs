//! `cargo fuzz run compile fuzz/corpus/compile fuzz/seeds/compile core/tests/lang/semantics core/tests/lang/errors core/models`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../bodies/compile.rs"]
mod body;

fuzz_target!(|text: &str| body::try_text(text));
