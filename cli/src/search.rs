//! `cowscope search`: one kind of search on a question, by parts if asked, and all it has to say about itself.

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::progress::{Live, grouped};
use crate::{Answer, interrupt, question};
use cowscope_core::explore::{Choice, End, Finding, Limit, Model, Part, Summary, Verdict, minimise};
use cowscope_core::library::Loaded;
use cowscope_core::link::Link;
use cowscope_core::replay::open;
use cowscope_core::system::System;
use serde::{Deserialize, Serialize};
use std::process::ExitCode;
use std::time::Instant;

mod found;
mod how;

pub use found::Found;
use how::{How, Kind, Made};

/// Search in one way: everything, in layers, at random, or for a cycle without end
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope search -d 6.1-anon-exclusive -s fork-vs-gup-fast --threads 2
  cowscope search -d 2021-unshare-v1 -s fork-vs-gup-fast -v pin --how switches --bound 3
  cowscope search -d 2021-unshare-v1 -s fork-vs-gup-fast -v pin --how pct --runs 100000 --shard 0/8 --json > part0.json
  cowscope search --from LINK --how pct           goes on from where the run of a link stands
  cowscope merge part*.json                       joins parts (docs/scale.md)

Exit status: 0 holds, 1 something breaks, 2 nothing breaks in what was searched, which was not everything, 3 bad input.")]
pub struct Args {
    #[command(flatten)]
    what: Option<question::Asked>,
    /// Begin where the run of this link stands, instead of at the scenario's first state
    #[arg(long, value_name = "LINK", conflicts_with = "Asked")]
    from: Option<String>,
    #[command(flatten)]
    how: How,
    /// Make the schedules of what breaks simpler: fewer switches, then fewer steps
    #[arg(long)]
    minimise: bool,
    /// Only part I of N, counted from 0: of random runs, and of a search in layers with a bound
    #[arg(long, value_name = "I/N", value_parser = crate::shard::parse)]
    shard: Option<(u32, u32)>,
}

/// What a search found, for one question; as `cowscope merge` reads it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Searched {
    #[serde(flatten)]
    pub summary: Summary,
    pub verdict: Verdict,
    /// Number of states that 64-bit fingerprints may have merged wrongly, as expected by chance.
    pub expected_collisions: f64,
    /// An estimate of the states that were not reached.
    pub states_left: Option<u64>,
    pub seconds: f64,
    /// Of a sampled search by PCT: the least probability with which one run finds a given break of this depth.
    pub pct_bound: Option<f64>,
    /// What broke, in words, each with its link.
    pub found: Vec<Found>,
}

/// The whole answer.
#[derive(Serialize, Deserialize)]
pub struct Searches {
    pub format: u32,
    pub searches: Vec<Searched>,
}

/// Where a search begins.
struct Start {
    /// The question in words: equal for equal questions.
    name: String,
    loaded: Loaded,
    /// Choices that lead to the state in which `model` stands.
    before: Vec<Choice>,
    model: System,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    interrupt::listen();
    args.how.valid(args.shard.is_some())?;
    let mut searches = Vec::new();
    for start in starts(args, out)? {
        let searched = searched(args, &start, out);
        if !out.json {
            out.print(&told(&searched, out))?;
        }
        searches.push(searched);
    }
    if searches.is_empty() {
        return Err(Complaint::new("there is nothing to search"));
    }
    let status = searches.iter().map(|s| status(s.verdict)).max_by_key(|s| [0, 2, 1][usize::from(*s)]).unwrap_or(0);
    if out.json {
        // Plain data with text keys: there is nothing in it that JSON can't say.
        out.print(&(serde_json::to_string(&Searches { format: 1, searches }).unwrap_or_default() + "\n"))?;
    }
    Ok(ExitCode::from(status))
}

fn starts(args: &Args, out: &Output) -> Result<Vec<Start>, Complaint> {
    if let Some(text) = &args.from {
        let link = Link::parse(text).map_err(|e| Complaint::new(e.to_string()))?;
        let mut session = open(&link).map_err(|e| Complaint::new(e.to_string()))?.session;
        let at = link.at.unwrap_or(u32::MAX).min(session.position());
        session.go_to(at);
        if !session.broken_here().is_empty() {
            return Err(Complaint::new("the link's run ends in a break: nothing goes on from there")
                .help("cut it before its last step: `&at=N`"));
        }
        let before: Vec<Choice> = session.schedule().into_iter().take(at as usize).collect();
        let mut model = session.system().clone();
        model.watch = false;
        model.state_mut().trace(false);
        session.go_to(0);
        let loaded = session.loaded;
        let name = format!("from {text}");
        return Ok(vec![Start { name, loaded, before, model }]);
    }
    let Some(what) = &args.what else {
        return Err(Complaint::new("say what to search: `--design` and `--scenario`, or `--from LINK`"));
    };
    let mut starts = Vec::new();
    for question in what.questions()? {
        let loaded = question::loaded(&question, out.colour_of_errors)?;
        let q = &loaded.question;
        let words = |list: &[(String, i64)]| list.iter().map(|(n, v)| format!(" {n}={v}")).collect::<String>();
        let machine: String = q.machine.iter().map(|(n, v)| format!(" {n}={v}")).collect();
        let name = format!("{}{}, {} {}{machine}", q.design, words(&q.switches), q.scenario, q.variant);
        let model = loaded.system.clone();
        starts.push(Start { name: name.trim_end().to_owned(), loaded, before: Vec::new(), model });
    }
    Ok(starts)
}

fn searched(args: &Args, start: &Start, out: &Output) -> Searched {
    let (index, of) = args.shard.unwrap_or((0, 1));
    let part = Part { index, of };
    let begin = Instant::now();
    let live = Live::new(out, &start.name);
    let mut search = args.how.search(start.model.clone(), part);
    let end = drive(args, &mut search, &live);
    let question = format!("{}: {}", start.name, args.how.words());
    let mut summary = Summary::of(search.as_search(), end, &question, part);
    if args.minimise {
        for finding in &mut summary.findings {
            simplify(&start.model, finding);
        }
    }
    let cycle = search.cycle();
    let mut found: Vec<Found> = summary
        .findings
        .iter()
        .map(|f| Found::of(&start.loaded, &start.before, f.what, &f.schedule, f.times))
        .collect();
    found.extend(cycle.map(|lasso| Found::cycle(&start.loaded, &start.before, &lasso)));
    let mut verdict = summary.verdict();
    if !found.is_empty() {
        verdict = Verdict::Breaks;
    } else if verdict == Verdict::Holds && args.how.kind == Kind::Sequential {
        verdict = Verdict::NotSeen;
    }
    let stopped = matches!(end, End::BudgetReached(_) | End::Cancelled);
    Searched {
        verdict,
        expected_collisions: if args.how.wide { 0.0 } else { summary.counts.expected_collisions() },
        states_left: if stopped { search.states_left() } else { None },
        seconds: begin.elapsed().as_secs_f64(),
        pct_bound: search.pct_bound(),
        summary,
        found,
    }
}

/// Runs the search to its end. Where somebody stops it, or its budget does, whoever sits at the terminal may let it go on, with twice
/// the room.
fn drive(args: &Args, search: &mut Made, live: &Live) -> End {
    let mut budget = args.how.budget();
    loop {
        let end = search.drive(&mut |counts| live.hear(counts));
        if !matches!(end, End::BudgetReached(_) | End::Cancelled) {
            return end;
        }
        let counts = search.as_search().counts();
        let broke = if search.as_search().findings().is_empty() { "nothing broke so far" } else { "something breaks" };
        let so_far = format!("{} states, {} waiting, {broke}", grouped(counts.states), grouped(counts.frontier));
        if !live.ask(&format!("{}: {so_far}", ended(end))) {
            return end;
        }
        if end != End::Cancelled {
            budget.states = budget.states.saturating_mul(2);
            budget.bytes = budget.bytes.saturating_mul(2);
            search.set_budget(budget);
        }
    }
}

/// Steps that are tried to make one schedule simpler.
const TRIES: u64 = 20_000_000;

fn simplify(model: &System, finding: &mut Finding) {
    if let Some(simple) = minimise(model, &finding.schedule, finding.what, TRIES) {
        finding.schedule = simple;
    }
}

fn status(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds => 0,
        Verdict::Breaks => 1,
        Verdict::HoldsWithin(_) | Verdict::NotSeen | Verdict::NotDecided => 2,
    }
}

/// What a verdict says, and of how much.
fn said(searched: &Searched) -> (Style, String) {
    let counts = &searched.summary.counts;
    match searched.verdict {
        Verdict::Breaks => (Style::Bad, "breaks".into()),
        Verdict::Holds => (Style::Good, format!("holds: all {} states", grouped(counts.states))),
        Verdict::HoldsWithin(k) => (Style::Unsure, format!("nothing breaks within {k}; beyond that nothing is known")),
        Verdict::NotSeen if counts.runs > 0 => {
            (Style::Unsure, format!("nothing broke in {} runs; of others nothing is known", grouped(counts.runs)))
        }
        Verdict::NotSeen => (Style::Unsure, "nothing breaks without a race; of races nothing is known".into()),
        Verdict::NotDecided => (Style::Unsure, format!("not decided: {}", ended(searched.summary.end))),
    }
}

fn ended(end: End) -> &'static str {
    match end {
        End::BudgetReached(Limit::States) => "the most states that --states allows were reached",
        End::BudgetReached(Limit::Bytes) => "the memory that --memory-limit allows was used up",
        End::BudgetReached(Limit::Transitions) => "the most transitions were made",
        End::Cancelled => "it was stopped",
        End::Complete | End::Broke | End::Bounded(_) | End::Sampled => "parts are missing",
    }
}

/// A search in words; also for parts that were joined.
pub fn told(searched: &Searched, out: &Output) -> String {
    let Searched { summary, seconds, .. } = searched;
    let counts = &summary.counts;
    let (style, verdict) = said(searched);
    let rate = counts.transitions as f64 / seconds.max(1e-3);
    let mut text = format!("{}\n  {}\n", out.styled(Style::Strong, &summary.question), out.styled(style, &verdict));
    text.push_str(&format!(
        "  {} states, {} transitions, {} waiting, depth {}, {:.1} s ({} transitions a second), {} MiB\n",
        grouped(counts.states),
        grouped(counts.transitions),
        grouped(counts.frontier),
        grouped(counts.depth),
        seconds,
        grouped(rate as u64),
        counts.bytes.div_ceil(1 << 20)
    ));
    if let Some(left) = searched.states_left {
        text.push_str(&format!("  by random walks about {} more states were to come: an estimate\n", grouped(left)));
    }
    if searched.expected_collisions > 0.0 {
        let p = searched.expected_collisions;
        text.push_str(&format!("  states wrongly taken for known ones by 64-bit fingerprints: {p:.1e} expected\n"));
    }
    if let Some(bound) = searched.pct_bound {
        let runs = counts.runs.max(1) as f64;
        let all = 1.0 - (1.0 - bound).powf(runs);
        text.push_str(&format!("  one run finds a break of this depth with a probability of at least {bound:.1e}, "));
        text.push_str(&format!("these runs of at least {all:.2}\n"));
    }
    for found in &searched.found {
        text.push_str(&found.told(out));
    }
    text + "\n"
}
