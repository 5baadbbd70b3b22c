//! "No stale authority": kept, broken by a flush that does not reach everybody, and nobody accused who was passed over on purpose.

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, End, Progress};
use cowscope_core::library::load;
use cowscope_core::view::Question;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What breaks, by name.
fn breaks(design: &str, scenario: &str, switches: &[(&str, i64)], machine: &[(&str, &str)]) -> Vec<String> {
    let question = Question {
        design: design.to_string(),
        scenario: scenario.to_string(),
        switches: switches.iter().map(|(n, v)| (n.to_string(), *v)).collect(),
        machine: machine.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        ..Question::default()
    };
    let loaded = load(&question).unwrap_or_else(|e| panic!("{design} {scenario}: {e}"));
    let answer = check(&loaded, Budget { states: 2_000_000, ..Budget::NONE }, &mut |_| Progress::Continue);
    assert_eq!(answer.end, End::Complete, "{design} {scenario}");
    answer.found.into_iter().map(|f| f.id).collect()
}

const MACHINES: [&[(&str, &str)]; 3] = [&[], &[("tlb", "any")], &[("tlb", "any"), ("memory", "tso")]];

#[test]
fn a_right_that_was_withdrawn_is_not_used_after_the_flush() {
    for machine in MACHINES {
        for design in ["4.19-mapcount", "6.1-anon-exclusive", "7.3-folio"] {
            assert!(breaks(design, "mprotect-vs-store", &[], machine).is_empty(), "{design} {machine:?}");
            let found = breaks(design, "mprotect-vs-store", &[("FLUSH_OTHERS", 0)], machine);
            assert_eq!(found, ["no-stale-authority"], "{design} {machine:?}");
        }
    }
}

#[test]
fn a_cpu_that_is_passed_over_may_catch_up() {
    for machine in MACHINES {
        assert!(breaks("6.1-anon-exclusive", "lazy-tlb", &[], machine).is_empty(), "{machine:?}");
        let found = breaks("6.1-anon-exclusive", "lazy-tlb", &[("LAZY_TLB_GEN", 0)], machine);
        assert!(found.iter().any(|id| id == "no-stale-authority"), "{machine:?}: {found:?}");
    }
}

#[test]
fn hardware_that_flushes_everywhere_is_not_accused() {
    assert!(breaks("6.1-anon-exclusive", "mprotect-vs-store", &[("BROADCAST_FLUSH", 1)], &[]).is_empty());
    assert!(breaks("6.1-anon-exclusive", "unmap-vs-cow", &[("BROADCAST_FLUSH", 1)], &[]).is_empty());
}
