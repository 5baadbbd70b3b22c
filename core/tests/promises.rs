//! Promises about locks: kept by the designs that make them, and broken by one statement that should not be there.

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{library, load, texts::FILES};
use cowscope_core::view::Question;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What breaks, with `from` replaced by `to` in a text of the library.
fn breaks(design: &str, scenario: &str, path: &str, from: &str, to: &str) -> Vec<String> {
    let text = FILES.iter().find(|(name, _)| *name == path).unwrap_or_else(|| panic!("{path}")).1;
    assert!(text.contains(from), "{path} has no {from}");
    let question = Question {
        design: design.to_string(),
        scenario: scenario.to_string(),
        edits: vec![(path.to_string(), text.replace(from, to))],
        ..Question::default()
    };
    let loaded = load(&question).unwrap_or_else(|e| panic!("{design} {scenario}: {e}"));
    let answer = check(&loaded, Budget { states: 2_000_000, ..Budget::NONE }, &mut |_| Progress::Continue);
    answer.found.into_iter().map(|f| f.id).collect()
}

#[test]
fn a_cow_fault_that_sleeps_for_the_page_lock_breaks_its_promise() {
    let path = "common/reuse.c";
    let tried = "if (!trylock_page(page))";
    for design in ["5.18-refcount", "6.1-anon-exclusive"] {
        let asleep = breaks(design, "wp-vs-reclaim", path, tried, "lock_page(page);\n\tif (0)");
        assert!(asleep.contains(&"cow_never_sleeps".to_string()), "{design}: {asleep:?}");
        let as_it_is = breaks(design, "wp-vs-reclaim", path, tried, tried);
        assert!(as_it_is.is_empty(), "{design}: {as_it_is:?}");
    }
    // who promises nothing breaks no promise: 4.19 sleeps there
    let old = breaks("4.19-mapcount", "wp-vs-reclaim", path, tried, tried);
    assert!(old.is_empty(), "{old:?}");
}

#[test]
fn fast_gup_that_takes_a_lock_breaks_its_promise() {
    let path = "common/gup_fast.c";
    let (from, to) = (
        "\tptep = table_entry(",
        "\tspin_lock(&mm->page_table_lock);\n\tspin_unlock(&mm->page_table_lock);\n\tptep = table_entry(",
    );
    for (design, promised) in [("6.1-anon-exclusive", true), ("7.3-folio", true), ("5.11-seqcount", false)] {
        let found = breaks(design, "fork-vs-write-pin", path, from, to);
        assert_eq!(found.contains(&"gup_fast_takes_no_lock".to_string()), promised, "{design}: {found:?}");
    }
}

#[test]
fn later_designs_promise_what_earlier_ones_did() {
    let promises = |design: &str| -> Vec<&str> {
        library().promises.iter().filter(|p| p.design == design).map(|p| p.id.as_str()).collect()
    };
    for design in
        ["5.19-anon-exclusive", "6.1-anon-exclusive", "6.2-longterm-unshare", "6.12-folio", "6.16-folio", "7.3-folio"]
    {
        for id in ["gup_fast_takes_no_lock", "cow_never_sleeps", "read_pins"] {
            assert!(promises(design).contains(&id), "{design} {id}");
        }
    }
}
