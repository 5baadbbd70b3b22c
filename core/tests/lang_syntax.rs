//! Syntax as data: each `lang/syntax/*.c` has its diagnostics beside it in `.expected`; each `lang/good/*.c` has none.
//!
//! `UPDATE_EXPECTED=1 cargo test -p cowscope-core --test lang_syntax` writes the `.expected` files; read the difference.

use cowscope_core::lang::ast::Unit;
use cowscope_core::lang::diag::{Diagnostic, Severity};
use cowscope_core::lang::parser::{self, TypeNames};
use cowscope_core::lang::preprocess::Macros;
use cowscope_core::lang::source::Sources;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn texts(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lang").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no texts in {}", folder.display());
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

fn parse(text: &str) -> (Unit, Vec<Diagnostic>) {
    let mut macros = Macros::with_options([("GIVEN", 1)]);
    parser::parse(0, text, &mut macros, &mut TypeNames::new())
}

/// One line for each diagnostic, with its place, words and what goes with it indented below.
fn listing(text: &str, diags: &[Diagnostic]) -> String {
    let mut sources = Sources::new();
    sources.add("text.c", text).unwrap();
    let at = |span| sources.locate(span).map(|(_, p)| format!("{}:{}", p.line, p.column)).unwrap();
    let mut out = String::new();
    for d in diags {
        let severity = format!("{:?}", d.severity).to_lowercase();
        writeln!(out, "{severity} {} {}: {}", d.code, at(d.span), d.message).unwrap();
        if !d.label.is_empty() {
            writeln!(out, "    label: {}", d.label).unwrap();
        }
        for (span, note) in &d.related {
            writeln!(out, "    {}: {note}", at(*span)).unwrap();
        }
        if let Some(help) = &d.help {
            writeln!(out, "    help: {help}").unwrap();
        }
    }
    out
}

#[test]
fn diagnostics_are_as_listed() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for (path, text) in texts("syntax") {
        let found = listing(&text, &parse(&text).1);
        let expected_path = path.with_extension("expected");
        if update {
            std::fs::write(&expected_path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if found != expected || found.is_empty() {
            wrong.push(format!("{}\n-- found\n{found}-- expected\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn good_texts_have_no_diagnostics() {
    for (path, text) in texts("good") {
        let (unit, diags) = parse(&text);
        assert!(diags.is_empty(), "{}\n{}", path.display(), listing(&text, &diags));
        assert!(!unit.items.is_empty(), "{}", path.display());
    }
}

/// The texts of the library: common files in the order of their names, then one design, then one scenario.
#[test]
fn the_library_parses() {
    let kernel = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel");
    let list = |folder: PathBuf| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let read = |paths: Vec<PathBuf>| -> Vec<String> {
        let c = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c");
        paths.into_iter().filter(c).map(|path| std::fs::read_to_string(path).unwrap()).collect()
    };
    let common = read(list(kernel.join("common")));
    let designs = list(kernel.join("designs")).into_iter().filter(|path| path.is_dir()).map(|path| read(list(path)));
    let rest = designs.chain(read(list(kernel.join("scenarios"))).into_iter().map(|text| vec![text]));
    let mut read = 0;
    for texts in rest {
        let (mut macros, mut types) = (Macros::new(), TypeNames::new());
        for text in common.iter().chain(&texts) {
            let (_, diags) = parser::parse(0, text, &mut macros, &mut types);
            let errors: Vec<Diagnostic> = diags.into_iter().filter(|d| d.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{}", listing(text, &errors));
            read += 1;
        }
    }
    assert!(read > 0);
}
