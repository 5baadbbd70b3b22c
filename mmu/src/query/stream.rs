//! Lines in, lines out.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::parse::{Query, QueryError};

/// Longest line that is read, in bytes; the rest of a longer one is skipped.
const LONGEST: u64 = 16 << 20;

/// Answers one line (without its line end), numbered from 1. Whatever the line holds, the answer is one JSON object.
pub fn answer_line(number: u64, line: &[u8], out: &mut String) {
    let start = out.len();
    if let Err(error) = try_answer(line, out) {
        out.truncate(start);
        let text = serde_json::Value::String(error.0);
        out.push_str(&format!("{{\"line\":{number},\"error\":{text}}}"));
    }
}

fn try_answer(line: &[u8], out: &mut String) -> Result<(), QueryError> {
    let text = std::str::from_utf8(line).map_err(|e| QueryError(format!("not UTF-8: {e}")))?;
    let query = Query::parse(text)?;
    out.push_str("{\"id\":");
    out.push_str(&serde_json::to_string(query.id()).map_err(|e| QueryError(e.to_string()))?);
    out.push_str(",\"got\":");
    query.answer(out)?;
    out.push('}');
    Ok(())
}

/// Reads queries to the end of `input` and answers each on a line of `output`; blank lines are passed over.
///
/// # Errors
/// Reading or writing failed.
pub fn answer_lines(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut line = Vec::new();
    let mut out = String::new();
    let mut number = 0;
    loop {
        line.clear();
        if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        number += 1;
        out.clear();
        if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
            out.push_str(&format!("{{\"line\":{number},\"error\":\"longer than {LONGEST} bytes\"}}"));
        } else if !line.trim_ascii().is_empty() {
            answer_line(number, line.trim_ascii(), &mut out);
        } else {
            continue;
        }
        out.push('\n');
        output.write_all(out.as_bytes())?;
        // Someone who types or pipes one query at a time waits for the answer.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|b| *b == b'\n') {
            Some(end) => {
                input.consume(end + 1);
                return Ok(());
            }
            None => {
                let all = buffer.len();
                input.consume(all);
            }
        }
    }
}
