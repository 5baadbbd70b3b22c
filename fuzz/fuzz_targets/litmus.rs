//! Any text is a litmus test that can be run and printed, or it is refused in words:
//! `cargo +nightly fuzz run litmus fuzz/corpus/litmus fuzz/seeds/litmus`.
#![no_main]

use cowscope_mmu::MemoryOrder;
use cowscope_mmu::litmus::{Test, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Test::parse(text) {
    // Small ones are run, too: the number of interleavings grows fast.
    Ok(test) if test.threads.iter().map(Vec::len).sum::<usize>() <= 8 => {
        if let Ok(verdict) = run(&test, MemoryOrder::Tso) {
            assert!(verdict.to_string().starts_with("Test "));
        }
    }
    Ok(_) => {}
    Err(error) => assert!(error.line >= 1 && error.to_string().len() < 500),
});
