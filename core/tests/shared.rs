//! Memory that is shared on purpose: nobody is accused of reading what another process wrote there, and COW leaves it alone.

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, End, Progress};
use cowscope_core::library::{library, load};
use cowscope_core::view::Question;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What breaks with these changes to the scenario's text.
fn breaks(design: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = include_str!("../kernel/scenarios/shared-file.c").to_string();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let question = Question {
        design: design.to_string(),
        scenario: "shared-file".to_string(),
        edits: vec![("scenarios/shared-file.c".to_string(), text)],
        ..Question::default()
    };
    let loaded = load(&question).unwrap_or_else(|e| panic!("{design}: {e}"));
    let answer = check(&loaded, Budget { states: 1_000_000, ..Budget::NONE }, &mut |_| Progress::Continue);
    assert_eq!(answer.end, End::Complete);
    answer.found.into_iter().map(|f| f.id).collect()
}

#[test]
fn what_is_shared_on_purpose_may_be_read() {
    for design in &library().designs {
        let found = breaks(&design.id, &[]);
        assert!(found.is_empty(), "{}: {found:?}", design.id);
    }
}

#[test]
fn a_private_mapping_of_the_same_memory_is_not_shared() {
    // the child sees what was there before the fork, and the assertion of the shared case fails
    let found = breaks("6.1-anon-exclusive", &[("PROT_WRITE, true", "PROT_WRITE, false")]);
    assert_eq!(found, ["assertion"]);
}
