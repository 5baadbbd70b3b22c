//! How fast the explorer is, natively and as WebAssembly, by the same clock. Reported, not asserted:
//! `cargo test --release -p cowscope-core --test speed -- --ignored --nocapture`, and
//! `./x wasm test --release -p cowscope-core --test speed -- --include-ignored --nocapture`.

#[path = "../../mmu/benches/clock/mod.rs"]
mod clock;

use clock::{now, say};
use cowscope_core::explore::{Budget, Exhaustive, Options, Search};
use cowscope_core::library::load;
use cowscope_core::models::{ASIDALLOC, PROTOCOL};
use cowscope_core::system::System;
use cowscope_core::view::Question;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The rate of the fastest of some runs: what the machine does when nobody else is on the core.
fn rate(name: &str, system: &System, runs: u32, seconds: f64) {
    let (mut best, mut transitions) = (f64::MAX, 0);
    for _ in 0..runs {
        let (start, mut times) = (now(), 0.0);
        loop {
            let mut search = Exhaustive::<System>::new(system.clone(), Options::default(), Budget::NONE);
            search.run(u64::MAX);
            (transitions, times) = (search.counts().transitions, times + 1.0);
            if now() - start >= seconds {
                break;
            }
        }
        best = best.min((now() - start) / times);
    }
    let million = transitions as f64 / best / 1e6;
    say(&format!("{name:<40} {transitions:>9} transitions {:>9.2} ms {million:>7.2} million a second", best * 1e3));
}

#[test]
#[ignore = "measures"]
fn rates() {
    for n in [2, 3] {
        let system = PROTOCOL.system(&[("N", n)]).expect("the protocol compiles");
        rate(&format!("protocol SF n={n}"), &system, 15, 0.05);
    }
    rate("asidalloc, 2 tasks", &ASIDALLOC.system(&[]).expect("it compiles"), 9, 0.05);
    let question = Question {
        design: "2021-unshare-v1".into(),
        scenario: "fork-vs-gup-fast".into(),
        variant: "pin".into(),
        ..Question::default()
    };
    rate("fork-vs-gup-fast pin, 2021-unshare-v1", &load(&question).expect("it compiles").system, 40, 0.02);
}
