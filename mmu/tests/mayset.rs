//! May-sets hold what the architecture lets a CPU hold.

mod common;

use common::superset::side_by_side;
use cowscope_mmu::Mutant;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn any_concrete_tlb_is_within_the_may_set() {
    let (mut stale, mut answers) = (0, 0);
    for seed in 0..300 {
        let counts = side_by_side(seed, 2_000, Mutant::None).unwrap_or_else(|what| panic!("{what}"));
        stale += counts.stale;
        answers += counts.answers;
    }
    println!("{answers} answers, {stale} of them one of several");
    assert!(stale > 10_000, "the runs meet accesses with more than one outcome: {stale}");
}

#[cfg(feature = "mutants")]
#[test]
fn forgetting_is_noticed() {
    assert!((0..300).any(|seed| side_by_side(seed, 2_000, Mutant::MayForgetsAtWrite).is_err()));
}
