//! Any text is a link or is refused: `cargo +nightly fuzz run link`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../bodies/link.rs"]
mod link;

fuzz_target!(|text: &str| link::try_text(text));
