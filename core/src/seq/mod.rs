//! Measured sequences: what a design answers where a real kernel was asked.
//!
//! A row is a list of operations, each ended before the next begins. It runs as a program on the ordinary machine
//! (`kernel/seq/`, compiled with the design), on one schedule, and every value in the answer is read from the simulated
//! kernel's own words.

mod answer;
mod row;
mod run;

pub use answer::Answer;
pub use row::{BadRow, Row};
pub use run::{Runner, Trouble};

use serde_json::{Value, json};

/// Answers one line of JSON (`id`, `seq`; nothing else is read) with one: `{"id","obs","obs_norm"}`, `{"id","na"}` for what is not
/// modelled, or `{"id","error"}` for what is no row. Empty lines have no answer.
pub fn answer_line(runner: &mut Runner, line: &str) -> Option<Value> {
    if line.trim().is_empty() {
        return None;
    }
    let (id, answer) = match Row::parse(line) {
        Ok(row) => (Value::from(row.id.as_str()), runner.run(&row)),
        Err(bad) => (bad.id.map_or(Value::Null, Value::from), Err(Trouble::Wrong(bad.why))),
    };
    Some(match answer {
        Ok(a) => json!({ "id": id, "obs": a.obs, "obs_norm": a.obs_norm }),
        Err(Trouble::NotModelled(why)) => json!({ "id": id, "na": why }),
        Err(Trouble::Wrong(why)) => json!({ "id": id, "error": why }),
    })
}
