//! Traces that were kept as files.

use crate::complaint::Complaint;
use cowscope_core::trace::{FORMAT, Trace};
use std::io::Read;

/// Bytes of a trace file that are read at most.
const LARGEST: u64 = 256 << 20;

/// Reads a trace in JSON from the file at `path`; `-` is standard input.
///
/// # Errors
/// When it can't be read, is no trace, or is one of a later format.
pub fn read(path: &str) -> Result<Trace, Complaint> {
    let mut text = String::new();
    let read = if path == "-" {
        std::io::stdin().lock().take(LARGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text))
    };
    read.map_err(|error| Complaint::file(path, &error))?;
    let trace: Trace = serde_json::from_str(&text).map_err(|error| {
        Complaint::new(format!("{path} is no trace: {error}"))
            .help("`cowscope replay LINK --json` prints one; docs/trace.schema.json says what is in it")
    })?;
    if trace.format != FORMAT {
        let what = format!("{path} is a trace of format {}, this program reads format {FORMAT}", trace.format);
        return Err(Complaint::new(what).help("replay its link with this program"));
    }
    Ok(trace)
}
