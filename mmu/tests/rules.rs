//! The SDM's rules on caching, and those of interrupts and A/D updates.

mod common;

use common::rules::RULES;
use cowscope_mmu::Mutant;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_rule_holds() {
    for (name, rule) in RULES {
        rule(Mutant::None).unwrap_or_else(|what| panic!("{name}: {what}"));
    }
}
