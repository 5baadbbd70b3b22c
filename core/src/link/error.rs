//! What is wrong with a link.

use std::fmt;

/// Why a text is not a link, where, and how to mend it. Holds at most a short escaped excerpt of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// Character of the given text at which the trouble starts, counted from 0.
    pub at: u32,
    /// The part it is in (`x` for the schedule and so on), where one is known.
    pub part: Option<&'static str>,
    /// What is wrong: one sentence without a full stop.
    pub what: String,
    /// What to do about it: one sentence without a full stop.
    pub mend: String,
}

impl LinkError {
    /// An error that says what is wrong and how to mend it; place and part are added on the way out.
    pub(super) fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        LinkError { at: 0, part: None, what: what.into(), mend: mend.into() }
    }

    /// The same, `offset` characters further on.
    pub(super) fn moved(mut self, offset: usize) -> Self {
        self.at = self.at.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        self
    }

    /// The same, in this part of the link.
    pub(super) fn inside(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the link is broken at character {}", self.at + 1)?;
        if let Some(part) = self.part {
            write!(f, " (in `{part}=`)")?;
        }
        write!(f, ": {}. {}.", self.what, self.mend)
    }
}

impl std::error::Error for LinkError {}

/// At most 24 characters of `text`, control characters and the like escaped, for a message.
pub(super) fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == 24 {
            out.push('…');
            break;
        }
        if c.is_control() || !c.is_ascii() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
