//! `cowscope replay` and `cowscope explain`: what a link shows.

use crate::complaint::Complaint;
use crate::output::Output;
use crate::report::{Form, write};
use crate::{Answer, question, traces};
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::link::Link;
use cowscope_core::replay::{Again, OpenError, again, changed_since, link_of, mark, open, trace_of};
use cowscope_core::report;
use cowscope_core::session::Session;
use cowscope_core::trace::Trace;
use std::path::Path;
use std::process::ExitCode;

/// States of the search for a link that shows the same as an outdated one.
const STATES: u64 = 2_000_000;

/// Replay a link: as a table, Markdown, JSON, SVG, Mermaid or words
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope replay 'https://example.org/#/run?v=1&d=...'    the table that goes into a commit message
  cowscope replay LINK --all --width 120                   every step, wider
  cowscope replay LINK -f svg -o run.svg
  cowscope replay LINK --json > run.json                   to be read again by `cowscope report`

Exit status: 1 where the run breaks something, 0 where it does not, 3 where the link can't be used.")]
pub struct Args {
    /// A link (in quotes: it has `&` in it), or a file with one; `-` for standard input
    link: String,
    #[command(flatten)]
    form: Form,
}

/// Tell a run in words: what broke, who came between, where the last value came from
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope explain 'https://example.org/#/run?v=1&d=...'
  cowscope explain run.json                                a trace that was kept")]
pub struct ExplainArgs {
    /// A link, or a trace in JSON
    run: String,
    /// Characters in a line
    #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(u16).range(40..=1000))]
    width: u16,
}

/// Runs `cowscope replay`.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let trace = played(&link(&args.link)?, out)?;
    write(&trace, &args.form, out)?;
    Ok(status(&trace))
}

/// Runs `cowscope explain`.
pub fn explain(args: &ExplainArgs, out: &mut Output) -> Answer {
    let trace = if args.run.contains("/run?") { played(&link(&args.run)?, out)? } else { traces::read(&args.run)? };
    let json = || serde_json::json!({ "format": 1, "told": report::explain(&trace) }).to_string() + "\n";
    out.print(&if out.json { json() } else { report::words(&trace, args.width.into()) })?;
    Ok(status(&trace))
}

fn status(trace: &Trace) -> ExitCode {
    ExitCode::from(u8::from(trace.breaking_step().is_some()))
}

/// The link that the call gives.
fn link(given: &str) -> Result<Link, Complaint> {
    let text = if given == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(|error| Complaint::file(given, &error))?
    } else if !given.contains("/run?") && Path::new(given).is_file() {
        std::fs::read_to_string(given).map_err(|error| Complaint::file(given, &error))?
    } else {
        given.to_owned()
    };
    Link::parse(&text).map_err(|error| {
        let complaint = Complaint::new(error.to_string());
        if given.contains('&') || given == "-" {
            complaint
        } else {
            complaint.help("put the link in quotes: a shell cuts it at `&`")
        }
    })
}

/// Replays a link. Where it no longer shows what it was made to show, says on standard error since when and why, and which
/// link shows the same today.
fn played(link: &Link, out: &Output) -> Result<Trace, Complaint> {
    let mut opened = open(link).map_err(|error| match error {
        OpenError::Value(what) => Complaint::new(what),
        OpenError::Load(error) => question::unusable(error, out.colour_of_errors),
    })?;
    let difference = opened.difference.as_ref();
    if let Some(difference) = difference {
        let why = changed_since(&opened.session, link, difference);
        let what = format!("this link does not show what it was made to show: {difference}; {why}");
        out.warn(&what, &renewed(link, &opened.session));
    }
    // Where it shows something else, all that breaks is told.
    let of_interest = link.breaks.as_deref().filter(|_| difference.is_none());
    let mut trace = trace_of(&mut opened.session, of_interest);
    mark(&mut trace, &link.bookmarks);
    Ok(trace)
}

/// What a search for the same finds today.
fn renewed(link: &Link, session: &Session) -> String {
    if link.breaks.is_none() {
        return format!("as it runs here: {}", link_of(session));
    }
    let budget = Budget { states: STATES, bytes: 2 << 30, ..Budget::NONE };
    match again(link, budget, &mut |_| Progress::Continue) {
        Ok(Again::Breaks(new)) => format!("the same breaks here by another schedule: {new}"),
        Ok(Again::Holds) => "it does not break here any more, in any schedule".to_owned(),
        Ok(Again::NotDecided) => {
            format!("search again: cowscope check -d {} -s {} --states N", link.design, link.scenario)
        }
        Err(error) => error.to_string(),
    }
}
