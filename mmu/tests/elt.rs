//! Litmus tests with address translation: which outcomes the machine can and cannot have.

mod common;

use common::elt::{Elt, TESTS, Verdict, parse, search};
use cowscope_mmu::{MemoryOrder, Mutant, PscGeometry, TlbGeometry, TlbMode};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MAY: TlbMode = TlbMode::MaySet { translations: 16, prefixes: 8 };
const CONCRETE: [TlbMode; 2] = [
    TlbMode::Concrete { tlb: TlbGeometry::SMALL, psc: PscGeometry::SMALL },
    TlbMode::Concrete { tlb: TlbGeometry::SMALL, psc: PscGeometry::NONE },
];

#[test]
fn verdicts() {
    let tests = parse(TESTS);
    let count = |verdict| tests.iter().filter(|t: &&Elt| t.verdict == verdict).count();
    assert_eq!((count(Verdict::Permitted), count(Verdict::Forbidden), count(Verdict::Refused)), (23, 7, 1));
    for test in &tests {
        if test.verdict == Verdict::Refused {
            let reason = test.well_formed().expect_err("ill-formed");
            assert_eq!(reason, "core 0 writes the entry of y and never drops what it may have cached");
            continue;
        }
        test.well_formed().unwrap_or_else(|reason| panic!("{}: {reason}", test.name));
        let found = search(test, MAY, MemoryOrder::Tso, Mutant::None);
        println!("{} {:?}: {} states", test.name, test.verdict, found.states);
        assert_eq!(found.witness, test.verdict == Verdict::Permitted, "{}", test.name);
        if test.verdict == Verdict::Forbidden {
            for tlb in CONCRETE {
                assert!(!search(test, tlb, MemoryOrder::Tso, Mutant::None).witness, "{}", test.name);
            }
        }
    }
}

#[test]
fn store_buffering_needs_store_buffers() {
    for test in parse(TESTS) {
        let relaxed = test.name == "sb";
        if relaxed {
            assert!(!search(&test, MAY, MemoryOrder::Sc, Mutant::None).witness);
        } else if test.verdict == Verdict::Permitted {
            assert!(search(&test, MAY, MemoryOrder::Sc, Mutant::None).witness, "{}", test.name);
        }
    }
}
