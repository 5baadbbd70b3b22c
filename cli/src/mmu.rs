//! `cowscope mmu`: queries from standard input, or the full enumeration.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Instant;

use cowscope_mmu::Mutant;
use cowscope_mmu::enumerate::{Enumeration, Report, published};

use crate::UNUSABLE;

/// Reads queries as JSON lines from standard input and answers each on one line.
#[derive(clap::Args)]
pub struct Args {
    /// Run the walker over every legal combination of entry bits, mode bits and access, and print counts
    #[arg(long)]
    enumerate: bool,
    /// With --enumerate: one of so many combinations
    #[arg(long, default_value_t = 1, requires = "enumerate", value_parser = clap::value_parser!(u32).range(1..))]
    stride: u32,
}

/// Runs the command. Status 1: an enumeration differs from the rules or from the published counts.
pub fn run(args: &Args) -> ExitCode {
    let result = if args.enumerate {
        enumerate(args.stride, &mut io::stdout().lock())
    } else {
        let output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        cowscope_mmu::query::answer_lines(io::stdin().lock(), output).map(|()| true)
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cowscope mmu: {error}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// The three configurations with published totals, and the two with published error codes.
const CONFIGURATIONS: [(u32, bool); 5] = [(46, true), (46, false), (52, false), (36, true), (52, true)];

fn enumerate(stride: u32, out: &mut impl Write) -> io::Result<bool> {
    let mut good = true;
    for (maxphyaddr, pku) in CONFIGURATIONS {
        let what = Enumeration { maxphyaddr, pku, levels: 4, stride, mutant: Mutant::None };
        let start = Instant::now();
        let report = what.run().map_err(|e| io::Error::other(e.to_string()))?;
        let seconds = start.elapsed().as_secs_f64();
        let keys = if pku { "with" } else { "without" };
        writeln!(out, "MAXPHYADDR {maxphyaddr}, {keys} protection keys: {} combinations, {seconds:.2} s", report.rows)?;
        good &= print(&report, out)?;
        if stride == 1
            && let Some(published) = published(maxphyaddr, pku)
        {
            let equal = report.equals(&published);
            good &= equal;
            let codes = if published.histogram.is_empty() { "totals" } else { "totals and every error code" };
            writeln!(out, "  {} published {codes}", if equal { "equal to the" } else { "DIFFERENT from the" })?;
        }
    }
    Ok(good)
}

fn print(report: &Report, out: &mut impl Write) -> io::Result<bool> {
    let fine = report.rows - report.faults - report.differ;
    writeln!(out, "  fault {}, no fault {fine}, of these writes (D set) {}", report.faults, report.dirty)?;
    for (code, count) in &report.histogram {
        writeln!(out, "  error code {code:#04x} {count:>9}")?;
    }
    match &report.first {
        None => writeln!(out, "  every one as the rules say")?,
        Some(first) => writeln!(out, "  {} DIFFER from the rules, first: {first}", report.differ)?,
    }
    Ok(report.differ == 0)
}
