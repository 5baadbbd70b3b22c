//! `cowscope`: the command line.

mod baseline;
mod bench;
mod check;
mod complaint;
mod dis;
mod generate;
mod interrupt;
mod list;
mod litmus;
mod matrix;
mod merge;
mod mmu;
mod mutate;
mod new;
mod output;
mod progress;
mod question;
mod replay;
mod report;
mod run;
mod search;
mod seq;
mod shard;
mod traces;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use complaint::Complaint;
use output::{Colour, Output};

/// Exit status when the arguments or the input cannot be used.
pub const UNUSABLE: u8 = 3;

const EXAMPLES: &str = "\
Examples:
  cowscope check -d 2021-unshare-v1 -s fork-vs-gup-fast
  cowscope explain LINK                  a run in words
  cowscope replay LINK -f svg            the same as a drawing
  cowscope mmu < queries.jsonl           what the MMU does with an access

Exit status: 0 holds (or did what was asked), 1 breaks, 2 not decided, 3 the call or its input can't be used.
Of several answers, the worst: 1 before 2 before 0.";

#[derive(Parser)]
#[command(name = "cowscope", version, about = "Races in copy-on-write kernels, step by step", after_help = EXAMPLES)]
struct Cli {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Args),
    Check(check::Args),
    Matrix(matrix::Args),
    Merge(matrix::MergeArgs),
    Search(Box<search::Args>),
    Replay(replay::Args),
    Explain(replay::ExplainArgs),
    Run(run::Args),
    Mutate(mutate::Args),
    Report(report::Args),
    New(new::Args),
    Dis(dis::Args),
    Seq(seq::Args),
    Bench(bench::Args),
    /// Answer memory accesses and TLB sequences, or enumerate every access
    Mmu(mmu::Args),
    /// Run litmus tests in herd's format
    Litmus(litmus::Args),
    #[command(hide = true)]
    Completions(generate::CompletionArgs),
    #[command(hide = true)]
    Man(generate::ManArgs),
}

/// What a command answers: its exit status, or why there is no answer.
pub type Answer = Result<ExitCode, Complaint>;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when the message itself cannot be written.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { UNUSABLE } else { 0 });
        }
    };
    let mut out = Output::new(cli.json, cli.color);
    let answer = match cli.command {
        Command::List(args) => list::run(&args, &mut out),
        Command::Matrix(args) => matrix::run(&args, &mut out),
        Command::Merge(args) => matrix::merge(&args, &mut out),
        Command::Search(args) => search::run(&args, &mut out),
        Command::Seq(args) => seq::run(&args, &mut out),
        Command::New(args) => new::run(&args, &mut out),
        Command::Dis(args) => dis::run(&args, &mut out),
        Command::Bench(args) => bench::run(&args, &mut out),
        Command::Check(args) => check::run(&args, &mut out),
        Command::Run(args) => run::run(&args, &mut out),
        Command::Mutate(args) => mutate::run(&args, &mut out),
        Command::Report(args) => report::run(&args, &mut out),
        Command::Replay(args) => replay::run(&args, &mut out),
        Command::Explain(args) => replay::explain(&args, &mut out),
        Command::Mmu(args) => Ok(mmu::run(&args)),
        Command::Litmus(args) => Ok(litmus::run(&args)),
        Command::Completions(args) => generate::completions(&args, &mut out),
        Command::Man(args) => generate::man(&args, &mut out),
    };
    answer.unwrap_or_else(|complaint| {
        out.complain(&complaint);
        ExitCode::from(UNUSABLE)
    })
}
