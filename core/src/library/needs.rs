//! What a scenario needs of a kernel: the system calls that it makes, and names that are the shipped kernel's own.
//!
//! Both are read off the texts: a name counts that the common texts define and neither the scenario nor what every kernel has
//! ([`EVERY_KERNEL`]) does. So a kernel of one's own can run a scenario without further ado if it defines what the scenario needs.

use std::collections::BTreeSet;
use std::fmt;

use crate::lang::lexer::{RawKind, lex};

/// The common texts that every kernel has, one's own too: sizes, and the numbers that scenarios write.
pub const EVERY_KERNEL: [&str; 2] = ["common/config.c", "common/abi.c"];

/// Names that texts define. A struct's or enum's tag has its keyword before it: `struct page`.
pub type Names = BTreeSet<String>;

/// What a scenario needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// System calls.
    pub calls: Vec<String>,
    /// Functions, objects, types and constants of the shipped kernel.
    pub names: Vec<String>,
}

impl Needs {
    /// What a text needs, if `kernel` is what the shipped kernel defines beyond [`EVERY_KERNEL`], `calls` those of it that are system calls.
    pub fn of(text: &str, kernel: &Names, calls: &Names) -> Needs {
        let own = declared(text, |_| true);
        let used: Names = used(text).into_iter().filter(|name| kernel.contains(name) && !own.contains(name)).collect();
        let (calls, names) = used.into_iter().partition(|name| calls.contains(name));
        Needs { calls, names }
    }

    /// What of it a kernel that defines `has` lacks.
    pub fn missing(&self, has: &Names) -> Needs {
        let lacks = |list: &[String]| list.iter().filter(|name| !has.contains(*name)).cloned().collect();
        Needs { calls: lacks(&self.calls), names: lacks(&self.names) }
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.names.is_empty()
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.calls.is_empty() {
            write!(f, "no system call {}", self.calls.join(", "))?;
        }
        if !self.names.is_empty() {
            let and = if self.calls.is_empty() { "" } else { "; " };
            write!(f, "{and}none of Linux' own {}", self.names.join(", "))?;
        }
        Ok(())
    }
}

/// The system calls that a text defines: what stands between `SYSCALL` at the beginning of a line and its parameters.
pub fn syscalls(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let (head, _) = line.strip_prefix("SYSCALL ")?.split_once('(')?;
        head.rsplit([' ', '*']).next()
    })
}

/// A word or operator, and how many braces and parentheses are open around it.
struct Token<'a> {
    text: &'a str,
    word: bool,
    braces: u32,
    parens: u32,
    /// What the innermost open brace belongs to is an enum's list of constants.
    in_enum: bool,
}

/// The words and operators of a text, whatever its conditionals say.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let (mut enums, mut parens) = (Vec::new(), 0u32);
    for raw in lex(text) {
        let word = raw.kind == RawKind::Word;
        if !word && !matches!(raw.kind, RawKind::Punct(_)) {
            continue;
        }
        let text = &text[raw.lo as usize..raw.hi as usize];
        match text {
            "}" => drop(enums.pop()),
            ")" => parens = parens.saturating_sub(1),
            _ => {}
        }
        let in_enum = enums.last().is_some_and(|is| *is);
        out.push(Token { text, word, braces: enums.len() as u32, parens, in_enum });
        match text {
            "{" => {
                let before = |n: usize| out.len().checked_sub(n).and_then(|at| out.get(at)).map(|t| t.text);
                enums.push(before(2) == Some("enum") || before(3) == Some("enum"));
            }
            "(" => parens += 1,
            _ => {}
        }
    }
    out
}

/// The word with `struct` or `enum` before it, if that stands there.
fn full_name(tokens: &[Token<'_>], at: usize) -> String {
    match at.checked_sub(1).map(|before| tokens[before].text) {
        Some(kind @ ("struct" | "enum")) => format!("{kind} {}", tokens[at].text),
        _ => tokens[at].text.to_string(),
    }
}

/// Every name that a text defines at its top level: functions, objects, tags, constants, macros.
pub fn defined(text: &str) -> Names {
    declared(text, |token| token.braces == 0 && token.parens == 0)
}

/// The names that a text declares where `at` says so, and its tags, constants and macros.
fn declared(text: &str, at_place: impl Fn(&Token<'_>) -> bool) -> Names {
    let tokens = tokens(text);
    let mut names = Names::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, t)| t.word) {
        let next = tokens.get(at + 1).map_or("", |t| t.text);
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
        let is_macro = before == "define" && at >= 2 && tokens[at - 2].text == "#";
        let tag = next == "{" && matches!(before, "struct" | "enum");
        // a type's name, or a star behind one, stands before what is declared
        let typed = before == "*" || before.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let variable = typed && !KEYWORDS.contains(&before) && matches!(next, "(" | ";" | "=" | "[" | "," | ")");
        if is_macro || tag || token.in_enum || variable && at_place(token) {
            names.insert(full_name(&tokens, at));
        }
    }
    names
}

/// Words that stand before a use, not before what is declared.
const KEYWORDS: [&str; 5] = ["return", "goto", "case", "else", "sizeof"];

/// Every name that a text uses; not the fields of structs, not what stands in directives such as `VARIANT(...)`.
fn used(text: &str) -> Names {
    let tokens = tokens(text);
    let mut names = Names::new();
    // the outermost open parenthesis belongs to a word in capitals
    let mut directive = false;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
        if token.text == "(" && token.parens == 0 {
            directive = in_capitals(before);
        }
        let in_directive = directive && token.braces == 0 && token.parens > 0;
        if token.word && !matches!(before, "." | "->") && !in_directive {
            names.insert(full_name(&tokens, at));
        }
    }
    names
}

fn in_capitals(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
