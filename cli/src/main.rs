//! `cowscope`: the command line.

mod mmu;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit status when the arguments or the input cannot be used.
pub const UNUSABLE: u8 = 3;

#[derive(Parser)]
#[command(name = "cowscope", version, about = "Races in copy-on-write kernels, step by step")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer memory accesses and TLB sequences, or enumerate every access
    Mmu(mmu::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when the message itself cannot be written.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { UNUSABLE } else { 0 });
        }
    };
    match cli.command {
        Command::Mmu(args) => mmu::run(&args),
    }
}
