//! `docs/matrix-full.txt` is what `cowscope matrix --full` answers: a few of its cells are asked again.

use std::process::Command;

const TABLE: &str = include_str!("../../docs/matrix-full.txt");

/// What `matrix --full` says of one scenario in one design.
fn asked(design: &str, scenario: &str) -> String {
    let args = ["matrix", "--full", "--design", design, "--scenario", scenario, "--states", "3000000"];
    let output = Command::new(env!("CARGO_BIN_EXE_cowscope")).args(args).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The line that tells what breaks in a cell, or why it is not decided; none if it holds.
fn told<'a>(table: &'a str, cell: &str) -> Option<&'a str> {
    table.lines().find(|line| line.split(':').next() == Some(cell))
}

#[test]
fn the_table_says_what_it_is_the_answer_to() {
    let head: Vec<&str> = TABLE.lines().take(2).collect();
    assert_eq!(head[0], "# cowscope matrix --full --states 3000000");
    assert!(head[1].starts_with(&format!("# semantics {}; ", cowscope_core::link::SEMANTICS)), "{}", head[1]);
    assert!(TABLE.contains("\nBreaks\n") && TABLE.contains("\nNot decided\n"));
}

#[test]
fn cells_of_the_table_are_answered_the_same_again() {
    for (design, scenario) in
        [("4.19-mapcount", "unmap-vs-cow"), ("5.9-refcount", "pin-then-fork"), ("6.1-anon-exclusive", "vmsplice-leak")]
    {
        let again = asked(design, scenario);
        let cells: Vec<&str> = again.lines().filter(|line| line.starts_with(design)).collect();
        for line in &cells {
            let cell = line.split(':').next().unwrap_or_default();
            // how many states that took may change with the engine
            let verdict = |line: Option<&str>| line.and_then(|l| l.split(" (").next()).map(str::to_owned);
            assert_eq!(verdict(told(TABLE, cell)), verdict(Some(line)), "the table is outdated");
        }
        let of_cell = |line: &&str| {
            let mut words = line.split([' ', ':']);
            words.next() == Some(design) && words.next() == Some(scenario)
        };
        let in_table = TABLE.lines().filter(of_cell).count();
        assert_eq!(in_table, cells.len(), "{design} {scenario}");
    }
}
