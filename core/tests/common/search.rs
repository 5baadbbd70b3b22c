//! Searches all schedules of a text in place of a scenario.

use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::load;
use cowscope_core::trace::Verdict;
use cowscope_core::view::Question;

/// The verdict, what broke, and how many states there are, on a machine with that memory model: sc or tso.
pub fn search(text: &str, memory: &str) -> (Verdict, Vec<String>, u64) {
    let name = "gup-before-fork";
    let edits = vec![(format!("scenarios/{name}.c"), format!("TITLE(\"a test\")\n{text}"))];
    let machine = vec![("memory".into(), memory.into())];
    let design = "6.1-anon-exclusive".into();
    let q = Question { design, scenario: name.into(), edits, machine, ..Question::default() };
    let loaded = load(&q).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let a = check(&loaded, Budget::NONE, &mut |_| Progress::Continue);
    (a.verdict, a.found.iter().map(|f| f.id.clone()).collect(), a.counts.states)
}

/// Nothing breaks on any schedule.
pub fn holds(text: &str) {
    let (verdict, found, states) = search(text, "sc");
    assert_eq!(verdict, Verdict::Holds, "{found:?}\n{text}");
    assert!(states > 3, "{states} states\n{text}");
}

/// Some schedule breaks this.
pub fn breaks(text: &str, with: &str) {
    let (verdict, found, _) = search(text, "sc");
    assert_eq!(verdict, Verdict::Breaks, "{text}");
    assert!(found.iter().any(|f| f == with), "{found:?}\n{text}");
}
