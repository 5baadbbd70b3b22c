//! `cowscope replay` and `cowscope explain`: what a link shows.

use crate::complaint::Complaint;
use crate::output::Output;
use crate::report::{Form, write};
use crate::{Answer, question, traces};
use cowscope_core::check::question_of;
use cowscope_core::link::{Link, Run};
use cowscope_core::replay::{changed_since, difference, trace_of};
use cowscope_core::report;
use cowscope_core::session::Session;
use cowscope_core::trace::Trace;
use std::path::Path;
use std::process::ExitCode;

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
    let told = report::explain(&trace);
    let text = if out.json { serde_json::json!({ "told": told }).to_string() } else { told.join("\n\n") };
    out.print(&(text + "\n"))?;
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

/// Replays a link, and says on standard error where it no longer shows what it was made to show.
fn played(link: &Link, out: &Output) -> Result<Trace, Complaint> {
    if let Run::Seed { .. } = link.run {
        return Err(Complaint::new("this version can't replay a seed"));
    }
    let question = question_of(link);
    let mut session = Session::new(question::loaded(&question, out.colour_of_errors)?);
    let difference = difference(&mut session, link);
    if let Some(difference) = &difference {
        let why = changed_since(link).unwrap_or_else(|| "the texts it was made with were others".to_owned());
        let again = format!("cowscope check -d {} -s {}", question.design, question.scenario);
        let what = format!("this link does not show what it was made to show: {difference}; {why}");
        out.warn(&what, &format!("search again: {again}"));
    }
    // Where it shows something else, all that breaks is told.
    let of_interest = link.breaks.as_deref().filter(|_| difference.is_none());
    Ok(trace_of(&mut session, of_interest))
}
