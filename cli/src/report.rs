//! `cowscope report`: a kept run for people and other programs.

use crate::complaint::Complaint;
use crate::output::Output;
use crate::{Answer, traces};
use cowscope_core::report::{self, TableOptions};
use cowscope_core::trace::Trace;
use std::process::ExitCode;

/// Turn a kept trace into a table, Markdown, JSON, SVG, Mermaid or words
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope report run.json                    the table that goes into a commit message
  cowscope report run.json --all --width 120  every step, wider
  cowscope report run.json -f svg -o run.svg")]
pub struct Args {
    /// A trace in JSON; `-` for standard input
    trace: String,
    #[command(flatten)]
    form: Form,
}

/// What a report looks like.
#[derive(clap::Args)]
pub struct Form {
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Every step, not only those that matter to more than one CPU (tables)
    #[arg(long)]
    all: bool,
    /// Characters in a line (tables and words)
    #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(u16).range(40..=1000))]
    width: u16,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A column for each CPU, as in commit messages
    Table,
    Markdown,
    /// The whole trace: docs/trace.schema.json
    Json,
    /// A timeline
    Svg,
    /// A sequence diagram
    Mermaid,
    Words,
}

/// Runs `cowscope report`.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let trace = traces::read(&args.trace)?;
    write(&trace, &args.form, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the report of a trace where the call wants it.
///
/// # Errors
/// Where the file can't be written.
pub fn write(trace: &Trace, form: &Form, out: &mut Output) -> Result<(), Complaint> {
    let text = match if out.json { Format::Json } else { form.format } {
        Format::Table => report::table(trace, &TableOptions { width: form.width.into(), all: form.all }),
        Format::Markdown => report::markdown(trace),
        Format::Json => report::json(trace),
        Format::Svg => report::svg(trace),
        Format::Mermaid => report::mermaid(trace),
        Format::Words => report::words(trace, form.width.into()),
    };
    match &form.output {
        Some(path) => std::fs::write(path, text).map_err(|error| Complaint::file(path, &error)),
        None => out.print(&text),
    }
}
