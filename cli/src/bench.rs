//! `cowscope bench`: how fast the engine is on this machine, as a table.

use crate::Answer;
use crate::complaint::Complaint;
use crate::output::{Output, Style};
use cowscope_core::explore::{
    Budget, Counts, Exhaustive, Goal, Layered, Measure, Narrow, Options, Parallel, Reduced, Reduction, Search, Status,
    Target,
};
use cowscope_core::library::load;
use cowscope_core::models::{ASIDALLOC, PROTOCOL, TWO_PHASE_COMMIT};
use cowscope_core::system::System;
use cowscope_core::view::Question;
use serde::Serialize;
use std::process::ExitCode;
use std::time::Instant;

mod hardware;

/// Measure the engine: known models, scenarios with all invariants, the hardware alone
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope bench                     everything but what takes long
  cowscope bench protocol --runs 9   only lines with that word, the fastest of nine runs
  cowscope bench --large             also four pages, three tasks, eight managers

Every figure is of the fastest run. docs/benchmarks.md says what is measured, and how other tools compare.")]
pub struct Args {
    /// Only lines whose name has all of these words
    words: Vec<String>,
    /// Runs of each, of which the fastest counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Also what takes more than a few seconds
    #[arg(long)]
    large: bool,
}

/// One line of the table.
#[derive(Serialize)]
struct Line {
    name: String,
    /// What the figure counts.
    unit: &'static str,
    /// So many of it a second.
    rate: f64,
    seconds: f64,
    /// Seconds are those of one CPU, or of the clock on the wall.
    cpu: bool,
    states: Option<u64>,
    transitions: Option<u64>,
    /// Tables and stacks, by stored states.
    bytes_per_state: Option<f64>,
}

/// What is asked of a model.
#[derive(Clone, Copy, PartialEq)]
enum Ask {
    /// Every state, without reductions.
    Everything,
    /// The verdict, with reductions.
    Reduced,
    /// The shortest break by steps.
    FewestSteps,
    /// The shortest break by context switches.
    FewestSwitches,
    /// Every state, on so many threads.
    Threads(usize),
}

struct Case {
    name: String,
    large: bool,
    ask: Ask,
    make: Box<dyn Fn() -> Result<System, String>>,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let wanted =
        |name: &str, large: bool| (args.large || !large) && args.words.iter().all(|w| name.contains(w.as_str()));
    let mut lines = Vec::new();
    if !out.json {
        out.print(&heading(out))?;
    }
    let mut add = |line: Line, out: &mut Output| -> Result<(), Complaint> {
        if !out.json {
            out.print(&shown(&line))?;
        }
        lines.push(line);
        Ok(())
    };
    for line in hardware::lines(&|name| wanted(name, false), args.runs) {
        add(line, out)?;
    }
    for case in cases().into_iter().filter(|case| wanted(&case.name, case.large)) {
        let system = (case.make)().map_err(Complaint::new)?;
        add(measured(&case, &system, args.runs), out)?;
    }
    if lines.is_empty() {
        return Err(Complaint::new("no line has these words").help("`cowscope bench --large` shows all lines"));
    }
    if out.json {
        out.print(&format!("{}\n", serde_json::json!({ "format": 1, "lines": lines })))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, large, ask, make: Box<dyn Fn() -> Result<System, String>>| {
        cases.push(Case { name, large, ask, make });
    };
    let protocol = |n: i64, s: i64| move || PROTOCOL.system(&[("N", n), ("S", s)]);
    for n in [3, 4] {
        add(format!("protocol SF n={n}, every order"), n > 3, Ask::Everything, Box::new(protocol(n, 1)));
        add(format!("protocol SF n={n}, reduced"), false, Ask::Reduced, Box::new(protocol(n, 1)));
    }
    add("protocol F n=3, fewest steps".into(), false, Ask::FewestSteps, Box::new(protocol(3, 0)));
    add("protocol F n=3, fewest switches".into(), false, Ask::FewestSwitches, Box::new(protocol(3, 0)));
    for threads in [1, 2, 4] {
        let enough = std::thread::available_parallelism().is_ok_and(|n| n.get() >= threads);
        if enough {
            let s = if threads == 1 { "" } else { "s" };
            add(format!("protocol SF n=4, {threads} thread{s}"), true, Ask::Threads(threads), Box::new(protocol(4, 1)));
        }
    }
    for n in [7, 8] {
        let make = move || TWO_PHASE_COMMIT.system(&[("N", n)]);
        add(format!("two-phase commit, {n} managers"), n > 7, Ask::Everything, Box::new(make));
    }
    for n in [2, 3] {
        let make = move || ASIDALLOC.system(&[("TASKS", n)]);
        add(format!("asidalloc, {n} tasks, symmetry"), n > 2, Ask::Everything, Box::new(make));
    }
    for (design, scenario, variant) in [
        ("2021-unshare-v1", "fork-vs-gup-fast", "get"),
        ("2021-unshare-v1", "fork-vs-gup-fast", "pin"),
        ("6.1-anon-exclusive", "fork-vs-gup-fast", "pin"),
        ("6.1-anon-exclusive", "fork-vs-gup-fast", "pin_exclusive"),
        ("7.3-folio", "fork-vs-gup-fast", "pin"),
    ] {
        let make = move || {
            let question = Question {
                design: design.into(),
                scenario: scenario.into(),
                variant: variant.into(),
                ..Question::default()
            };
            load(&question).map(|loaded| loaded.system).map_err(|e| e.to_string())
        };
        add(format!("{scenario} {variant}, {design}"), false, Ask::Everything, Box::new(make));
        add(format!("{scenario} {variant}, {design}, reduced"), true, Ask::Reduced, Box::new(make));
        if std::thread::available_parallelism().is_ok_and(|n| n.get() > 1) {
            add(format!("{scenario} {variant}, {design}, 2 threads"), true, Ask::Threads(2), Box::new(make));
        }
    }
    cases
}

/// Shortest time that is measured: clocks are coarse.
const WINDOW: f64 = 0.05;

/// The fastest of some runs. What is short is done over and over in one run.
fn measured(case: &Case, system: &System, runs: u32) -> Line {
    let mut best = f64::MAX;
    let mut counts = Counts::default();
    let cpu = !matches!(case.ask, Ask::Threads(_));
    for _ in 0..runs {
        let (clock, mut times) = (Clock::start(cpu), 0);
        let seconds = loop {
            let mut search = search(case.ask, system.clone());
            while search.run(1 << 24) == Status::Running {}
            counts = search.counts();
            times += 1;
            let seconds = clock.seconds();
            if seconds >= WINDOW {
                break seconds / times as f64;
            }
        };
        best = best.min(seconds);
    }
    Line {
        name: case.name.clone(),
        unit: "transitions",
        rate: counts.transitions as f64 / best,
        seconds: best,
        cpu,
        states: Some(counts.states),
        transitions: Some(counts.transitions),
        bytes_per_state: Some(counts.bytes as f64 / counts.states.max(1) as f64),
    }
}

fn search(ask: Ask, system: System) -> Box<dyn Search> {
    let any = Goal { first: Some(Target::Any), bound: None };
    match ask {
        Ask::Everything => Box::new(Exhaustive::<_, Narrow>::new(system, Options::default(), Budget::NONE)),
        Ask::Reduced => {
            Box::new(Reduced::new(system, Reduction { merge: true, sleep: true }, Options::default(), Budget::NONE))
        }
        Ask::FewestSteps => Box::new(Layered::new(system, Measure::Steps, any, Budget::NONE)),
        Ask::FewestSwitches => Box::new(Layered::new(system, Measure::Switches, any, Budget::NONE)),
        Ask::Threads(n) => Box::new(Parallel::new(system, Options::default(), Budget::NONE, n)),
    }
}

/// Measures the time that this thread has a CPU (where the system tells: Linux), or that passes on the wall.
struct Clock {
    cpu: bool,
    had: f64,
    begin: Instant,
}

impl Clock {
    fn start(cpu: bool) -> Self {
        Clock { cpu, had: on_cpu().unwrap_or(0.0), begin: Instant::now() }
    }

    fn seconds(&self) -> f64 {
        let passed = || self.begin.elapsed().as_secs_f64();
        if self.cpu { on_cpu().map_or_else(passed, |now| now - self.had) } else { passed() }
    }
}

fn on_cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

fn heading(out: &Output) -> String {
    let line = format!(
        "{:<56} {:>10} {:>12} {:>10} {:>20} {:>11}\n",
        "", "states", "transitions", "ms", "million a second", "bytes/state"
    );
    out.styled(Style::Faint, &line)
}

fn shown(line: &Line) -> String {
    let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    let clock = if line.cpu { "CPU" } else { "wall" };
    format!(
        "{:<56} {:>10} {:>12} {:>10.2} {:>15.2} {clock:<4} {:>11}\n",
        line.name,
        number(line.states),
        number(line.transitions),
        line.seconds * 1e3,
        line.rate / 1e6,
        line.bytes_per_state.map_or_else(String::new, |b| format!("{b:.1}")),
    )
}
