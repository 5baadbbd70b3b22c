//! `cowscope dis`: the micro-ops of a program, beside its C.

use crate::complaint::Complaint;
use crate::output::{Output, Style};
use crate::{Answer, question};
use cowscope_core::lang::dis::op_text;
use cowscope_core::library::Loaded;
use std::process::ExitCode;

/// List the micro-ops that a function compiles to, beside its C
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  cowscope dis -d 6.1-anon-exclusive -s fork-vs-gup-fast do_wp_page

A line `---- step` is the end of a step: there, other agents may act.")]
pub struct Args {
    #[command(flatten)]
    what: question::Asked,
    /// Only these functions; none: all that stand by themselves (inlined ones are listed where they are called)
    functions: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let questions = args.what.questions()?;
    let question = questions.first().ok_or_else(|| Complaint::new("there is nothing to list"))?;
    let loaded = question::loaded(question, out.colour_of_errors)?;
    let functions = &loaded.system.program.funcs;
    if let Some(unknown) = args.functions.iter().find(|name| !functions.iter().any(|f| f.name == **name)) {
        let known: Vec<&str> = functions.iter().map(|f| f.name.as_str()).collect();
        return Err(Complaint::unknown("function", unknown, &known));
    }
    let mut listed = Vec::new();
    let mut text = String::new();
    for function in functions.iter().filter(|f| f.len > 0) {
        if !args.functions.is_empty() && !args.functions.contains(&function.name) {
            continue;
        }
        let lines = lines(&loaded, function.entry, function.len);
        if out.json {
            listed.push(serde_json::json!({ "function": function.name, "ops": lines }));
        } else {
            text.push_str(&format!("{} ({} ops)\n", out.styled(Style::Strong, &function.name), function.len));
            text.push_str(&told(&lines, out));
            text.push('\n');
        }
    }
    if out.json {
        text = serde_json::json!({ "format": 1, "functions": listed }).to_string() + "\n";
    } else if text.is_empty() {
        text = "inlined wherever it is called: list a caller\n".to_owned();
    }
    out.print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// One op.
#[derive(serde::Serialize)]
struct Line {
    index: u32,
    op: String,
    file: String,
    line: u32,
    text: String,
}

fn lines(loaded: &Loaded, entry: u32, len: u32) -> Vec<Line> {
    let program = &loaded.system.program;
    let line = |index: u32| {
        let op = program.ops.get(index as usize)?;
        let loc = program.locs_of.get(index as usize)?;
        let span = program.stack_of(*loc).last()?.span;
        let (file, at) = loaded.sources.locate(span)?;
        let text = loaded.sources.get(span.file)?.line(at.line).trim().to_owned();
        let op = op_text(program, op);
        Some(Line { index, op, file: file.to_owned(), line: at.line, text })
    };
    (entry..entry + len).filter_map(line).collect()
}

fn told(lines: &[Line], out: &Output) -> String {
    let mut text = String::new();
    let mut last = ("", 0);
    for line in lines {
        if last != (line.file.as_str(), line.line) {
            last = (&line.file, line.line);
            let place = format!("{}:{}", line.file, line.line);
            text.push_str(&format!("  {}  {}\n", out.styled(Style::Faint, &place), line.text));
        }
        text.push_str(&format!("    {:5}  {}\n", line.index, line.op));
    }
    text
}
