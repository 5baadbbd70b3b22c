//! `cowscope mutate`: which load-bearing statements of a design do the scenarios miss?

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::{Answer, question};
use cowscope_core::explore::Budget;
use cowscope_core::mutate::{Bench, Case, Judged, Mutant, judge, mutants, questions};
use cowscope_core::view::Question;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Leave out each load-bearing statement of a design, and say which scenario notices
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope mutate --design 6.1-anon-exclusive
  cowscope mutate -d 5.11-seqcount --json > mutants.json
  cowscope mutate -d 6.1-anon-exclusive --only wp_page_copy      some of them

A mutant is the design with a switch off, or without one lock, barrier, flush, recheck or counter update. It is caught by the first
scenario that breaks in a way in which it does not break without the mutation. Exit status: 0 when it ran, 3 bad input.")]
pub struct Args {
    /// A kernel design: its id, a C file or a directory of C files
    #[arg(short, long, value_name = "ID|PATH")]
    design: String,
    /// A switch of the design; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = question::setting)]
    set: Vec<(String, i64)>,
    /// Only mutants whose id has this in it
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Most states of one search; a scenario in which the design has more judges no mutant
    #[arg(long, default_value_t = 400_000, value_name = "N")]
    states: u64,
    /// Threads; 0: one for each CPU
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
}

/// What became of a mutant.
struct Outcome {
    verdict: &'static str,
    /// The scenario, and what broke; of an equivalent one, the rule.
    by: Option<(String, String)>,
    /// Scenarios whose search ran out of its budget.
    undecided: usize,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let asked = question::Asked { set: args.set.clone(), ..question::Asked::of(&args.design, "all") };
    let question = asked.questions()?.into_iter().next().ok_or_else(|| Complaint::new("there is no scenario"))?;
    let threads = match args.threads {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
        n => n,
    };
    let bench = bench(&question, args, threads, out);
    let Some(first) = bench.cases.first() else {
        return Err(
            Complaint::new(format!("{} can be put to no scenario", question.design)).help("`cowscope check` says why")
        );
    };
    let all = mutants(&first.question).map_err(|error| question::unusable(error, out.colour_of_errors))?;
    let wanted = |mutant: &Mutant| args.only.as_deref().is_none_or(|only| mutant.id.contains(only));
    let all: Vec<Mutant> = all.into_iter().filter(wanted).collect();
    let bar = out.bar(all.len() as u64, "mutants");
    let outcomes = in_parallel(threads, &all, |mutant| {
        let outcome = try_out(mutant, &bench, args.states);
        bar.inc(1);
        outcome
    });
    bar.finish_and_clear();
    // a mutant that changes no program is none: the statement is not part of this design
    let told: Vec<(&Mutant, Outcome)> = all.iter().zip(outcomes).filter_map(|(m, o)| Some((m, o?))).collect();
    if out.json {
        print_json(&question, &bench, &told, out)?
    } else {
        print(&question, &bench, &told, out)?
    }
    Ok(ExitCode::SUCCESS)
}

fn bench(question: &Question, args: &Args, threads: usize, out: &Output) -> Bench {
    let all = questions(question);
    let bar = out.bar(all.len() as u64, "scenarios without a mutation");
    let budget = Budget { states: args.states, ..Budget::NONE };
    let parts = in_parallel(threads, &all, |question| {
        let mut part = Bench::default();
        part.add(question.clone(), budget);
        bar.inc(1);
        part
    });
    bar.finish_and_clear();
    let mut bench = Bench::default();
    for part in parts {
        bench.cases.extend(part.cases);
        bench.undecided.extend(part.undecided);
    }
    bench.sort();
    bench
}

/// What `f` makes of each, in their order.
fn in_parallel<T: Sync, R: Send>(threads: usize, all: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(at) else { break };
                    let result = f(one);
                    if let Ok(mut done) = done.lock() {
                        done.insert(at, result);
                    }
                }
            });
        }
    });
    done.into_inner().map(|done| done.into_values().collect()).unwrap_or_default()
}

/// Puts a mutant to one scenario after another until one notices. `None`: no scenario's program is another with it.
fn try_out(mutant: &Mutant, bench: &Bench, states: u64) -> Option<Outcome> {
    let mut outcome = Outcome { verdict: "survived", by: None, undecided: 0 };
    let mut concerned = false;
    for case in &bench.cases {
        let most = Budget { states: (case.states * 8).clamp(20_000, states.max(20_000)), ..Budget::NONE };
        match judge(case, mutant, most) {
            Judged::Same => continue,
            Judged::NoProgram => return None,
            _ if mutant.equivalent.is_some() => {
                let rule = mutant.equivalent.unwrap_or_default().to_owned();
                return Some(Outcome { verdict: "equivalent", by: Some((String::new(), rule)), undecided: 0 });
            }
            Judged::Breaks(what) => {
                return Some(Outcome {
                    verdict: "caught",
                    by: Some((case.name(), what)),
                    undecided: outcome.undecided,
                });
            }
            Judged::Nothing => {}
            Judged::NotDecided => outcome.undecided += 1,
        }
        concerned = true;
    }
    concerned.then_some(outcome)
}

fn print_json(
    question: &Question,
    bench: &Bench,
    told: &[(&Mutant, Outcome)],
    out: &mut Output,
) -> Result<(), Complaint> {
    let mutants = told.iter().map(|(mutant, outcome)| {
        let place = &mutant.place;
        let at = if place.line == 0 { place.file.clone() } else { format!("{}:{}", place.file, place.line) };
        serde_json::json!({
            "id": mutant.id, "where": at, "text": place.text, "verdict": outcome.verdict,
            "by": outcome.by.as_ref().filter(|_| outcome.verdict == "caught").map(|(scenario, what)| format!("{scenario}: {what}")),
            "rule": mutant.equivalent.filter(|_| outcome.verdict == "equivalent"),
            "undecided": outcome.undecided,
        })
    });
    let mutants: Vec<_> = mutants.collect();
    let scenarios: Vec<String> = bench.cases.iter().map(Case::name).collect();
    let json = serde_json::json!({
        "format": 1, "design": question.design, "scenarios": scenarios, "left_out": bench.undecided, "mutants": mutants,
    });
    out.print(&format!("{json}\n"))
}

fn print(question: &Question, bench: &Bench, told: &[(&Mutant, Outcome)], out: &mut Output) -> Result<(), Complaint> {
    let mut text = String::new();
    for (mutant, outcome) in told {
        let style = match outcome.verdict {
            "caught" => Style::Good,
            "survived" => Style::Bad,
            _ => Style::Faint,
        };
        let by = match &outcome.by {
            Some((scenario, what)) if scenario.is_empty() => format!("  {what}"),
            Some((scenario, what)) => format!("  {scenario}: {what}"),
            None if outcome.undecided > 0 => format!("  {} scenarios not decided", outcome.undecided),
            None => String::new(),
        };
        let place = &mutant.place;
        let at = if place.line == 0 { String::new() } else { format!("  {}:{}", place.file, place.line) };
        let verdict = out.styled(style, &format!("{:<10}", outcome.verdict));
        text.push_str(&format!("{verdict}  {}{at}{by}\n", mutant.id));
    }
    let number = |verdict: &str| told.iter().filter(|(_, outcome)| outcome.verdict == verdict).count();
    let (caught, survived) = (number("caught"), number("survived"));
    let percent = if caught + survived == 0 { 100.0 } else { 100.0 * caught as f64 / (caught + survived) as f64 };
    text.push_str(&format!(
        "\n{}: {caught} of {} mutants caught ({percent:.1} %) by {} scenarios; {} more are equivalent on x86-TSO\n",
        out.styled(Style::Strong, &question.design),
        caught + survived,
        bench.cases.len(),
        number("equivalent"),
    ));
    if !bench.undecided.is_empty() {
        text.push_str(&format!("left out, too large for --states: {}\n", bench.undecided.join(", ")));
    }
    out.print(&text)
}
