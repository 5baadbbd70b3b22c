//! A row of operations, as it is written.

use serde_json::Value;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: String,
    pub steps: Vec<Step>,
}

/// One operation: who does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// P, C or D.
    pub actor: char,
    /// The name of the operation, without what follows `=`.
    pub name: String,
    pub argument: Argument,
}

/// What follows `=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    None,
    /// A byte that memory is filled with.
    Byte(u8),
    /// A number: a slot, a pipe, how many, how long.
    Number(u32),
    /// An actor.
    Actor(char),
    /// Protection: bit 0 reading, bit 1 writing.
    Protection(u8),
    /// A slot, and the letters behind it.
    Slot {
        slot: u32,
        write: bool,
        longterm: bool,
        fast: bool,
        force: bool,
    },
    /// A slot and a byte.
    Fill(u32, u8),
    /// Of an operation that is not known.
    Unknown,
}

/// Why a line is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    pub id: Option<String>,
    pub why: String,
}

/// What an operation is followed by.
#[derive(Clone, Copy)]
enum Form {
    Nothing,
    Byte,
    Number,
    Actor,
    Protection,
    Slot,
    Fill,
}

/// Every operation that a row may have.
const FORMS: &[(&str, Form)] = &[
    ("map", Form::Nothing),
    ("mapthp", Form::Nothing),
    ("mapshm", Form::Nothing),
    ("mapfile", Form::Nothing),
    ("mapfilero", Form::Nothing),
    ("mapfilesh", Form::Nothing),
    ("w", Form::Byte),
    ("wall", Form::Byte),
    ("touch", Form::Nothing),
    ("r", Form::Nothing),
    ("st", Form::Nothing),
    ("fork", Form::Actor),
    ("exit", Form::Nothing),
    ("unmap", Form::Nothing),
    ("unmaprest", Form::Nothing),
    ("dontneed", Form::Nothing),
    ("dontfork", Form::Nothing),
    ("wipefork", Form::Nothing),
    ("mprot", Form::Protection),
    ("ptemap", Form::Nothing),
    ("drain", Form::Nothing),
    ("vms", Form::Number),
    ("vmp", Form::Number),
    ("vmc", Form::Number),
    ("ureg", Form::Nothing),
    ("urd", Form::Byte),
    ("uwr", Form::Nothing),
    ("uunreg", Form::Nothing),
    ("get", Form::Slot),
    ("pin", Form::Slot),
    ("dmard", Form::Number),
    ("dmawr", Form::Fill),
    ("put", Form::Number),
    ("odrd", Form::Byte),
    ("memw", Form::Byte),
    ("poke", Form::Byte),
    ("softdirty", Form::Nothing),
    ("pageout", Form::Nothing),
    ("ksm", Form::Nothing),
    ("forkmany", Form::Number),
    ("vmsmany", Form::Number),
    ("sleep", Form::Number),
    ("fileread", Form::Nothing),
];

impl Row {
    /// Reads a line of JSON.
    ///
    /// # Errors
    /// Where it is no JSON object with `id` and `seq`, or an operation is not written as operations are.
    pub fn parse(line: &str) -> Result<Row, BadRow> {
        let bad = |id: Option<&str>, why: String| BadRow { id: id.map(str::to_string), why };
        let json: Value = serde_json::from_str(line).map_err(|e| bad(None, format!("this is no JSON: {e}")))?;
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let id = text("id");
        let Some(seq) = text("seq") else {
            return Err(bad(id, "a row needs \"seq\", a string of operations such as P:map P:w=A P:st".into()));
        };
        let Some(id) = id else {
            return Err(bad(None, "a row needs \"id\", a string".into()));
        };
        let steps: Result<Vec<Step>, String> = seq.split_whitespace().map(step).collect();
        Ok(Row { id: id.to_string(), steps: steps.map_err(|why| bad(Some(id), why))? })
    }
}

fn step(word: &str) -> Result<Step, String> {
    let parts = word.split_once(':').filter(|(actor, _)| matches!(*actor, "P" | "C" | "D"));
    let Some((actor, rest)) = parts else {
        return Err(format!("`{word}` has no actor: operations are written ACTOR:op, the actors are P, C and D"));
    };
    let (name, after) = rest.split_once('=').map_or((rest, None), |(name, after)| (name, Some(after)));
    let actor = actor.chars().next().unwrap_or('P');
    let argument = match FORMS.iter().find(|(known, _)| *known == name) {
        Some((_, form)) => {
            argument(*form, after).map_err(|form| format!("`{word}`: {name} is written {name}{form}"))?
        }
        None => Argument::Unknown,
    };
    Ok(Step { actor, name: name.to_string(), argument })
}

fn byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b @ 0x21..=0x7e] => Some(*b),
        _ => None,
    }
}

fn argument(form: Form, after: Option<&str>) -> Result<Argument, &'static str> {
    let after = after.unwrap_or_default();
    match form {
        Form::Nothing if after.is_empty() => Some(Argument::None),
        Form::Nothing => None,
        Form::Byte => byte(after).map(Argument::Byte),
        Form::Number => after.parse().ok().filter(|n| *n <= 1 << 20).map(Argument::Number),
        Form::Actor if matches!(after, "P" | "C" | "D") => after.chars().next().map(Argument::Actor),
        Form::Actor => None,
        Form::Protection => {
            ["none", "r", "w", "rw"].iter().position(|p| *p == after).map(|p| Argument::Protection(p as u8))
        }
        Form::Slot => slot(after),
        Form::Fill => after.split_once(':').and_then(|(slot, b)| Some(Argument::Fill(slot.parse().ok()?, byte(b)?))),
    }
    .ok_or(match form {
        Form::Nothing => " alone",
        Form::Byte => "=X, X one letter",
        Form::Number => "=N, N a number",
        Form::Actor => "=C or =D",
        Form::Protection => "=none, =r or =rw",
        Form::Slot => "=N and letters of w, l, f, F",
        Form::Fill => "=N:X, N a slot and X one letter",
    })
}

fn slot(text: &str) -> Option<Argument> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let slot = text[..digits].parse().ok()?;
    let letters = &text[digits..];
    let has = |c: char| letters.contains(c);
    letters.chars().all(|c| "wlfF".contains(c)).then(|| Argument::Slot {
        slot,
        write: has('w'),
        longterm: has('l'),
        fast: has('f'),
        force: has('F'),
    })
}
