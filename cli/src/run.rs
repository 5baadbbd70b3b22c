//! `cowscope run`: random runs by seed.

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::{Answer, interrupt, question};
use cowscope_core::explore::{Break, Budget, Plan, Random, SLICE, Search, Strategy, drive};
use cowscope_core::library::Loaded;
use cowscope_core::replay::trace_of;
use cowscope_core::report::{TableOptions, table};
use cowscope_core::session::Session;
use std::process::ExitCode;

mod timed;

/// Make random runs by seed, and show what breaks in them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope run -d 2021-unshare-v1 -s fork-vs-gup-fast -v get --runs 10000 --seed 7
  cowscope run -d 5.8-force-cow -s fork-vs-write-pin --pct 3

Exit status: 1 where a run breaks something, 2 where none does (random runs decide nothing), 3 bad input.")]
pub struct Args {
    #[command(flatten)]
    what: question::Asked,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many runs
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Probabilistic concurrency testing with this bug depth, instead of uniform choices
    #[arg(long, value_name = "DEPTH", value_parser = clap::value_parser!(u32).range(1..=9))]
    pct: Option<u32>,
    /// Steps after which a run is cut
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    max_steps: u32,
    /// Timed runs: steps cost cycles, and the CPU whose clock is lowest acts. Run i has seed SEED + i
    #[arg(long, conflicts_with = "pct")]
    timed: bool,
    /// Timed: a CPU begins up to so many cycles after the first
    #[arg(long, default_value_t = 200, value_name = "CYCLES", requires = "timed")]
    skew: u32,
    /// Timed: a step takes up to so many percent longer than the table of costs says
    #[arg(long, default_value_t = 20, value_name = "PERCENT", requires = "timed")]
    jitter: u32,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    interrupt::listen();
    let questions = args.what.questions()?;
    if questions.is_empty() {
        return Err(Complaint::new("there is nothing to run"));
    }
    let mut broke = false;
    let mut all = Vec::new();
    for question in &questions {
        let loaded = question::loaded(question, out.colour_of_errors)?;
        if args.timed {
            broke |= timed::run(args, &loaded, &mut all, out)?;
            continue;
        }
        let mut search = Random::new(loaded.system.clone(), args.plan(), Budget::NONE);
        drive(&mut search, SLICE, interrupt::go_on);
        broke |= !search.findings().is_empty();
        if out.json {
            all.push(as_json(&loaded, &search));
        } else {
            tell(&loaded, &search, out)?;
        }
    }
    if out.json {
        out.print(&format!("{}\n", serde_json::json!({ "format": 1, "seed": args.seed, "questions": all })))?;
    }
    Ok(ExitCode::from(if broke { 1 } else { 2 }))
}

impl Args {
    fn plan(&self) -> Plan {
        Plan {
            strategy: self.pct.map_or(Strategy::Uniform, |depth| Strategy::Pct { depth }),
            seed: self.seed,
            first: 0,
            stride: 1,
            runs: self.runs,
            max_steps: self.max_steps,
            first_break: false,
        }
    }
}

/// What one break of a random run is called, its link and its table.
fn shown(loaded: &Loaded, what: Break, schedule: &[cowscope_core::explore::Choice]) -> (String, String, String) {
    let id = match what {
        Break::Violation(v) => cowscope_core::session::broken_of(&loaded.system, &v, &loaded.question.design).id,
        Break::Deadlock => "deadlock".to_owned(),
    };
    let (link, table) = told(loaded, schedule, Some(&id));
    (id, link, table)
}

/// The link and the table of a run.
fn told(loaded: &Loaded, schedule: &[cowscope_core::explore::Choice], of_interest: Option<&str>) -> (String, String) {
    let mut session = Session::new(loaded.clone());
    session.set_schedule(schedule);
    session.go_to(u32::MAX);
    let trace = trace_of(&mut session, of_interest);
    let table = table(&trace, &TableOptions::default());
    (trace.header.link.unwrap_or_default(), table)
}

fn tell(loaded: &Loaded, search: &Random<cowscope_core::system::System>, out: &mut Output) -> Result<(), Complaint> {
    let counts = search.counts();
    let q = &loaded.question;
    let name = out.styled(Style::Strong, &format!("{}, {} {}", q.design, q.scenario, q.variant));
    let mut text = format!("{}: {} runs, {} steps", name.trim_end(), counts.runs, counts.transitions);
    if search.dropped() > 0 {
        text.push_str(&format!(", {} runs that the scenario does not mean left out", search.dropped()));
    }
    if search.cut() > 0 {
        text.push_str(&format!(", {} cut", search.cut()));
    }
    text.push('\n');
    for found in search.findings().list() {
        let (id, link, table) = shown(loaded, found.what, &found.schedule);
        let breaks = out.styled(Style::Bad, "breaks");
        text.push_str(&format!("  {breaks} {id} in {} of them; the first:\n\n{table}\n  {link}\n", found.times));
    }
    if search.findings().is_empty() {
        text.push_str(&format!(
            "  {} in these runs; `cowscope check` decides\n",
            out.styled(Style::Unsure, "nothing broke")
        ));
    }
    out.print(&(text + "\n"))
}

fn as_json(loaded: &Loaded, search: &Random<cowscope_core::system::System>) -> serde_json::Value {
    let breaks = search.findings().list().iter().map(|found| {
        let (id, link, _) = shown(loaded, found.what, &found.schedule);
        serde_json::json!({ "id": id, "times": found.times, "link": link })
    });
    let q = &loaded.question;
    serde_json::json!({
        "design": q.design, "scenario": q.scenario, "variant": q.variant, "runs": search.counts().runs,
        "steps": search.counts().transitions, "dropped": search.dropped(), "cut": search.cut(),
        "breaks": breaks.collect::<Vec<_>>(),
    })
}
