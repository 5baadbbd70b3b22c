//! `cowscope completions` and `cowscope man`: for those who package it.

use crate::complaint::Complaint;
use crate::output::Output;
use crate::{Answer, Cli};
use clap::CommandFactory;
use std::path::Path;
use std::process::ExitCode;

/// Print completions for a shell
#[derive(clap::Args)]
pub struct CompletionArgs {
    shell: clap_complete::Shell,
}

/// Print the manual page, or write one page a command into a directory
#[derive(clap::Args)]
pub struct ManArgs {
    directory: Option<String>,
}

/// Runs `cowscope completions`.
pub fn completions(args: &CompletionArgs, out: &mut Output) -> Answer {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cowscope", &mut text);
    out.print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `cowscope man`.
pub fn man(args: &ManArgs, out: &mut Output) -> Answer {
    let Some(directory) = &args.directory else {
        let mut text = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut text)?;
        out.print(&String::from_utf8_lossy(&text))?;
        return Ok(ExitCode::SUCCESS);
    };
    clap_mangen::generate_to(Cli::command(), Path::new(directory))
        .map_err(|error| Complaint::file(directory, &error))?;
    Ok(ExitCode::SUCCESS)
}
