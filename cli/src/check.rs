//! `cowscope check`: does a design hold in a scenario?

use crate::baseline::{self, Known};
use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::progress::{Live, grouped};
use crate::{Answer, interrupt, question};
use cowscope_core::check::{Answer as Answered, Found, check};
use cowscope_core::explore::{Budget, End, Limit};
use cowscope_core::library::{Loaded, Needs};
use cowscope_core::repair::{Repairs, repairs};
use cowscope_core::replay::trace_of_break;
use cowscope_core::report::{TableOptions, table};
use cowscope_core::trace::Verdict;
use cowscope_core::view::Question;
use cowscope_core::ways::{Way, other_ways};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Decide whether a design holds in a scenario: every variant, every schedule
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope check --design 2021-unshare-v1 --scenario fork-vs-gup-fast
  cowscope check -d 6.1-anon-exclusive -s all --json
  cowscope check -d my.c -s fork-vs-gup-fast -v get --set SEQCOUNT=0
  cowscope check -d my.c -s all --write-baseline known.json     what breaks now
  cowscope check -d my.c -s all --baseline known.json           what breaks besides

Exit status: 0 all of them hold, 1 one breaks, 2 none breaks but one is not decided, 3 bad input.")]
pub struct Args {
    #[command(flatten)]
    what: question::Asked,
    /// Most states of a search; beyond that the question is not decided
    #[arg(long, default_value_t = 50_000_000, value_name = "N")]
    states: u64,
    /// Most memory of a search, in MiB
    #[arg(long, default_value_t = 4096, value_name = "MIB")]
    memory_limit: u64,
    /// Every step in the tables, not only those that matter to more than one CPU
    #[arg(long)]
    all_steps: bool,
    /// Verdicts only
    #[arg(short, long)]
    quiet: bool,
    /// Breaks that this file lists are known: they are told, and do not count
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Write the breaks that were found to a file for --baseline
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<String>,
    /// Do not search for the switches that would repair a break
    #[arg(long)]
    no_repairs: bool,
    /// Do not look for other ways in which the same breaks, by other pairs of accesses
    #[arg(long)]
    no_others: bool,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    interrupt::listen();
    let budget = Budget { states: args.states, bytes: args.memory_limit << 20, ..Budget::NONE };
    let questions = args.what.questions()?;
    if questions.is_empty() {
        return Err(Complaint::new("there is nothing to check"));
    }
    let known = args.baseline.as_deref().map(baseline::read).transpose()?.unwrap_or_default();
    let mut found = BTreeSet::new();
    let mut verdicts = Vec::new();
    let mut all = Vec::new();
    let mut skipped: Vec<Skipped> = Vec::new();
    for question in &questions {
        if skipped.iter().any(|s| s.design == question.design && s.scenario == question.scenario) {
            continue;
        }
        let loaded = match question::applicable(question, out.colour_of_errors)? {
            Ok(loaded) => loaded,
            Err(lacks) => {
                skip(question, lacks, &mut skipped, out)?;
                continue;
            }
        };
        let begin = Instant::now();
        let show = Live::new(out, &format!("{} {}", loaded.question.scenario, loaded.question.variant));
        let answer = check(&loaded, budget, &mut |counts| show.hear(counts));
        let mended = if args.quiet || args.no_repairs {
            Repairs::default()
        } else {
            // a switch is tried as long as the question itself took, and a few times over
            let each = Budget { states: budget.states.min(4 * answer.counts.states + 100_000), ..budget };
            repairs(&loaded, &answer.found.iter().map(|f| f.id.as_str()).collect(), each, &mut |counts| {
                show.hear(counts)
            })
        };
        let others = if args.quiet || args.no_others {
            Vec::new()
        } else {
            other_ways(&loaded, &answer, budget, &mut |counts| show.hear(counts))
        };
        drop(show);
        let breaks: BTreeSet<Known> =
            answer.found.iter().map(|f| Known::new(question, &loaded.question.variant, &f.id)).collect();
        let only_known = !breaks.is_empty() && breaks.is_subset(&known);
        found.extend(breaks);
        verdicts.push(match answer.end {
            End::Complete if only_known => Verdict::Holds,
            _ if only_known => Verdict::NotDecided,
            _ => answer.verdict,
        });
        if only_known && !out.json {
            out.print("known: ")?;
        }
        if out.json {
            all.push(as_json(&loaded, &answer, &mended, &others, begin.elapsed()));
        } else {
            tell(args, question, &loaded, (&answer, &mended, &others), begin.elapsed(), out)?;
        }
    }
    if verdicts.is_empty() {
        return Err(nothing_ran(&skipped));
    }
    if let Some(path) = &args.write_baseline {
        baseline::write(path, &found)?;
    }
    let worst = worst(&verdicts);
    if out.json {
        let answer = serde_json::json!({
            "format": 1, "verdict": word(worst), "questions": all, "not_applicable": skipped,
        });
        out.print(&format!("{answer}\n"))?;
    } else if questions.len() > 1 {
        let kinds = [Verdict::Breaks, Verdict::NotDecided, Verdict::Holds];
        let number = |verdict| verdicts.iter().filter(|v| **v == verdict).count();
        let told = kinds
            .iter()
            .filter(|v| number(**v) > 0)
            .map(|v| format!("{} {}", number(*v), out.styled(style(*v), word(*v))));
        let mut told: Vec<_> = told.collect();
        if !skipped.is_empty() {
            told.push(format!("{} scenarios not applicable", skipped.len()));
        }
        out.print(&format!("{}\n", told.join(", ")))?;
    }
    Ok(ExitCode::from(status(worst)))
}

/// A scenario that a kernel of somebody's own can't run, with what it lacks.
#[derive(serde::Serialize)]
struct Skipped {
    design: String,
    scenario: String,
    calls: Vec<String>,
    names: Vec<String>,
}

/// Passes over a scenario.
fn skip(question: &Question, lacks: Needs, skipped: &mut Vec<Skipped>, out: &mut Output) -> Result<(), Complaint> {
    if !out.json {
        let name = out.styled(Style::Strong, &format!("{}, {}", question.design, question.scenario));
        out.print(&format!("{name}: {}: {lacks}\n", out.styled(Style::Faint, "not applicable")))?;
    }
    let (design, scenario) = (question.design.clone(), question.scenario.clone());
    skipped.push(Skipped { design, scenario, calls: lacks.calls, names: lacks.names });
    Ok(())
}

/// There was something to check, but this kernel can run none of it.
fn nothing_ran(skipped: &[Skipped]) -> Complaint {
    let what = match skipped {
        [one] => format!("`{}` is not applicable to the kernel `{}`", one.scenario, one.design),
        _ => "none of these scenarios is applicable to this kernel".to_owned(),
    };
    Complaint::new(format!("nothing was checked: {what}"))
        .help("`cowscope list SCENARIO` tells what a scenario needs; unmap-vs-cow needs fork, mmap and munmap only")
}

/// The worst of several verdicts: one that breaks, else one that is not decided.
fn worst(verdicts: &[Verdict]) -> Verdict {
    verdicts.iter().copied().max_by_key(|v| [0, 2, 1][usize::from(status(*v))]).unwrap_or(Verdict::Holds)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Breaks => "breaks",
        Verdict::NotDecided | Verdict::Unasked => "not decided",
    }
}

fn status(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds => 0,
        Verdict::Breaks => 1,
        Verdict::NotDecided | Verdict::Unasked => 2,
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Holds => Style::Good,
        Verdict::Breaks => Style::Bad,
        Verdict::NotDecided | Verdict::Unasked => Style::Unsure,
    }
}

/// `2021-unshare-v1 D5B=1, fork-vs-gup-fast, variant get`.
fn name_of(question: &Question, loaded: &Loaded) -> String {
    let mut name = question.design.clone();
    for (switch, value) in &question.switches {
        name.push_str(&format!(" {switch}={value}"));
    }
    name.push_str(&format!(", {}", question.scenario));
    if !loaded.question.variant.is_empty() {
        name.push_str(&format!(", variant {}", loaded.question.variant));
    }
    name
}

/// `all 10,834 states`, or what the search was stopped by.
fn extent(answer: &Answered) -> String {
    let states = grouped(answer.counts.states);
    match answer.end {
        End::Complete => format!("all {states} states"),
        End::BudgetReached(Limit::States) => format!("{states} states, the most that --states allows"),
        End::BudgetReached(Limit::Bytes) => format!("{states} states, for which --memory-limit just suffices"),
        End::BudgetReached(Limit::Transitions) => format!("{states} states"),
        End::Cancelled => format!("{states} states, then it was stopped"),
        End::Broke | End::Bounded(_) | End::Sampled => format!("{states} states, not all"),
    }
}

fn tell(
    args: &Args,
    question: &Question,
    loaded: &Loaded,
    (answer, mended, others): (&Answered, &Repairs, &[Way]),
    time: Duration,
    out: &mut Output,
) -> Result<(), Complaint> {
    let counts = &answer.counts;
    let mut text = format!(
        "{}: {}\n  {}, {} transitions, depth {}, {:.1} s; scope: {}\n",
        out.styled(Style::Strong, &name_of(question, loaded)),
        out.styled(style(answer.verdict), word(answer.verdict)),
        extent(answer),
        grouped(counts.transitions),
        grouped(counts.depth),
        time.as_secs_f64(),
        answer.scope
    );
    if counts.states > 1 {
        text.push_str(&format!(
            "  expected number of states missed by 64-bit fingerprints: {:.1e}\n",
            counts.expected_collisions()
        ));
    }
    for found in &answer.found {
        text.push_str(&tell_break(args, loaded, answer, found, out));
        for other in others.iter().filter(|other| other.id == found.id) {
            text.push_str(&tell_other(other, out));
        }
    }
    if !answer.found.is_empty() && !args.quiet && !args.no_repairs {
        text.push_str(&tell_repairs(answer, mended, out));
    }
    out.print(&(text + "\n"))
}

/// Which switch takes which break away.
fn tell_repairs(answer: &Answered, mended: &Repairs, out: &Output) -> String {
    let mut text = String::new();
    for repair in &mended.found {
        let holds = if repair.left.is_empty() { "; nothing breaks then" } else { "" };
        text.push_str(&format!(
            "  {} by {}={} ({}): {}{holds}\n",
            out.styled(Style::Good, "repaired"),
            repair.switch,
            repair.value,
            repair.title,
            repair.mends.join(", "),
        ));
    }
    for found in answer.found.iter().filter(|f| !mended.found.iter().any(|r| r.mends.contains(&f.id))) {
        text.push_str(&format!("  no switch of this design repairs {}\n", found.id));
    }
    if mended.undecided > 0 {
        text.push_str(&format!("  {} settings of switches were not decided\n", mended.undecided));
    }
    text
}

fn tell_break(args: &Args, loaded: &Loaded, answer: &Answered, found: &Found, out: &Output) -> String {
    let race = match found.needs_race {
        Some(true) => "needs a race",
        Some(false) => "needs no race: the same calls, one after the other, break it too",
        None => "whether it needs a race is not decided",
    };
    let (steps, s) = (found.cost.steps, if found.cost.switches == 1 { "" } else { "es" });
    let shortest = if found.proven { "the shortest" } else { "the shortest known" };
    let mut text = format!(
        "  {} {}: {}\n  {race}; {shortest}: {} context switch{s}, {steps} steps\n",
        out.styled(Style::Bad, "breaks"),
        out.styled(Style::Strong, &found.id),
        found.statement,
        found.cost.switches,
    );
    let trace = trace_of_break(loaded, answer, found);
    if !args.quiet {
        text.push_str(&format!(
            "\n{}\n",
            table(&trace, &TableOptions { all: args.all_steps, ..TableOptions::default() })
        ));
    }
    if let Some(link) = &trace.header.link {
        text.push_str(&format!("  {}\n", out.styled(Style::Faint, link)));
    }
    text
}

/// Another way in which the same breaks.
fn tell_other(other: &Way, out: &Output) -> String {
    let Way { id, pair, word, cost, link, .. } = other;
    let s = if cost.switches == 1 { "" } else { "es" };
    format!(
        "  breaks {id} through other accesses too: {word}, {} against {}; {} context switch{s}, {} steps\n  {}\n",
        pair.first,
        pair.second,
        cost.switches,
        cost.steps,
        out.styled(Style::Faint, link),
    )
}

fn as_json(loaded: &Loaded, answer: &Answered, mended: &Repairs, others: &[Way], time: Duration) -> serde_json::Value {
    let others = others.iter().map(|other| {
        serde_json::json!({
            "id": other.id, "word": other.word, "first": other.pair.first, "second": other.pair.second,
            "switches": other.cost.switches, "steps": other.cost.steps, "link": other.link,
        })
    });
    let breaks = answer.found.iter().map(|found| {
        serde_json::json!({
            "id": found.id, "statement": found.statement, "needs_race": found.needs_race, "shortest": found.proven,
            "switches": found.cost.switches, "steps": found.cost.steps, "fewest_steps": found.fewest_steps,
            "link": trace_of_break(loaded, answer, found).header.link,
        })
    });
    let repairs = mended.found.iter().map(|r| {
        serde_json::json!({
            "switch": r.switch, "value": r.value, "title": r.title, "mends": r.mends, "left": r.left,
        })
    });
    let (q, counts) = (&loaded.question, &answer.counts);
    let switches: std::collections::BTreeMap<_, _> = q.switches.iter().cloned().collect();
    serde_json::json!({
        "design": q.design, "switches": switches, "scenario": q.scenario, "variant": q.variant, "verdict": word(answer.verdict),
        "complete": answer.end == End::Complete, "scope": answer.scope, "states": counts.states,
        "transitions": counts.transitions, "depth": counts.depth, "milliseconds": time.as_millis() as u64,
        "breaks": breaks.collect::<Vec<_>>(), "repairs": repairs.collect::<Vec<_>>(),
        "others": others.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_decides_the_exit_status() {
        use Verdict::{Breaks, Holds, NotDecided};
        assert_eq!(status(worst(&[Holds, Breaks, NotDecided])), 1);
        assert_eq!(status(worst(&[Holds, NotDecided, Holds])), 2);
        assert_eq!(status(worst(&[Holds, Holds])), 0);
    }
}
