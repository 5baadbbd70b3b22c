//! What a step reads is all that it depends on, and what it writes is all that it changes: the explorer's reduction builds
//! on these sets.

use cowscope_core::explore::{Choice, Model, Outcome, Violation};
use cowscope_core::library::load;
use cowscope_core::system::System;
use cowscope_core::view::Question;
use cowscope_mmu::Slot;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeSet;

/// What a step does: how it ends, what it breaks, the words that are other than before.
fn effect(sys: &mut System, choice: Choice) -> (Outcome, Vec<Violation>, Vec<(Slot, u64)>) {
    let mark = sys.state().mark();
    let outcome = sys.step(choice);
    let changed: BTreeSet<Slot> = sys.state().changes(mark).iter().map(|c| c.0).collect();
    // One that could not act is taken back by whoever tried.
    let acted = !matches!(outcome, Outcome::Blocked);
    let words = changed.into_iter().filter(|_| acted).map(|slot| (slot, sys.state().get(slot))).collect();
    let broke = sys.violations().to_vec();
    sys.state_mut().undo(mark);
    (outcome, broke, words)
}

/// Checks the sets along random walks; how many words were changed behind the back of a step.
fn check(sys: &mut System, what: &str) -> u32 {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut below = move |n: u32| ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32;
    let start = sys.state().mark();
    let mut tried = 0;
    for _ in 0..6 {
        for step in 0..250 {
            let choice = Choice { agent: below(u32::from(sys.agents())) as u8, pick: 0 };
            sys.state_mut().trace(true);
            let (outcome, broke, words) = effect(sys, choice);
            let trace = sys.state_mut().traced().clone();
            sys.state_mut().trace(false);
            let (reads, writes): (BTreeSet<Slot>, BTreeSet<Slot>) =
                (trace.reads.iter().copied().collect(), trace.writes.iter().copied().collect());
            assert!(words.iter().all(|w| writes.contains(&w.0)), "{what}, step {step}: changes what it did not write");
            for _ in 0..8 {
                let slot = below(sys.state().len());
                if reads.contains(&slot) || writes.contains(&slot) {
                    continue;
                }
                let mark = sys.state().mark();
                let was = sys.state().get(slot);
                let other = [was ^ 1, 0, u64::from(below(1 << 20))][below(3) as usize];
                sys.state_mut().set(slot, other);
                let again = effect(sys, choice);
                assert_eq!(
                    again,
                    (outcome, broke.clone(), words.clone()),
                    "{what}, step {step}: depends on word {slot}"
                );
                sys.state_mut().undo(mark);
                tried += 1;
            }
            let mark = sys.state().mark();
            match sys.step(choice) {
                Outcome::Stepped { .. } => {}
                Outcome::Broke { .. } => break,
                _ => sys.state_mut().undo(mark),
            }
        }
        sys.state_mut().undo(start);
    }
    tried
}

#[test]
fn steps_depend_on_what_they_read_and_change_what_they_write() {
    for (design, scenario, memory, tlb) in [
        ("2021-unshare-v1", "fork-vs-gup-fast", "sc", "concrete"),
        ("2021-unshare-v1", "fork-vs-gup-fast", "tso", "concrete"),
        ("6.1-anon-exclusive", "pin-vs-reclaim", "sc", "concrete"),
        ("6.12-folio", "gup-vs-unmap", "sc", "any"),
        ("5.9-early-copy", "cow-read-pin", "sc", "concrete"),
    ] {
        let machine = vec![("memory".into(), memory.into()), ("tlb".into(), tlb.into())];
        let q = Question { design: design.into(), scenario: scenario.into(), machine, ..Question::default() };
        let mut sys = load(&q).unwrap_or_else(|e| panic!("{e}")).system;
        let tried = check(&mut sys, &format!("{design} with {scenario}, {memory}, {tlb}"));
        assert!(tried > 1_000, "{tried} words changed");
    }
}
