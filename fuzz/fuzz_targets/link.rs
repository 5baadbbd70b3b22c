//! Any text is a link, which then survives being written, or it is refused in words: `cargo +nightly fuzz run link`.
#![no_main]

use cowscope_core::link::Link;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Link::parse(text) {
    Ok(link) => assert_eq!(Link::parse(&link.to_string()), Ok(link)),
    Err(error) => assert!(error.to_string().len() < 500),
});
