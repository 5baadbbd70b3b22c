//! What the parser reads: tokens with their values, after the preprocessor.

use super::ast::Span;
use std::rc::Rc;

/// The longest name and number, in bytes. They stand in messages.
pub(crate) const LONGEST_WORD: usize = 128;

/// A token. Tokens that a macro stands for carry the place where the macro is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Tok,
    pub span: Span,
    /// It is the first of its line and stands in the first column. (The parser believes a function head there.)
    pub margin: bool,
    /// A macro's name inside its own replacement: it stays a name.
    pub painted: bool,
}

/// The kinds of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tok {
    /// An identifier or keyword.
    Word(Rc<str>),
    Int {
        value: u64,
        signed: bool,
        bits: u8,
    },
    Str(Rc<str>),
    Punct(&'static str),
    End,
}

impl Token {
    /// Is it this operator or bracket?
    pub fn is(&self, punct: &str) -> bool {
        matches!(self.kind, Tok::Punct(p) if p == punct)
    }

    /// The identifier or keyword, if it is one.
    pub fn word(&self) -> Option<&Rc<str>> {
        match &self.kind {
            Tok::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Is it this word?
    pub fn is_word(&self, word: &str) -> bool {
        self.word().is_some_and(|w| &**w == word)
    }
}
