//! The walker against separately written rules, over the combinations of kvm-unit-tests' `x86/access.c`.

use cowscope_mmu::Mutant;
use cowscope_mmu::enumerate::{Enumeration, published};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(maxphyaddr: u32, pku: bool, levels: u32, stride: u32) -> cowscope_mmu::enumerate::Report {
    let what = Enumeration { maxphyaddr, pku, levels, stride, mutant: Mutant::None };
    let report = what.run().expect("a machine");
    assert_eq!(report.differ, 0, "{:?}", report.first);
    report
}

#[test]
fn all_rows_without_protection_keys() {
    for maxphyaddr in [40, 52] {
        let report = run(maxphyaddr, false, 4, 1);
        let published = published(maxphyaddr, false).expect("published counts");
        assert!(report.equals(&published), "{report:?}");
    }
}

#[test]
fn some_rows_with_protection_keys_and_with_five_levels() {
    for (maxphyaddr, levels) in [(36, 4), (46, 4), (46, 5), (52, 5)] {
        let report = run(maxphyaddr, true, levels, 97);
        let all = published(maxphyaddr, true).expect("published counts").rows;
        assert_eq!(report.rows, all / 97);
    }
}
