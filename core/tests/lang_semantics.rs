//! What programs mean: each `lang/semantics/*.c` asserts it, on every schedule; `lang/steps.txt` lists the steps of constructs;
//! each `lang/errors/*.c` has its semantic diagnostics beside it.
//!
//! `UPDATE_EXPECTED=1 cargo test -p cowscope-core --test lang_semantics` writes the `.expected` files; read the difference.

use cowscope_core::explore::{Choice, Model};
use cowscope_core::lang::compile::{Compiled, compile};
use cowscope_core::lang::diag::Diagnostic;
use cowscope_core::lang::ir::Op;
use cowscope_core::lang::source::Sources;
use cowscope_core::library::Loaded;
use cowscope_core::session::{CanDo, Session};
use cowscope_core::system::{Options, System};
use cowscope_core::trace::AccessKind;
use cowscope_core::view::Question;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

fn compiled(text: &str) -> (Arc<Sources>, Result<Compiled, Vec<Diagnostic>>) {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new());
    (Arc::new(sources), compiled)
}

fn session(text: &str) -> Session {
    let (sources, compiled) = compiled(text);
    let compiled = compiled.unwrap_or_else(|d| panic!("{}\n{text}", listing(&sources, &d)));
    let options = Options::default();
    let system = System::new(Arc::new(compiled.program), &options).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let (layers, question) = (vec![2], Question::default());
    Session::new(Loaded {
        system,
        sources,
        layers,
        warnings: compiled.warnings,
        question,
        options,
        settings: Default::default(),
    })
}

/// One line for each diagnostic, with what goes with it indented below.
fn listing(sources: &Sources, diags: &[Diagnostic]) -> String {
    let at = |span| sources.locate(span).map(|(_, p)| format!("{}:{}", p.line, p.column)).unwrap();
    let mut out = String::new();
    for d in diags {
        writeln!(out, "{} {}: {}", d.code, at(d.span), d.message).unwrap();
        for (span, note) in &d.related {
            writeln!(out, "    {}: {note}", at(*span)).unwrap();
        }
        if let Some(help) = &d.help {
            writeln!(out, "    help: {help}").unwrap();
        }
    }
    out
}

/// Runs the tasks one after the other; what they assert holds, and every assertion is reached.
#[test]
fn programs_mean_what_they_assert() {
    for (path, text) in texts("semantics") {
        let mut s = session(&text);
        let mut ran = BTreeSet::new();
        for agent in 0..s.system().agents() {
            while s.step(Choice { agent, pick: 0 }) {
                let broken = &s.last().unwrap().broken;
                let at = s.last().unwrap().place.as_ref().map_or(0, |p| p.line);
                assert!(broken.is_empty(), "{}, the step from line {at}: {broken:?}", path.display());
                ran.extend(s.system().steps_trace.iter().copied());
                assert!(s.position() < 100_000, "{} does not end", path.display());
            }
        }
        assert_eq!(s.at_end(), Some(Vec::new()), "{}", path.display());
        let program = &s.system().program;
        let asserted: Vec<u32> = ran
            .iter()
            .filter_map(|op| if let Op::Assert { id, .. } = program.ops[*op as usize] { Some(id) } else { None })
            .collect();
        let missed: Vec<u32> = (0..program.asserts.len() as u32)
            .filter(|id| !asserted.contains(id))
            .map(|id| {
                let span = program.asserts[id as usize].span;
                s.loaded.sources.locate(span).map_or(0, |(_, p)| p.line)
            })
            .collect();
        assert!(missed.is_empty(), "{}: never reached: lines {missed:?}", path.display());
        assert!(asserted.len() > 10);
    }
}

#[test]
fn a_false_assertion_is_seen() {
    let mut s = session("int x; CPU(0) void f(void) { x = 1; assert(x == 2); }");
    assert!(s.step(Choice { agent: 0, pick: 0 }));
    assert!(s.last().unwrap().broken.iter().any(|b| b.id == "assertion"));
}

/// What each step of a construct reads and writes.
fn steps(construct: &str) -> String {
    let semicolon = if construct.ends_with('}') { "" } else { ";" };
    let text = format!(
        "struct s {{ int f, g; }}; int x = 1, y = 2, i = 1, *p, a[3] = {{4, 5, 6}}; struct s u, v;
         static void f(int b, int c) {{ x = b + c; }}
         static void spin(int *lock) {{ atomic {{ await(*lock == 1); *lock = 0; }} }}
         CPU(0) void program(void) {{ int k = 1, m[3]; p = &x; m[0] = 0; {construct}{semicolon} m[2] = k; }}"
    );
    let mut s = session(&text);
    let mut out: Vec<String> = Vec::new();
    while matches!(s.can_do(0), CanDo::Act { .. }) {
        assert!(s.step(Choice { agent: 0, pick: 0 }));
        let step = s.last().unwrap();
        assert!(step.broken.is_empty(), "{construct}: {:?}", step.broken);
        let mut parts: Vec<String> = Vec::new();
        for a in &step.accesses {
            // a word that is read and written in one step is listed as both
            if a.kind != AccessKind::Write {
                parts.push(a.word.clone());
            }
        }
        for a in &step.accesses {
            if a.kind != AccessKind::Read && (a.old != a.new || a.kind == AccessKind::Write) {
                parts.push(format!("{}={}", a.word, a.new));
            }
        }
        out.push(if parts.is_empty() { "-".into() } else { parts.join(" ") });
    }
    assert!(out.first().is_some_and(|s| s.contains("p=")), "{out:?}: the first step is the one before the construct");
    out[1..].join(" | ")
}

#[test]
fn constructs_take_the_steps_that_are_listed() {
    let list = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lang/steps.txt")).unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in list.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let (construct, expected) = line.split_once("=>").expect("`construct => steps`");
        let found = steps(construct.trim());
        if found != expected.trim() {
            wrong.push(format!("{} => {found}", construct.trim()));
        }
        checked += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 30);
}

#[test]
fn semantic_errors_are_as_listed() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for (path, text) in texts("errors") {
        let (sources, result) = compiled(&text);
        let found = result.err().map(|d| listing(&sources, &d)).unwrap_or_default();
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
