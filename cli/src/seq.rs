//! `cowscope seq`: what a design answers where real kernels were asked.

use std::io::{self, BufRead};
use std::process::ExitCode;

use cowscope_core::seq::{Runner, answer_line};

use crate::complaint::Complaint;
use crate::output::Output;
use crate::{Answer, question};

/// Answer sequences of operations, one JSON line each, as real kernels were asked them
#[derive(clap::Args)]
#[command(after_help = "\
Each line of the input is {\"id\", \"seq\"}; each line of the output {\"id\", \"obs\", \"obs_norm\"}, or {\"id\", \"na\"} for what is
not modelled, or {\"id\", \"error\"} for a line that is no row. The notation is told in docs/cli.md.

Example:
  echo '{\"id\":\"x\",\"seq\":\"P:map P:w=A P:fork=C P:w=B P:st C:r\"}' | cowscope seq -d 6.1-anon-exclusive")]
pub struct Args {
    /// A kernel design: its id, a C file or a directory of C files
    #[arg(short, long, value_name = "ID|PATH")]
    design: String,
    /// A switch of the design; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = question::setting)]
    set: Vec<(String, i64)>,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let design = question::one_design(&args.design)?;
    let mut runner = Runner::new(&design.id, &args.set, &design.edits)
        .map_err(|error| question::unusable(*error, out.colour_of_errors))?;
    for line in io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Complaint::file("standard input", &error))?;
        if let Some(answer) = answer_line(&mut runner, &String::from_utf8_lossy(&line)) {
            out.print(&format!("{answer}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
