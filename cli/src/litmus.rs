//! `cowscope litmus`: herd's litmus tests on the store buffers of the machine.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use cowscope_mmu::MemoryOrder;
use cowscope_mmu::litmus::{Test, run as run_test};

use crate::UNUSABLE;

/// The memory model.
#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// Sequential consistency
    Sc,
    /// x86-TSO: a store buffer per CPU
    Tso,
}

/// Runs every interleaving of each test and prints the final states as herd7 does.
#[derive(clap::Args)]
pub struct Args {
    /// Tests in herd's format for X86 or X86_64
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Memory model
    #[arg(long, value_enum, default_value = "tso")]
    model: Model,
}

/// Runs the command. The status says nothing of Ok and No, as with herd7; it is 3 where a file can't be read or is no test.
pub fn run(args: &Args) -> ExitCode {
    let order = match args.model {
        Model::Sc => MemoryOrder::Sc,
        Model::Tso => MemoryOrder::Tso,
    };
    let mut status = 0;
    for file in &args.files {
        let name = file.display();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("cowscope litmus: {name}: {error}");
                status = UNUSABLE;
                continue;
            }
        };
        let verdict = Test::parse(&text).and_then(|test| {
            let verdict = run_test(&test, order)?;
            Ok(verdict.to_string())
        });
        match verdict {
            Ok(text) => {
                if let Err(error) = writeln!(io::stdout(), "{text}") {
                    return ExitCode::from(if error.kind() == io::ErrorKind::BrokenPipe { status } else { UNUSABLE });
                }
            }
            Err(error) => {
                eprintln!("cowscope litmus: {name}: {error}");
                status = UNUSABLE;
            }
        }
    }
    ExitCode::from(status)
}
