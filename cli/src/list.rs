//! `cowscope list`: what there is.

use crate::Answer;
use crate::complaint::Complaint;
use crate::output::{Output, Style};
use cowscope_core::library::{Library, library};
use cowscope_core::view::{Design, Scenario};
use std::process::ExitCode;

/// List designs, scenarios and what must hold; or tell all about one of them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cowscope list
  cowscope list 2021-unshare-v1      its story, switches and promises
  cowscope list fork-vs-gup-fast     its story and variants")]
pub struct Args {
    /// A design or scenario
    id: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args, out: &mut Output) -> Answer {
    let lib = library();
    let text = match &args.id {
        None if out.json => {
            pretty(&serde_json::json!({ "designs": lib.designs, "scenarios": lib.scenarios, "promises": lib.promises }))
        }
        None => everything(lib, out),
        Some(id) => {
            let (design, scenario) =
                (lib.designs.iter().find(|d| d.id == *id), lib.scenarios.iter().find(|s| s.id == *id));
            match (design, scenario) {
                (Some(design), _) if out.json => pretty(&serde_json::json!(design)),
                (_, Some(scenario)) if out.json => pretty(&serde_json::json!(scenario)),
                (Some(design), _) => about_design(lib, design, out),
                (_, Some(scenario)) => about_scenario(scenario, out),
                (None, None) => {
                    let designs = lib.designs.iter().map(|d| d.id.as_str());
                    let known: Vec<&str> = designs.chain(lib.scenarios.iter().map(|s| s.id.as_str())).collect();
                    return Err(Complaint::unknown("design or scenario", id, &known));
                }
            }
        }
    };
    out.print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

fn everything(lib: &Library, out: &Output) -> String {
    let mut text = format!("{}\n", out.styled(Style::Strong, "Designs"));
    let width =
        lib.designs.iter().map(|d| d.id.len()).chain(lib.scenarios.iter().map(|s| s.id.len())).max().unwrap_or(0);
    for design in &lib.designs {
        text.push_str(&format!("  {:width$}  {}\n", design.id, design.title));
    }
    text.push_str(&format!("\n{}\n", out.styled(Style::Strong, "Scenarios")));
    for scenario in &lib.scenarios {
        let mark = if scenario.uses.is_empty() { ' ' } else { '*' };
        text.push_str(&format!("{mark} {:width$}  {}\n", scenario.id, scenario.title));
    }
    text.push_str(
        "* uses names of Linux' own; the others need system calls only, and run on any kernel that has them\n",
    );
    text.push_str(&format!(
        "\n{} designs, {} scenarios. `cowscope list ID` tells more.\n",
        lib.designs.len(),
        lib.scenarios.len()
    ));
    text
}

fn about_design(lib: &Library, design: &Design, out: &Output) -> String {
    let mut text = head(&design.id, &design.title, &design.story, &design.source, out);
    let promises: Vec<_> = lib.promises.iter().filter(|p| p.design == design.id).collect();
    if !promises.is_empty() {
        text.push_str("\nPromises\n");
        promises.iter().for_each(|p| text.push_str(&format!("  {}: {}\n", p.id, p.statement)));
    }
    text.push_str("\nSwitches (--set NAME=VALUE; the value is the default)\n");
    for switch in &design.switches {
        text.push_str(&format!("  {}={}: {}\n", switch.name, switch.default, switch.title));
    }
    text
}

fn about_scenario(scenario: &Scenario, out: &Output) -> String {
    let mut text = head(&scenario.id, &scenario.title, &scenario.story, &scenario.source, out);
    if !scenario.look.is_empty() {
        text.push_str(&format!("Watch: {}\n", scenario.look));
    }
    if !scenario.needs.is_empty() {
        text.push_str(&format!("Needs of a kernel: {}\n", scenario.needs.join(", ")));
    }
    if !scenario.uses.is_empty() {
        text.push_str(&format!("Uses of Linux' own: {}\n", scenario.uses.join(", ")));
    }
    if !scenario.variants.is_empty() {
        text.push_str("\nVariants (--variant ID; the first is the default)\n");
        scenario.variants.iter().for_each(|v| text.push_str(&format!("  {}: {}\n", v.id, v.title)));
    }
    text
}

fn head(id: &str, title: &str, story: &str, source: &str, out: &Output) -> String {
    let mut text = format!("{}: {title}\n", out.styled(Style::Strong, id));
    if !story.is_empty() {
        text.push_str(&format!("{story}\n"));
    }
    if !source.is_empty() {
        text.push_str(&format!("Source: {source}\n"));
    }
    text
}
