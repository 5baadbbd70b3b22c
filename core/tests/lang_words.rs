//! `docs/language.md` lists every word of the machine and every system call; the steps that it gives are those taken.

use cowscope_core::lang::builtins::{NAMES, builtin};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = include_str!("../../docs/language.md");

/// The names that stand before a bracket, or alone, in the code of a table's cell.
fn names(cell: &str) -> Vec<&str> {
    let code = cell.split('`').skip(1).step_by(2);
    code.filter_map(|c| {
        let c = c.rsplit(" = ").next().unwrap_or(c);
        let end = c.find(|x: char| !x.is_alphanumeric() && x != '_').unwrap_or(c.len());
        (end > 1).then(|| &c[..end])
    })
    .collect()
}

/// The rows of the tables of the section under a heading: cells.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split(heading).nth(1).unwrap_or_else(|| panic!("no {heading}"));
    let section = &section[..section.find("\n##").unwrap_or(section.len())];
    let lines = section.lines().filter(|l| l.starts_with("| `"));
    let cells = lines.map(|l| l.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>());
    let rows: Vec<_> = cells.collect();
    assert!(!rows.is_empty(), "{heading}");
    rows
}

/// The words of the machine and how many steps they take, where the page gives a number.
fn listed() -> BTreeMap<&'static str, Option<u32>> {
    let mut out = BTreeMap::new();
    for row in rows("\n## Words of the machine").iter().chain(&rows("\n### Ghosts")) {
        let names = names(row[0]);
        let steps: Vec<&str> = match row.get(2) {
            Some(cell) => cell.split(", ").collect(),
            None => vec!["0"],
        };
        for (i, name) in names.iter().enumerate() {
            // one number for each word, or one for all
            let cell = if steps.len() == names.len() { steps[i] } else { steps[0] };
            let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
            assert!(!digits.is_empty(), "{name}: {cell}");
            out.insert(*name, if cell.contains("up") { None } else { digits.parse().ok() });
        }
    }
    out
}

/// The names that the compiler knows, from its text.
fn known() -> BTreeSet<&'static str> {
    let source = include_str!("../src/lang/builtins.rs");
    let arms = source.split("match name {").nth(1).and_then(|s| s.split("_ => None").next()).expect("the match");
    let before_arrow = arms.lines().filter_map(|l| l.split("=>").next());
    before_arrow.flat_map(|l| l.split('"').skip(1).step_by(2)).collect()
}

#[test]
fn the_page_lists_every_word() {
    let known = known();
    assert!(known.len() > 80);
    assert_eq!(NAMES.iter().copied().collect::<BTreeSet<_>>(), known, "what is suggested is what there is");
    assert!(NAMES.iter().all(|n| builtin(n).is_some()));
    let mut listed: BTreeSet<&str> = listed().into_keys().collect();
    // explained in their own section
    listed.extend(["likely", "unlikely"]);
    assert_eq!(listed, known);
}

/// Those whose steps depend on more than a line of code can show.
const ELSEWHERE: [&str; 9] =
    ["free_frame", "load", "store", "user_xchg", "user_cmpxchg", "dma_load", "dma_store", "copy_word", "clear_word"];

#[test]
fn the_steps_of_words_are_as_the_page_says() {
    let listed = listed();
    let mut shown = BTreeSet::new();
    let steps = include_str!("lang/steps.txt").lines().filter_map(|l| l.split_once("=>"));
    for (construct, steps) in steps {
        let call = construct.trim().trim_start_matches("k = ");
        let Some((name, rest)) = call.split_once('(') else { continue };
        // one call and nothing else
        let Some(want) = listed.get(name).filter(|_| rest.ends_with(')') && !rest.contains(';')) else { continue };
        let taken = steps.split(" | ").filter(|s| !s.trim().is_empty()).count() as u32;
        assert!(want.is_none_or(|want| want == taken), "{name}: {taken} steps, the page says {want:?}");
        shown.insert(name);
    }
    let missing: Vec<_> = listed.keys().filter(|n| !shown.contains(*n) && !ELSEWHERE.contains(n)).collect();
    assert!(missing.is_empty(), "not in steps.txt: {missing:?}");
}

#[test]
fn the_page_lists_every_system_call_and_library_word_it_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel/common");
    let mut calls = BTreeSet::new();
    let mut functions = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|l| !l.starts_with([' ', '\t', '/', '*'])) {
            let Some((head, _)) = line.trim_start_matches("#define ").split_once('(') else { continue };
            let name = head.rsplit([' ', '*']).next().unwrap_or(head).to_owned();
            if line.starts_with("SYSCALL ") {
                calls.insert(name.clone());
            }
            functions.insert(name);
        }
    }
    let on_page = |heading: &str| -> BTreeSet<String> {
        rows(heading).iter().flat_map(|row| names(row[0])).map(str::to_owned).collect()
    };
    assert_eq!(on_page("\n### System calls"), calls);
    for name in on_page("\n### Words of the kernel library") {
        assert!(functions.contains(&name), "no {name} in the library");
    }
}
