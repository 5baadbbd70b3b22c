//! `cowscope matrix` and `cowscope merge`: every design in every scenario.

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::progress::grouped;
use crate::{Answer, interrupt, question};
use cowscope_core::check::{Answer as Answered, check, decide};
use cowscope_core::explore::{Budget, End};
use cowscope_core::library::Loaded;
use cowscope_core::link::SEMANTICS;
use cowscope_core::replay::trace_of_break;
use cowscope_core::trace::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Decide every design in every scenario, or a part of that
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope matrix
  cowscope matrix -s fork-vs-gup-fast                 every design in one scenario
  cowscope matrix --shard 0/4 --json > part0.json     the first of four parts, for `cowscope merge`
  cowscope matrix --full --states 30000               larger sizes, TSO, any TLB; takes hours with many states

Exit status: 0 when it ran (what breaks is in the table), 3 bad input.")]
pub struct Args {
    /// A kernel design, or all
    #[arg(short, long, default_value = "all", value_name = "ID|PATH")]
    design: String,
    /// A scenario, or all
    #[arg(short, long, default_value = "all", value_name = "ID|PATH")]
    scenario: String,
    /// Larger sizes (2 pages, 4 pages of a huge one), TSO and any TLB in every cell; breaks are told, their shortest schedules are not searched
    #[arg(long)]
    full: bool,
    /// Most states of a search; beyond that a cell is not decided
    #[arg(long, default_value_t = 20_000_000, value_name = "N")]
    states: u64,
    /// Most memory of a search, in MiB
    #[arg(long, default_value_t = 2048, value_name = "MIB")]
    memory_limit: u64,
    /// Only part I of N, counted from 0
    #[arg(long, value_name = "I/N", value_parser = crate::shard::parse)]
    shard: Option<(u32, u32)>,
}

/// Join the parts of a matrix, or of a search, that was made in shards
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  cowscope merge part0.json part1.json part2.json part3.json")]
pub struct MergeArgs {
    /// What `cowscope matrix --shard I/N --json` printed, or `cowscope search --shard I/N --json`
    #[arg(required = true)]
    parts: Vec<String>,
}

/// A matrix, or a part of one.
#[derive(Serialize, Deserialize)]
struct Matrix {
    format: u32,
    shard: Option<(u32, u32)>,
    /// What was asked of every cell of a full matrix; parts are joined only if it is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full: Option<Full>,
    cells: Vec<Cell>,
}

/// The scope of a full matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Full {
    semantics: u32,
    sizes: Vec<(String, i64)>,
    machine: Vec<(String, String)>,
    /// Most states of a cell.
    states: u64,
}

impl Full {
    fn new(states: u64) -> Self {
        let sizes = [("PAGES", 2), ("SUBPAGES", 4)].map(|(name, n)| (name.to_owned(), n)).to_vec();
        let machine = [("memory", "tso"), ("tlb", "any")].map(|(name, how)| (name.to_owned(), how.to_owned())).to_vec();
        Full { semantics: SEMANTICS, sizes, machine, states }
    }
}

/// One design in one variant of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Cell {
    /// Its place in the whole matrix.
    number: u32,
    design: String,
    scenario: String,
    variant: String,
    verdict: Verdict,
    /// Why it is not decided, where it isn't.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    undecided: String,
    breaks: Vec<Break>,
    states: u64,
    transitions: u64,
    scope: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Break {
    id: String,
    needs_race: Option<bool>,
    /// Empty in a full matrix.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    link: String,
}

/// Runs `cowscope matrix`.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    interrupt::listen();
    let budget = Budget { states: args.states, bytes: args.memory_limit << 20, ..Budget::NONE };
    let full = args.full.then(|| Full::new(args.states));
    let mut asked = question::Asked::of(&args.design, &args.scenario);
    if let Some(full) = &full {
        asked.sizes = full.sizes.clone();
    }
    let questions = asked.questions()?;
    let (index, of) = args.shard.unwrap_or((0, 1));
    let bar = out.progress.then(|| indicatif::ProgressBar::new(questions.len() as u64));
    let mut cells = Vec::new();
    for (number, question) in (0u32..).zip(&questions) {
        if interrupt::asked() {
            out.warn("stopped: the cells that are missing were not decided", "let it run to its end");
            break;
        }
        bar.iter().for_each(|bar| bar.inc(1));
        if number % of != index {
            continue;
        }
        let mut question = question.clone();
        question.machine.extend(full.iter().flat_map(|full| full.machine.clone()));
        // a kernel of somebody's own need not have what every scenario needs
        let Ok(loaded) = question::applicable(&question, out.colour_of_errors)? else { continue };
        let answer = match &full {
            Some(_) => decide(&loaded, budget, &mut interrupt::go_on),
            None => check(&loaded, budget, &mut interrupt::go_on),
        };
        cells.push(cell(number, &loaded, &answer, full.is_none()));
    }
    bar.iter().for_each(|bar| bar.finish_and_clear());
    show(&Matrix { format: 1, shard: args.shard, full, cells }, out)
}

fn cell(number: u32, loaded: &Loaded, answer: &Answered, links: bool) -> Cell {
    let link = |found| {
        if links { trace_of_break(loaded, answer, found).header.link.unwrap_or_default() } else { String::new() }
    };
    let breaks = answer.found.iter().map(|found| Break {
        id: found.id.clone(),
        needs_race: found.needs_race,
        link: link(found),
    });
    let undecided = match (answer.verdict, answer.end) {
        (Verdict::NotDecided, End::Complete) => "more stale translations than there is room for",
        (Verdict::NotDecided, End::BudgetReached(_)) => "budget reached",
        (Verdict::NotDecided, _) => "stopped",
        _ => "",
    };
    Cell {
        number,
        design: loaded.question.design.clone(),
        scenario: loaded.question.scenario.clone(),
        variant: loaded.question.variant.clone(),
        verdict: answer.verdict,
        undecided: undecided.to_owned(),
        breaks: breaks.collect(),
        states: answer.counts.states,
        transitions: answer.counts.transitions,
        scope: answer.scope.clone(),
    }
}

/// Runs `cowscope merge`.
pub fn merge(args: &MergeArgs, out: &mut Output) -> Answer {
    if crate::merge::searches(&args.parts, out)?.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut cells = BTreeMap::new();
    let mut parts: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut full: Option<Option<Full>> = None;
    for path in &args.parts {
        let text = std::fs::read_to_string(path).map_err(|error| Complaint::file(path, &error))?;
        let part: Matrix = serde_json::from_str(&text)
            .map_err(|error| Complaint::new(format!("{path} is no part of a matrix: {error}")))?;
        let Some(shard) = part.shard else {
            return Err(Complaint::new(format!("{path} is a whole matrix: there is nothing to merge it with")));
        };
        if !parts.insert(shard) || parts.iter().any(|(_, of)| *of != shard.1) {
            let (i, n) = shard;
            return Err(Complaint::new(format!(
                "{path} is part {i}/{n}, which is there already or of another division"
            )));
        }
        if *full.get_or_insert_with(|| part.full.clone()) != part.full {
            return Err(Complaint::new(format!(
                "{path} is of another matrix: other sizes, options, budget or semantics"
            )));
        }
        cells.extend(part.cells.into_iter().map(|cell| (cell.number, cell)));
    }
    let of = parts.iter().next().map_or(0, |(_, of)| *of);
    let missing: Vec<String> = (0..of).filter(|i| !parts.contains(&(*i, of))).map(|i| format!("{i}/{of}")).collect();
    if !missing.is_empty() {
        return Err(Complaint::new(format!("parts are missing: {}", missing.join(", "))));
    }
    let full = full.flatten();
    show(&Matrix { format: 1, shard: None, full, cells: cells.into_values().collect() }, out)
}

fn show(matrix: &Matrix, out: &mut Output) -> Answer {
    let text = if out.json {
        // Plain data with text keys: there is nothing in it that JSON can't say.
        serde_json::to_string(matrix).unwrap_or_default() + "\n"
    } else {
        table(matrix, out)
    };
    out.print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// One line for each variant of each scenario, one column for each design.
fn table(matrix: &Matrix, out: &Output) -> String {
    let mut designs: Vec<&str> = Vec::new();
    let mut rows: Vec<(&str, &str)> = Vec::new();
    let mut cells = BTreeMap::new();
    for cell in &matrix.cells {
        if !designs.contains(&cell.design.as_str()) {
            designs.push(&cell.design);
        }
        let row = (cell.scenario.as_str(), cell.variant.as_str());
        if !rows.contains(&row) {
            rows.push(row);
        }
        cells.insert((cell.design.as_str(), row), cell);
    }
    let name = |row: &(&str, &str)| if row.1.is_empty() { row.0.to_owned() } else { format!("{} {}", row.0, row.1) };
    let width = rows.iter().map(|row| name(row).len()).max().unwrap_or(0);
    let mut text = matrix.full.as_ref().map(head).unwrap_or_default();
    for (i, design) in designs.iter().enumerate() {
        text.push_str(&format!("{:width$}  {}{design}\n", "", "| ".repeat(i)));
    }
    for row in &rows {
        text.push_str(&format!("{:width$}  ", name(row)));
        for design in &designs {
            let (mark, style) = match cells.get(&(*design, *row)).map(|cell| cell.verdict) {
                Some(Verdict::Holds) => (".", Style::Good),
                Some(Verdict::Breaks) => ("X", Style::Bad),
                Some(Verdict::NotDecided | Verdict::Unasked) => ("?", Style::Unsure),
                None => (" ", Style::Faint),
            };
            text.push_str(&format!("{} ", out.styled(style, mark)));
        }
        text = text.trim_end().to_owned() + "\n";
    }
    let number = |verdict| matrix.cells.iter().filter(|c| c.verdict == verdict).count();
    let (breaks, holds, open) = (number(Verdict::Breaks), number(Verdict::Holds), number(Verdict::NotDecided));
    let states: u64 = matrix.cells.iter().map(|c| c.states).sum();
    text.push_str(&format!(
        "\n. holds: {holds}   X breaks: {breaks}   ? not decided: {open}   {states} states in all\n"
    ));
    if matrix.full.is_some() {
        text.push_str(&details(matrix));
    }
    text
}

/// What was asked of every cell, and how to ask it again.
fn head(full: &Full) -> String {
    let sizes: Vec<String> = full.sizes.iter().map(|(name, n)| format!("{name}={n}")).collect();
    let machine: Vec<String> = full.machine.iter().map(|(name, how)| format!("{name} {how}")).collect();
    format!(
        "# cowscope matrix --full --states {}\n# semantics {}; {}, where a scenario has such sizes; {}; at most {} states a cell\n\n",
        full.states,
        full.semantics,
        sizes.join(", "),
        machine.join(", "),
        grouped(full.states),
    )
}

/// What breaks, and what is not decided, with the number of states that were seen.
fn details(matrix: &Matrix) -> String {
    let name = |c: &Cell| format!("{} {} {}", c.design, c.scenario, c.variant).trim_end().to_owned();
    let mut text = "\nBreaks\n".to_owned();
    for cell in matrix.cells.iter().filter(|c| c.verdict == Verdict::Breaks) {
        let ids: Vec<&str> = cell.breaks.iter().map(|b| b.id.as_str()).collect();
        text.push_str(&format!("{}: {} ({} states)\n", name(cell), ids.join(", "), grouped(cell.states)));
    }
    text.push_str("\nNot decided\n");
    for cell in matrix.cells.iter().filter(|c| c.verdict == Verdict::NotDecided) {
        text.push_str(&format!("{}: {} at {} states\n", name(cell), cell.undecided, grouped(cell.states)));
    }
    text
}
