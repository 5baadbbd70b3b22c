//! `cowscope mutate`: which load-bearing statements of a design do the scenarios miss?

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::{Answer, question};
use cowscope_core::explore::Budget;
use cowscope_core::mutate::{Bench, Mutant, Verdict, mutants, questions};
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
    /// Only this scenario judges
    #[arg(short, long, default_value = "all", value_name = "ID")]
    scenario: String,
    /// Most states of one search; a scenario in which the design has more judges no mutant
    #[arg(long, default_value_t = 400_000, value_name = "N")]
    states: u64,
    /// Threads; 0: one for each CPU
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
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
    if bench.cases.is_empty() {
        return Err(
            Complaint::new(format!("{} can be put to no scenario", question.design)).help("`cowscope check` says why")
        );
    }
    let all = mutants(&question).map_err(|error| question::unusable(error, out.colour_of_errors))?;
    let wanted = |mutant: &Mutant| args.only.as_deref().is_none_or(|only| mutant.id.contains(only));
    let all: Vec<Mutant> = all.into_iter().filter(wanted).collect();
    let bar = out.bar(all.len() as u64, "mutants");
    let all: Vec<&Mutant> = all.iter().collect();
    let groups: Vec<&[&Mutant]> = all.chunk_by(|a, b| a.group() == b.group()).collect();
    let verdicts = in_parallel(threads, &groups, |group| bench.put_all(group, args.states, |_| bar.inc(1)));
    bar.finish_and_clear();
    // a mutant that changes no program is none: the statement is not part of this design
    let told: Vec<(&Mutant, Verdict)> =
        all.iter().copied().zip(verdicts.into_iter().flatten()).filter_map(|(m, v)| Some((m, v?))).collect();
    if out.json {
        print_json(&told, out)?
    } else {
        print(&question, &bench, &told, out)?
    }
    Ok(ExitCode::SUCCESS)
}

fn bench(question: &Question, args: &Args, threads: usize, out: &Output) -> Bench {
    let mut all = questions(question);
    all.retain(|question| matches!(args.scenario.as_str(), "all" | "") || question.scenario == args.scenario);
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

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Caught { .. } => "caught",
        Verdict::Survived { .. } => "survived",
        Verdict::Equivalent(_) => "equivalent",
    }
}

/// By what it was caught, or by which rule it is equivalent.
fn by(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Caught { scenario, what } => Some(format!("{scenario}: {what}")),
        Verdict::Equivalent(rule) => Some((*rule).to_owned()),
        Verdict::Survived { .. } => None,
    }
}

/// `common/wp.c:53`; of a switch, the design.
fn place(mutant: &Mutant) -> String {
    match mutant.place.line {
        0 => mutant.place.file.clone(),
        line => format!("{}:{line}", mutant.place.file),
    }
}

fn print_json(told: &[(&Mutant, Verdict)], out: &mut Output) -> Result<(), Complaint> {
    let mutants = told.iter().map(|(mutant, verdict)| {
        serde_json::json!({"id": mutant.id, "where": place(mutant), "verdict": word(verdict), "by": by(verdict)})
    });
    let json = serde_json::json!({"mutants": mutants.collect::<Vec<_>>()});
    out.print(&format!("{json}\n"))
}

fn print(question: &Question, bench: &Bench, told: &[(&Mutant, Verdict)], out: &mut Output) -> Result<(), Complaint> {
    let mut text = String::new();
    for (mutant, verdict) in told {
        let style = match verdict {
            Verdict::Caught { .. } => Style::Good,
            Verdict::Survived { .. } => Style::Bad,
            Verdict::Equivalent(_) => Style::Faint,
        };
        let by = match verdict {
            Verdict::Survived { undecided } if *undecided > 0 => format!("{undecided} scenarios not decided"),
            _ => by(verdict).unwrap_or_default(),
        };
        let word = out.styled(style, &format!("{:<10}", word(verdict)));
        text.push_str(&format!("{word}  {}  {}  {by}", mutant.id, place(mutant)));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    let number = |wanted: &str| told.iter().filter(|(_, verdict)| word(verdict) == wanted).count();
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
