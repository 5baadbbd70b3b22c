//! `cowscope run --timed`.

use super::{Args, shown, told};
use crate::complaint::Complaint;
use crate::output::{Output, Style};
use cowscope_core::explore::{Break, Choice};
use cowscope_core::library::Loaded;
use cowscope_core::system::{Ended, Timing};

/// A break that some run met.
struct Met {
    what: Break,
    seed: u64,
    times: u64,
    schedule: Vec<Choice>,
}

/// Makes the runs of one question; true if something broke.
pub fn run(
    args: &Args,
    loaded: &Loaded,
    all: &mut Vec<serde_json::Value>,
    out: &mut Output,
) -> Result<bool, Complaint> {
    let mut met: Vec<Met> = Vec::new();
    let (mut cycles, mut steps, mut cut) = (Vec::new(), 0, 0u64);
    let mut only = None;
    for i in 0..args.runs {
        let seed = args.seed.wrapping_add(i);
        let timing = Timing { seed, skew: args.skew, jitter: args.jitter, max_steps: args.max_steps };
        let run = loaded.system.timed(&timing);
        steps += run.schedule.len() as u64;
        cycles.extend(run.clocks.iter().max().copied());
        let what: Vec<Break> = match &run.ended {
            Ended::Broke(v) => v.iter().map(|v| Break::Violation(*v)).collect(),
            Ended::Deadlock => vec![Break::Deadlock],
            Ended::Cut => {
                cut += 1;
                Vec::new()
            }
            Ended::Finished | Ended::Dropped => Vec::new(),
        };
        for what in what {
            match met.iter_mut().find(|m| m.what == what) {
                Some(m) => m.times += 1,
                None => met.push(Met { what, seed, times: 1, schedule: run.schedule.clone() }),
            }
        }
        if args.runs == 1 && met.is_empty() {
            // It is a schedule like any other: somebody may want to go on with it.
            only = Some(told(loaded, &run.schedule, None));
        }
    }
    cycles.sort_unstable();
    let middle = cycles.get(cycles.len() / 2).copied().unwrap_or(0);
    let longest = cycles.last().copied().unwrap_or(0);
    let q = &loaded.question;
    if out.json {
        let breaks = met.iter().map(|m| {
            let (id, link, _) = shown(loaded, m.what, &m.schedule);
            serde_json::json!({ "id": id, "times": m.times, "seed": m.seed, "link": link })
        });
        all.push(serde_json::json!({
            "design": q.design, "scenario": q.scenario, "variant": q.variant, "runs": args.runs, "steps": steps, "cut": cut,
            "cycles": { "median": middle, "longest": longest }, "breaks": breaks.collect::<Vec<_>>(),
            "link": only.map(|(link, _)| link),
        }));
        return Ok(!met.is_empty());
    }
    let name = out.styled(Style::Strong, &format!("{}, {} {}", q.design, q.scenario, q.variant));
    let mut text = format!("{}: {} timed runs, {steps} steps; ", name.trim_end(), args.runs);
    text.push_str(&format!("{middle} cycles in the middle, {longest} the longest"));
    if cut > 0 {
        text.push_str(&format!(", {cut} cut"));
    }
    text.push('\n');
    for m in &met {
        let (id, link, table) = shown(loaded, m.what, &m.schedule);
        let breaks = out.styled(Style::Bad, "breaks");
        text.push_str(&format!("  {breaks} {id} in {} of them; with seed {}:\n\n{table}\n  {link}\n", m.times, m.seed));
    }
    if let Some((link, table)) = &only {
        text.push_str(&format!("\n{table}\n  {link}\n"));
    }
    if met.is_empty() {
        text.push_str(&format!(
            "  {} in these runs; `cowscope check` decides\n",
            out.styled(Style::Unsure, "nothing broke")
        ));
    }
    out.print(&(text + "\n"))?;
    Ok(!met.is_empty())
}
