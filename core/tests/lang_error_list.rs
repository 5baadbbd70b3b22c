//! `docs/language-errors.md` lists every code, and its examples give the errors they stand under.

use cowscope_core::lang::compile::compile;
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The codes of the page with their examples.
fn listed() -> BTreeMap<String, Option<String>> {
    let page = include_str!("../../docs/language-errors.md");
    let sections = page.split("\n### ").skip(1);
    let codes: BTreeMap<String, Option<String>> = sections
        .map(|section| {
            let code = section.split(':').next().unwrap_or_default().to_owned();
            let example = section.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).map(str::to_owned);
            (code, example)
        })
        .collect();
    assert!(codes.len() > 80);
    codes
}

/// The codes that stand in the sources of a folder.
fn used(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            used(&path, codes);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for quoted in
            source.split('"').filter(|word| word.len() == 5 && (word.starts_with("E01") || word.starts_with("E02")))
        {
            codes.insert(quoted.to_owned());
        }
    }
}

#[test]
fn the_page_lists_what_the_sources_use() {
    let mut codes = BTreeSet::new();
    used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang"), &mut codes);
    assert_eq!(codes, listed().into_keys().collect());
}

#[test]
fn the_examples_give_their_errors() {
    // Too large to show.
    let without = ["E0100", "E0108", "E0116", "E0126", "E0199", "E0231", "E0236"];
    for (code, example) in listed() {
        let Some(example) = example else {
            assert!(without.contains(&&*code), "{code} has no example");
            continue;
        };
        let diags = match code.starts_with("E01") {
            true => parser::parse(0, &example, &mut Macros::new(), &mut TypeNames::new()).1,
            false => {
                let mut sources = Sources::new();
                sources.add("text.c", example.clone()).unwrap();
                compile(&sources, &[2], &BTreeMap::new()).err().unwrap_or_default()
            }
        };
        let found: Vec<&str> = diags.iter().map(|d| d.code).collect();
        assert!(found.contains(&&*code), "{code}: {found:?} for {example}");
    }
}
