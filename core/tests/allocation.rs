//! A micro-step of the running system allocates nothing on the heap.
#![cfg(not(target_arch = "wasm32"))]

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::library::load;
use cowscope_core::system::System;
use cowscope_core::view::Question;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A random walk from where the system stands, taken back at the end; how many steps it has.
fn walk(sys: &mut System, seed: u64) -> u32 {
    let start = sys.state().mark();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut steps = 0;
    for _ in 0..3_000 {
        let mark = sys.state().mark();
        let agent = (rng.next_u32() % u32::from(sys.agents())) as u8;
        match sys.step(Choice { agent, pick: 0 }) {
            Outcome::Stepped { .. } => steps += 1,
            Outcome::Broke { .. } => break,
            _ => sys.state_mut().undo(mark),
        }
    }
    sys.state_mut().undo(start);
    steps
}

#[test]
fn steps_and_their_undo_allocate_nothing() {
    for (design, scenario) in [
        ("2021-unshare-v1", "fork-vs-gup-fast"),
        ("6.1-anon-exclusive", "fork-vs-gup-fast"),
        ("6.12-folio", "pin-vs-reclaim"),
        ("4.19-mapcount", "vmsplice-leak"),
    ] {
        let q = Question { design: design.into(), scenario: scenario.into(), ..Question::default() };
        let mut sys = load(&q).unwrap_or_else(|e| panic!("{e}")).system;
        let mut steps = 0;
        for seed in 0..5 {
            // The first time the undo log gets its room.
            walk(&mut sys, seed);
            let counted = allocation_counter::measure(|| steps += walk(&mut sys, seed));
            assert_eq!(counted.count_total, 0, "{design} with {scenario}, seed {seed}: {counted:?}");
        }
        assert!(steps > 100, "{steps} steps");
    }
}
