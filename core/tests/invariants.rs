//! The page on what must hold says what the list says.

use std::collections::BTreeSet;

use cowscope_core::invariants::{INVARIANTS, invariant};

#[test]
fn the_page_has_the_list() {
    let page = include_str!("../../docs/invariants.md");
    for i in &INVARIANTS {
        for text in [&format!("## `{}`", i.id), i.statement, i.definition, i.when] {
            assert!(page.contains(text), "{}: the page lacks `{text}`", i.id);
        }
    }
    assert_eq!(page.matches("## `").count(), INVARIANTS.len());
}

#[test]
fn ids_and_numbers_are_their_own() {
    let ids: BTreeSet<&str> = INVARIANTS.iter().map(|i| i.id).collect();
    assert_eq!(ids.len(), INVARIANTS.len());
    for i in &INVARIANTS {
        assert_eq!(invariant(i.number).map(|j| j.id), Some(i.id));
        assert!(
            i.id.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || c == '_'),
            "{}: links have no such letters",
            i.id
        );
    }
}
