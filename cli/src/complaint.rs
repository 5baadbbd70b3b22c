//! Why a command has no answer.

use cowscope_core::near::near;
use std::io;

/// Something about the call or its input that can't be used, in words.
#[derive(Debug)]
pub struct Complaint {
    /// What is wrong; may have several lines, no full stop at its end.
    pub what: String,
    /// What to do about it.
    pub help: Option<String>,
    /// True when whoever reads the output went away: nothing is wrong, and nobody is there to be told.
    pub gone: bool,
}

impl Complaint {
    /// A complaint that says what is wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Complaint { what: what.into(), help: None, gone: false }
    }

    /// The same with what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// `there is no KIND named NAME`, with the nearest name, or all of them if they are few.
    pub fn unknown(kind: &str, name: &str, known: &[&str]) -> Self {
        let complaint = Complaint::new(format!("there is no {kind} named `{name}`"));
        match near(name, known.iter().copied()) {
            Some(near) => complaint.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => complaint,
            None if known.len() <= 24 => complaint.help(format!("there are {}", known.join(", "))),
            None => complaint.help("`cowscope list` shows them all"),
        }
    }

    /// A file that can't be read or written.
    pub fn file(path: &str, error: &io::Error) -> Self {
        Complaint::new(format!("{path}: {error}"))
    }
}

impl From<io::Error> for Complaint {
    fn from(error: io::Error) -> Self {
        Complaint { gone: error.kind() == io::ErrorKind::BrokenPipe, ..Complaint::new(error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_is_answered_with_the_near_one() {
        let known = ["fork-vs-gup-fast", "vmsplice-leak"];
        let help = |name| Complaint::unknown("scenario", name, &known).help.expect("help");
        assert_eq!(help("fork-vs-gupfast"), "did you mean `fork-vs-gup-fast`?");
        assert_eq!(help("zzzzzz"), "there are fork-vs-gup-fast, vmsplice-leak");
    }
}
