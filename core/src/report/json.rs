//! A trace for other programs.

use crate::trace::Trace;

/// The trace as indented JSON, with a line feed at the end: `docs/trace.schema.json` says what is in it.
pub fn json(trace: &Trace) -> String {
    // Plain data with text keys: there is nothing in it that JSON can't say.
    serde_json::to_string_pretty(trace).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}")) + "\n"
}
