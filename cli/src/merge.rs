//! `cowscope merge` for searches: parts of one question become one answer.

use crate::complaint::Complaint;
use crate::output::Output;
use crate::search::{Found, Searched, Searches, told};
use cowscope_core::explore::{Summary, Verdict, merge};
use std::collections::BTreeMap;

/// Joins what `cowscope search --json` printed; `None` if the first file is something else.
///
/// # Errors
/// A file that can't be read or is no search, parts of different questions, a part that comes twice.
pub fn searches(paths: &[String], out: &mut Output) -> Result<Option<()>, Complaint> {
    let mut by_question: BTreeMap<String, Vec<Searched>> = BTreeMap::new();
    for (number, path) in paths.iter().enumerate() {
        let text = std::fs::read_to_string(path).map_err(|error| Complaint::file(path, &error))?;
        let read: Searches = match serde_json::from_str(&text) {
            Ok(read) => read,
            Err(_) if number == 0 => return Ok(None),
            Err(error) => return Err(Complaint::new(format!("{path} is no search: {error}"))),
        };
        for searched in read.searches {
            by_question.entry(searched.summary.question.clone()).or_default().push(searched);
        }
    }
    let joined = by_question.into_values().map(join).collect::<Result<Vec<_>, _>>()?;
    let text = if out.json {
        // Plain data with text keys: there is nothing in it that JSON can't say.
        serde_json::to_string(&Searches { format: 1, searches: joined }).unwrap_or_default() + "\n"
    } else {
        joined.iter().map(|searched| told(searched, out)).collect()
    };
    out.print(&text)?;
    Ok(Some(()))
}

fn join(parts: Vec<Searched>) -> Result<Searched, Complaint> {
    let summaries: Vec<Summary> = parts.iter().map(|p| p.summary.clone()).collect();
    let summary = merge(summaries).map_err(|error| Complaint::new(error.to_string()))?;
    let mut found: BTreeMap<(String, Option<[String; 2]>), Found> = BTreeMap::new();
    for one in parts.iter().flat_map(|p| &p.found) {
        let key = (one.id.clone(), one.pair.clone());
        found
            .entry(key)
            .and_modify(|known| {
                let times = known.times + one.times;
                if (one.switches, one.steps, &one.link) < (known.switches, known.steps, &known.link) {
                    *known = one.clone();
                }
                known.times = times;
            })
            .or_insert_with(|| one.clone());
    }
    Ok(Searched {
        verdict: if found.is_empty() { summary.verdict() } else { Verdict::Breaks },
        expected_collisions: parts.iter().map(|p| p.expected_collisions).sum(),
        states_left: None,
        seconds: parts.iter().map(|p| p.seconds).sum(),
        pct_bound: parts.iter().filter_map(|p| p.pct_bound).reduce(f64::min),
        found: found.into_values().collect(),
        summary,
    })
}
