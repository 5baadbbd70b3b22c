//! The MMU gives the answers that other implementations gave.

mod common;

use common::oracle::{SEQUENCES, VECTORS, offered_by_may_sets, run_sequences, run_vectors, unpack};
use cowscope_mmu::{Mutant, PscGeometry, Replacement, Shape, TlbGeometry, TlbMode};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_single_access_agrees() {
    let (ran, wrong) = run_vectors(&unpack(VECTORS));
    assert!(wrong.is_empty(), "{} of {ran} differ, first: {}", wrong.len(), wrong[0]);
    assert_eq!(ran, 20_611);
}

#[test]
fn every_sequence_is_within_what_is_allowed() {
    let one = |ways| TlbGeometry {
        l1_4k: Shape { sets: 1, ways },
        l1_large: Shape { sets: 1, ways },
        l2: None,
        replacement: Replacement::RoundRobin,
    };
    let geometries = [
        None,
        Some(TlbMode::Concrete { tlb: TlbGeometry::DESKTOP, psc: PscGeometry::DESKTOP }),
        Some(TlbMode::Concrete { tlb: one(1), psc: PscGeometry::NONE }),
        Some(TlbMode::Concrete { tlb: one(1), psc: PscGeometry::DESKTOP }),
        Some(TlbMode::Concrete { tlb: one(3), psc: PscGeometry { pml5e: 0, pml4e: 1, pdpte: 1, pde: 1 } }),
    ];
    let text = unpack(SEQUENCES);
    for tlb in geometries {
        let (ran, wrong) = run_sequences(&text, tlb, Mutant::None);
        assert!(wrong.is_empty(), "{tlb:?}: {} of {ran} differ, first: {}", wrong.len(), wrong[0]);
        assert_eq!(ran, 3_631);
    }
}

#[test]
fn may_sets_offer_what_the_architecture_allows() {
    let (mut offered, mut missing, mut first) = (0, 0, None);
    for line in unpack(SEQUENCES).lines() {
        let (some, none, example) = offered_by_may_sets(line);
        offered += some;
        missing += none;
        first = first.or(example);
    }
    // The eight: a large page that is no longer mapped, INVLPG of one address in it, an access to another, which the SDM
    // lets a fragment of the page answer (4.10.2.3). May-sets hold a large page as one unit; `docs/hardware.md` says why.
    assert_eq!((offered, missing), (3_862, 8), "first: {first:?}");
}
