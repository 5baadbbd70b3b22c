//! `cowscope new`: a design of one's own, with only what differs from another.

use crate::Answer;
use crate::complaint::Complaint;
use crate::output::Output;
use cowscope_core::library::{function_of, functions_of, library};
use std::path::Path;
use std::process::ExitCode;

/// Begin a design of your own: a folder with only the functions that you change
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope new mine --from 6.1-anon-exclusive do_wp_page try_grab_page
  cowscope check --design mine --scenario fork-vs-gup-fast

Without functions it names those that there are.")]
pub struct Args {
    /// The folder, and the design's name
    name: String,
    /// The design that it is based on
    #[arg(long, value_name = "ID")]
    from: String,
    /// Functions to copy there
    functions: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let designs: Vec<&str> = library().designs.iter().map(|d| d.id.as_str()).collect();
    if !designs.contains(&args.from.as_str()) {
        return Err(Complaint::unknown("design", &args.from, &designs));
    }
    let all = functions_of(&args.from);
    let known: Vec<&str> = all.iter().map(String::as_str).collect();
    if let Some(unknown) = args.functions.iter().find(|f| !known.contains(&f.as_str())) {
        return Err(Complaint::unknown("function", unknown, &known));
    }
    if args.functions.is_empty() {
        out.print(&format!("{} has these functions:\n  {}\n", args.from, known.join("\n  ")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = Path::new(&args.name);
    if folder.exists() {
        return Err(Complaint::new(format!("{} is there already", args.name)));
    }
    let id = folder.file_name().map_or_else(|| args.name.clone(), |n| n.to_string_lossy().into_owned());
    let mut text = format!(
        "/*\n * {id}: what differs from {}.\n */\n\nBASE(\"{}\")\nTITLE(\"{id}\")\nSTORY(\"As {}, but\")\n",
        args.from, args.from, args.from
    );
    for function in &args.functions {
        text.push('\n');
        text.push_str(&function_of(&args.from, function).unwrap_or_default());
    }
    let file = folder.join("design.c");
    let shown = file.display().to_string();
    std::fs::create_dir_all(folder).map_err(|error| Complaint::file(&args.name, &error))?;
    std::fs::write(&file, text).map_err(|error| Complaint::file(&shown, &error))?;
    out.print(&format!(
        "{shown}: {} of {}; now change it, and\n  cowscope check --design {} --scenario all\n",
        args.functions.join(", "),
        args.from,
        args.name
    ))?;
    Ok(ExitCode::SUCCESS)
}
