//! Words and signs of a litmus test.

use std::fmt;

/// Why a text is no litmus test that can be run, with the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LitmusError {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for LitmusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for LitmusError {}

impl LitmusError {
    /// An error at a line.
    pub fn new(line: u32, what: impl Into<String>) -> Self {
        LitmusError { line, what: what.into() }
    }
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name: letters, digits, `_`, `.`; begins with a letter or `_`.
    Word(&'a str),
    /// A number.
    Number(i128),
    /// A sign: one character, or `/\`, `\/`, `=>`.
    Sign(&'a str),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(word) | Token::Sign(word) => f.write_str(word),
            Token::Number(n) => write!(f, "{n}"),
        }
    }
}

/// Tokens with their lines.
pub type Tokens<'a> = Vec<(u32, Token<'a>)>;

/// Splits `text`, whose first line has number `line`. Comments `(* .. *)` nest.
///
/// # Errors
/// A comment without an end, a number that does not fit 64 bits.
pub fn tokens(text: &str, line: u32) -> Result<Tokens<'_>, LitmusError> {
    let mut all = Vec::new();
    let mut line = line;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '\n' {
            line += 1;
        }
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if rest.starts_with("(*") {
            let length = comment(rest, line)?;
            line += rest[..length].matches('\n').count() as u32;
            rest = &rest[length..];
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            all.push((line, Token::Number(number(&rest[..end], line)?)));
            rest = &rest[end..];
        } else if c.is_ascii_alphabetic() || c == '_' {
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let end = rest.find(|c| !name(c)).unwrap_or(rest.len());
            all.push((line, Token::Word(&rest[..end])));
            rest = &rest[end..];
        } else {
            let two = ["/\\", "\\/", "=>"].iter().any(|sign| rest.starts_with(sign));
            let end = if two { 2 } else { c.len_utf8() };
            all.push((line, Token::Sign(&rest[..end])));
            rest = &rest[end..];
        }
    }
    Ok(all)
}

/// Length of the comment that `text` begins with.
fn comment(text: &str, line: u32) -> Result<usize, LitmusError> {
    let mut depth = 0u32;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"(*" => {
                depth += 1;
                at += 2;
            }
            b"*)" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    Err(LitmusError::new(line, "comment without an end"))
}

fn number(text: &str, line: u32) -> Result<i128, LitmusError> {
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    value.map(i128::from).ok_or_else(|| LitmusError::new(line, format!("`{text}` is no 64-bit number")))
}

/// A list of tokens and a place in it.
pub struct Cursor<'a, 't> {
    tokens: &'t [(u32, Token<'a>)],
    at: usize,
    last_line: u32,
}

impl<'a, 't> Cursor<'a, 't> {
    /// At the first of `tokens`; an error at their end is reported at `last_line`.
    pub fn new(tokens: &'t [(u32, Token<'a>)], last_line: u32) -> Self {
        Cursor { tokens, at: 0, last_line }
    }

    /// The line of the next token.
    pub fn line(&self) -> u32 {
        self.tokens.get(self.at).map_or(self.last_line, |(line, _)| *line)
    }

    /// The next token.
    pub fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    /// Takes the next token.
    pub fn next(&mut self) -> Option<&'t Token<'a>> {
        let token = self.peek();
        self.at += usize::from(token.is_some());
        token
    }

    /// Takes `sign` if it is next.
    pub fn take(&mut self, sign: &str) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// Takes `sign`.
    ///
    /// # Errors
    /// Something else is next.
    pub fn expect(&mut self, sign: &str) -> Result<(), LitmusError> {
        if self.take(sign) { Ok(()) } else { Err(self.wrong(&format!("`{sign}`"))) }
    }

    /// The error that something other than `wanted` is next.
    pub fn wrong(&self, wanted: &str) -> LitmusError {
        let found = self.peek().map_or("the end".to_owned(), |token| format!("`{token}`"));
        LitmusError::new(self.line(), format!("{wanted} expected, found {found}"))
    }

    /// Takes a number with an optional minus sign.
    ///
    /// # Errors
    /// Something else is next.
    pub fn number(&mut self) -> Result<i128, LitmusError> {
        let minus = self.take("-");
        match self.peek() {
            Some(Token::Number(n)) => {
                self.at += 1;
                Ok(if minus { -n } else { *n })
            }
            _ => Err(self.wrong("a number")),
        }
    }

    /// Takes a name.
    ///
    /// # Errors
    /// Something else is next.
    pub fn word(&mut self) -> Result<&'a str, LitmusError> {
        match self.peek() {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.wrong("a name")),
        }
    }
}
