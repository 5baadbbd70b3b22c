//! Comments, conditional sections and macros: from raw tokens to the tokens that the parser reads.
//!
//! Object-like and function-like macros are replaced as C does it, without `#`, `##` and `...`. What a macro stands for gets
//! the place of its use. Options (a design's switches, a scenario's variant) are macros defined from outside, and win over
//! a `#define` in the text.

mod condition;
mod directive;
mod expand;

use super::ast::Span;
use super::diag::Diagnostic;
use super::lexer::{self, Raw, RawKind};
use super::literal;
use super::token::{LONGEST_WORD, Tok, Token};
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// The macros of a file stand for at most so many tokens.
const MOST_TOKENS: usize = 1 << 18;

/// One macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Macro {
    /// Parameter names; `None` for an object-like macro.
    params: Option<Vec<Rc<str>>>,
    body: Vec<Token>,
    /// Where its name stands in its `#define`; `None` when it was given from outside.
    defined: Option<Span>,
}

/// The macros known so far. They persist from file to file: common files first, then the design, then the scenario.
#[derive(Clone, Debug, Default)]
pub struct Macros {
    map: BTreeMap<Rc<str>, Rc<Macro>>,
    /// The names that texts have defined or undefined since [`Macros::begin_log`].
    log: Vec<Rc<str>>,
}

/// Macros by name, those first that a text names itself.
pub(crate) type Defined = Vec<(Rc<str>, Rc<Macro>)>;

impl Macros {
    /// No macros.
    pub fn new() -> Self {
        Self::default()
    }

    /// Macros for options given from outside, such as a design's switches.
    pub fn with_options<'a>(options: impl IntoIterator<Item = (&'a str, i64)>) -> Self {
        let mut macros = Self::new();
        for (name, value) in options {
            macros.define(name, value);
        }
        macros
    }

    /// Defines an option from outside. A `#define` or `#undef` of it in a text has no effect.
    pub fn define(&mut self, name: &str, value: i64) {
        self.map.insert(name.into(), Rc::new(Macro { params: None, body: number_tokens(value), defined: None }));
    }

    /// Is there a macro of that name?
    pub fn is_defined(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// The value of an object-like macro that stands for a constant expression of integers, other macros replaced.
    pub fn value(&self, name: &str) -> Option<i64> {
        let (name, known) = self.map.get_key_value(name)?;
        if known.params.is_some() {
            return None;
        }
        let token = Token { kind: Tok::Word(name.clone()), span: Span::default(), margin: false, painted: false };
        let (mut macros, mut diags) = (self.clone(), Vec::new());
        let mut reader = Reader::new(0, "", &mut macros, &mut diags);
        let value = reader.constant(&[token], Span::default()).ok()?;
        diags.is_empty().then_some(value as i64)
    }

    /// What these words stand for, and the words in that, and so on; and all words met on the way.
    pub(crate) fn meaning_of(&self, words: &[Rc<str>]) -> (Defined, Vec<Rc<str>>) {
        let mut defined: Defined = Vec::new();
        let mut more: Vec<Rc<str>> = Vec::new();
        let mut met = HashSet::new();
        let known = |word: &Rc<str>| Some((word.clone(), self.map.get(word)?.clone()));
        defined.extend(words.iter().filter_map(known));
        let mut at = 0;
        while let Some((_, known)) = defined.get(at).cloned() {
            for word in known.body.iter().filter_map(Token::word) {
                if words.binary_search(word).is_err() && met.insert(word.clone()) {
                    more.push(word.clone());
                    defined.extend(self.map.get(word).map(|m| (word.clone(), m.clone())));
                }
            }
            at += 1;
        }
        (defined, more)
    }

    /// From here on, what texts define is written down.
    pub(crate) fn begin_log(&mut self) {
        self.log.clear();
    }

    /// What texts have defined since; `None`: undefined.
    pub(crate) fn logged(&self) -> Vec<(Rc<str>, Option<Rc<Macro>>)> {
        self.log.iter().map(|name| (name.clone(), self.map.get(name).cloned())).collect()
    }

    /// Defines what a text defines that need not be read again.
    pub(crate) fn define_again(&mut self, all: &[(Rc<str>, Option<Rc<Macro>>)]) {
        for (name, known) in all {
            match known {
                Some(known) => drop(self.map.insert(name.clone(), known.clone())),
                None => drop(self.map.remove(name)),
            }
        }
    }

    /// A text defines a macro, or undefines it.
    fn set(&mut self, name: Rc<str>, known: Option<Macro>) {
        self.log.push(name.clone());
        match known {
            Some(known) => drop(self.map.insert(name, Rc::new(known))),
            None => drop(self.map.remove(&name)),
        }
    }

    /// The names of all macros, sorted: for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.map.keys().map(|name| &**name)
    }
}

/// The tokens of a number: a negative one in parentheses, with its sign.
fn number_tokens(value: i64) -> Vec<Token> {
    let token = |kind| Token { kind, span: Span::default(), margin: false, painted: false };
    let magnitude = value.unsigned_abs();
    let bits = if magnitude <= i32::MAX as u64 { 32 } else { 64 };
    let number = token(Tok::Int { value: magnitude, signed: true, bits });
    if value < 0 {
        vec![token(Tok::Punct("(")), token(Tok::Punct("-")), number, token(Tok::Punct(")"))]
    } else {
        vec![number]
    }
}

/// The tokens of a text, the last one [`Tok::End`]. Errors are added to `diags`; the tokens go on behind them.
pub(crate) fn preprocess(file: u16, text: &str, macros: &mut Macros, diags: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut reader = Reader::new(file, text, macros, diags);
    reader.run();
    reader.out
}

/// One `#if` … `#endif` being read.
struct Section {
    /// The `#if` itself, for "never closed".
    opener: Span,
    /// The text around it counts.
    outer: bool,
    /// The present branch counts.
    live: bool,
    /// A branch has counted already.
    taken: bool,
    /// `#else` was seen.
    in_else: bool,
}

/// The state of reading one text.
struct Reader<'a> {
    file: u16,
    text: &'a str,
    macros: &'a mut Macros,
    diags: &'a mut Vec<Diagnostic>,
    /// All identifiers, each stored once.
    names: HashSet<Rc<str>>,
    out: Vec<Token>,
    sections: Vec<Section>,
    nesting: expand::Nesting,
}

impl<'a> Reader<'a> {
    fn new(file: u16, text: &'a str, macros: &'a mut Macros, diags: &'a mut Vec<Diagnostic>) -> Self {
        let (names, nesting) = (HashSet::new(), expand::Nesting::default());
        Reader { file, text, macros, diags, names, out: Vec::new(), sections: Vec::new(), nesting }
    }

    fn run(&mut self) {
        let raws: Vec<Raw> = lexer::lex(self.text).collect();
        let mut plain: Vec<Token> = Vec::new();
        let mut fresh_line = true;
        let mut at = 0;
        while let Some(&raw) = raws.get(at) {
            if fresh_line && raw.kind == RawKind::Punct("#") {
                let end = raws[at..].iter().position(|r| r.kind == RawKind::Newline).map_or(raws.len(), |len| at + len);
                self.flush(&mut plain);
                self.directive(&raws[at..end]);
                at = end;
                continue;
            }
            match raw.kind {
                RawKind::Newline => fresh_line = true,
                RawKind::Space => {}
                RawKind::Comment { ok } => {
                    if !ok {
                        self.comment_without_end(raw);
                    }
                }
                _ => {
                    fresh_line = false;
                    if self.live() {
                        at += self.plain_token(&raws, at, &mut plain);
                        continue;
                    }
                }
            }
            at += 1;
        }
        self.flush(&mut plain);
        for section in std::mem::take(&mut self.sections) {
            let message = "this conditional section is never closed";
            self.report(Diagnostic::error("E0114", section.opener, message).help("add `#endif`"));
        }
        let end = self.text.len() as u32;
        self.out.push(Token {
            kind: Tok::End,
            span: Span { file: self.file, lo: end, hi: end },
            margin: true,
            painted: false,
        });
    }

    /// Does the text here count, or is it in a branch not taken?
    fn live(&self) -> bool {
        self.sections.last().is_none_or(|section| section.live)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }

    fn span(&self, raw: Raw) -> Span {
        Span { file: self.file, lo: raw.lo, hi: raw.hi }
    }

    fn slice(&self, raw: Raw) -> &str {
        &self.text[raw.lo as usize..raw.hi as usize]
    }

    fn too_long(&mut self, raw: Raw) {
        let message = format!("a name has at most {LONGEST_WORD} characters");
        self.report(Diagnostic::error("E0108", self.span(raw), message));
    }

    fn comment_without_end(&mut self, raw: Raw) {
        let span = Span { hi: raw.lo + 2, ..self.span(raw) };
        self.report(Diagnostic::error("E0102", span, "this comment is never closed").help("add `*/`"));
    }

    /// Turns the raw token at `at` into a token; returns how many raw tokens were used.
    fn plain_token(&mut self, raws: &[Raw], at: usize, out: &mut Vec<Token>) -> usize {
        let raw = raws[at];
        if let (RawKind::Word, Some(next)) = (raw.kind, raws.get(at + 1))
            && matches!(next.kind, RawKind::Str { .. } | RawKind::Char { .. })
            && matches!(self.slice(raw), "L" | "u" | "U" | "u8")
        {
            let message = "wide and Unicode literals are not part of the language";
            let help = format!("drop the `{}`", self.slice(raw));
            self.report(Diagnostic::error("E0107", self.span(raw), message).help(help));
            return 1;
        }
        if let Some(kind) = self.token_kind(raw) {
            let margin = raw.lo == 0 || self.text.as_bytes()[raw.lo as usize - 1] == b'\n';
            out.push(Token { kind, span: self.span(raw), margin, painted: false });
        }
        1
    }

    /// The token of one raw token that is neither space nor comment. After an error something takes its place where
    /// that helps the parser to go on.
    fn token_kind(&mut self, raw: Raw) -> Option<Tok> {
        let span = self.span(raw);
        let wrong_literal = |reader: &mut Self, error: Box<Diagnostic>| {
            reader.report(*error);
            (0, true, 32)
        };
        match raw.kind {
            RawKind::Word => {
                if (raw.hi - raw.lo) as usize > LONGEST_WORD {
                    self.too_long(raw);
                    return Some(Tok::Word("_".into()));
                }
                Some(Tok::Word(self.intern(raw)))
            }
            RawKind::Punct(punct) => Some(Tok::Punct(punct)),
            RawKind::Number => {
                let (value, signed, bits) =
                    literal::number(self.slice(raw), span).unwrap_or_else(|error| wrong_literal(self, error));
                Some(Tok::Int { value, signed, bits })
            }
            RawKind::Char { ok: true } => {
                let (value, signed, bits) =
                    literal::character(self.slice(raw), span).unwrap_or_else(|error| wrong_literal(self, error));
                Some(Tok::Int { value, signed, bits })
            }
            RawKind::Char { ok: false } => {
                self.quote_without_end(span, '\'', "character");
                Some(Tok::Int { value: 0, signed: true, bits: 32 })
            }
            RawKind::Str { ok: true } => {
                let content = literal::string(self.slice(raw), span).unwrap_or_else(|error| {
                    self.report(*error);
                    String::new()
                });
                Some(Tok::Str(content.into()))
            }
            RawKind::Str { ok: false } => {
                self.quote_without_end(span, '"', "string");
                Some(Tok::Str("".into()))
            }
            RawKind::Stray => {
                self.stray(raw);
                None
            }
            RawKind::Space | RawKind::Newline | RawKind::Comment { .. } => None,
        }
    }

    fn quote_without_end(&mut self, span: Span, quote: char, what: &str) {
        let message = format!("this {what} literal is not closed on its line");
        self.report(Diagnostic::error("E0103", span, message).help(format!("add the closing {quote}")));
    }

    fn stray(&mut self, raw: Raw) {
        let first = self.slice(raw).chars().next();
        let shown = match first {
            Some(c) if c.is_control() || c.is_whitespace() => format!("U+{:04X}", c as u32),
            _ => format!("`{}`", self.slice(raw).chars().take(8).collect::<String>()),
        };
        let error = Diagnostic::error("E0101", self.span(raw), format!("{shown} is no character of C"));
        let help = match first {
            Some('“' | '”' | '„') => Some("the quotes of C are plain: \""),
            Some('‘' | '’') => Some("the quotes of C are plain: '"),
            Some('−' | '–' | '—') => Some("the minus of C is plain: -"),
            Some(c) if c.is_alphabetic() => Some("names are made of ASCII letters, digits and underscores"),
            Some('\u{a0}') => Some("this is a blank that does not break; use a plain one"),
            Some('\\') => Some("a backslash joins two lines only when it is the last character of the first"),
            _ => None,
        };
        self.report(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    fn intern(&mut self, raw: Raw) -> Rc<str> {
        let text = &self.text[raw.lo as usize..raw.hi as usize];
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Rc<str> = text.into();
        self.names.insert(name.clone());
        name
    }
}
