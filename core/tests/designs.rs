//! Every design's header: in ten lines what its author wanted, what it promises, and where that is written.

use cowscope_core::library::{library, texts::FILES};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The comment that a design's text begins with, line by line, without its marks.
fn header(id: &str) -> Vec<&'static str> {
    let path = format!("designs/{id}/design.c");
    let text = FILES.iter().find(|(name, _)| *name == path).unwrap_or_else(|| panic!("{path}")).1;
    let comment =
        text.strip_prefix("/*\n").and_then(|t| t.split_once("*/")).unwrap_or_else(|| panic!("{path}: no header")).0;
    comment.trim_end().lines().map(|line| line.trim_start_matches(" *").trim()).collect()
}

/// Twelve hexadecimal digits that stand alone.
fn is_commit(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.len() == 12 && word.bytes().all(|b| b.is_ascii_hexdigit()) && word.bytes().any(|b| b.is_ascii_digit())
}

#[test]
fn headers_tell_what_is_wanted_and_promised_and_cite_where() {
    for design in &library().designs {
        let lines = header(&design.id);
        assert!(lines.len() <= 11, "{}: the header has {} lines", design.id, lines.len());
        assert!(
            lines[0].starts_with(&format!("{}: ", design.id)) && lines[0].ends_with('.'),
            "{}: {}",
            design.id,
            lines[0]
        );
        assert!(lines.len() >= 5, "{}: that is no story", design.id);
        let last = lines[lines.len() - 1];
        assert!(last.starts_with("Promises: "), "{}: {last}", design.id);
        let cited = last.split_whitespace().any(is_commit) || last.contains("LKML, ") || last.contains("was measured");
        assert!(cited, "{}: no commit and no mail: {last}", design.id);
        assert!(!design.source.is_empty() && !design.title.is_empty() && !design.story.is_empty(), "{}", design.id);
    }
}

/// A promise is named where the design makes it; a design that says `as 6.1` has all of its.
#[test]
fn headers_name_the_promises() {
    let lib = library();
    let of =
        |id: &str| -> Vec<&str> { lib.promises.iter().filter(|p| p.design == id).map(|p| p.id.as_str()).collect() };
    for design in &lib.designs {
        let lines = header(&design.id);
        let last = lines[lines.len() - 1];
        let promised = of(&design.id);
        if last.contains("as 6.1") {
            assert_eq!(promised, of("6.1-anon-exclusive"), "{}", design.id);
            continue;
        }
        assert_eq!(last.contains("no more"), promised.is_empty(), "{}: {last}; {promised:?}", design.id);
        for id in promised.iter().filter(|id| !id.contains("exclusive")) {
            assert!(last.contains(id), "{}: {id} is not in: {last}", design.id);
        }
    }
}
