//! `cowscope matrix` and `cowscope merge`: every design in every scenario.

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::{Answer, interrupt, question};
use cowscope_core::check::check;
use cowscope_core::explore::Budget;
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

Exit status: 0 when it ran (what breaks is in the table), 3 bad input.")]
pub struct Args {
    /// A kernel design, or all
    #[arg(short, long, default_value = "all", value_name = "ID|PATH")]
    design: String,
    /// A scenario, or all
    #[arg(short, long, default_value = "all", value_name = "ID|PATH")]
    scenario: String,
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
    cells: Vec<Cell>,
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
    breaks: Vec<Break>,
    states: u64,
    transitions: u64,
    scope: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Break {
    id: String,
    needs_race: Option<bool>,
    link: String,
}

/// Runs `cowscope matrix`.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    interrupt::listen();
    let budget = Budget { states: args.states, bytes: args.memory_limit << 20, ..Budget::NONE };
    let asked = question::Asked::of(&args.design, &args.scenario);
    let questions = asked.questions()?;
    let (index, of) = args.shard.unwrap_or((0, 1));
    let bar = out.progress.then(|| indicatif::ProgressBar::new(questions.len() as u64));
    let mut cells = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        if interrupt::asked() {
            out.warn("stopped: the cells that are missing were not decided", "let it run to its end");
            break;
        }
        bar.iter().for_each(|bar| bar.inc(1));
        let number = number as u32;
        if number % of != index {
            continue;
        }
        let loaded = question::loaded(question, out.colour_of_errors)?;
        let answer = check(&loaded, budget, &mut interrupt::go_on);
        let breaks = answer.found.iter().map(|found| Break {
            id: found.id.clone(),
            needs_race: found.needs_race,
            link: trace_of_break(&loaded, &answer, found).header.link.unwrap_or_default(),
        });
        cells.push(Cell {
            number,
            design: question.design.clone(),
            scenario: question.scenario.clone(),
            variant: loaded.question.variant.clone(),
            verdict: answer.verdict,
            breaks: breaks.collect(),
            states: answer.counts.states,
            transitions: answer.counts.transitions,
            scope: answer.scope.clone(),
        });
    }
    bar.iter().for_each(|bar| bar.finish_and_clear());
    show(&Matrix { format: 1, shard: args.shard, cells }, out)
}

/// Runs `cowscope merge`.
pub fn merge(args: &MergeArgs, out: &mut Output) -> Answer {
    if crate::merge::searches(&args.parts, out)?.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut cells = BTreeMap::new();
    let mut parts: BTreeSet<(u32, u32)> = BTreeSet::new();
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
        cells.extend(part.cells.into_iter().map(|cell| (cell.number, cell)));
    }
    let of = parts.iter().next().map_or(0, |(_, of)| *of);
    let missing: Vec<String> = (0..of).filter(|i| !parts.contains(&(*i, of))).map(|i| format!("{i}/{of}")).collect();
    if !missing.is_empty() {
        return Err(Complaint::new(format!("parts are missing: {}", missing.join(", "))));
    }
    show(&Matrix { format: 1, shard: None, cells: cells.into_values().collect() }, out)
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
    let mut text = String::new();
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
    text + &format!("\n. holds: {holds}   X breaks: {breaks}   ? not decided: {open}   {states} states in all\n")
}
