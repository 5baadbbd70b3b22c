//! Tokens to the syntax tree: recursive descent with a bound on depth, so that no text overflows the stack.
//!
//! The first error of a top-level item ends that item; parsing goes on with the next one.

mod decls;
mod exprs;
mod items;
mod known;
mod recover;
pub(crate) mod refused;
mod stmts;
mod types;

use super::ast::{Expr, Ident, Span, Unit};
use super::diag::{Diagnostic, Severity};
use super::preprocess::{self, Macros};
use super::source;
use super::token::{Tok, Token};
use super::words;
use std::collections::BTreeSet;
use std::rc::Rc;

pub use super::words::ATTRIBUTES;
pub(crate) use super::words::{STATEMENT_WORDS, STORAGE_WORDS, TYPE_WORDS, is_attribute, is_capitals, is_ignored};
pub(crate) use known::parse_known;

/// Is it a keyword, so that nothing can have it as its name?
pub fn is_keyword(word: &str) -> bool {
    words::is_word(word) || refused::is_refused(word)
}

/// Brackets, statements in statements, operators before an operand and `else if` nest at most so deep.
pub const DEEPEST: u32 = 100;
/// The tree of one expression is at most so high: also `a + b + c ...` counts, one for each operator.
pub const HIGHEST: u32 = 200;
/// After so many diagnostics the rest of a text is not looked at.
pub const MOST_DIAGNOSTICS: usize = 100;

/// The typedef names known so far. They persist from file to file: common files first, then the design, then the scenario.
#[derive(Clone, Debug)]
pub struct TypeNames {
    names: BTreeSet<Rc<str>>,
    /// Tags of structs seen, for "write `struct page`".
    tags: BTreeSet<Rc<str>>,
}

impl Default for TypeNames {
    fn default() -> Self {
        TypeNames { names: words::PREDECLARED.into_iter().map(Rc::from).collect(), tags: BTreeSet::new() }
    }
}

impl TypeNames {
    /// The predeclared names: `u8` to `u64`, `s8` to `s64`, `size_t`, `uintptr_t`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Is it a typedef name?
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// All typedef names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}

/// Parses one text. Macros and typedef names of earlier texts are visible, those of this one are added.
///
/// Never fails: what could be parsed is in the unit, what could not is told by a diagnostic, in the order of the text.
/// A text over 256 KB gives `E0100` and an empty unit.
pub fn parse(file: u16, text: &str, macros: &mut Macros, types: &mut TypeNames) -> (Unit, Vec<Diagnostic>) {
    if text.len() > source::MAX_TEXT {
        return (Unit::default(), vec![source::too_large(file, text.len())]);
    }
    let mut diags = Vec::new();
    let tokens = preprocess::preprocess(file, text, macros, &mut diags);
    let mut parser = Parser::new(text, tokens, types, diags);
    let unit = parser.unit();
    let mut diags = parser.diags;
    // Stable: those of one place keep their order.
    diags.sort_by_key(|diagnostic| diagnostic.span);
    if diags.len() >= MOST_DIAGNOSTICS {
        diags.truncate(MOST_DIAGNOSTICS);
        let last = diags[MOST_DIAGNOSTICS - 1].span;
        diags.push(Diagnostic::error("E0199", last, "too many errors; what follows is not shown"));
    }
    (unit, diags)
}

/// Parses the expression of an `#if`; `whole` is the place of all of it.
pub(crate) fn condition(mut tokens: Vec<Token>, whole: Span) -> Parsed<Expr> {
    if tokens.is_empty() {
        return Err(Box::new(Diagnostic::error("E0115", whole, "a condition is missing here")));
    }
    let end = Span { lo: whole.hi, ..whole };
    tokens.push(Token { kind: Tok::End, span: end, margin: false, painted: false });
    let mut types = TypeNames { names: BTreeSet::new(), tags: BTreeSet::new() };
    let mut parser = Parser::new("", tokens, &mut types, Vec::new());
    let expr = parser.expr()?;
    match parser.peek().kind {
        Tok::End => Ok(expr),
        _ => Err(parser.expected("an operator")),
    }
}

/// The result of parsing something: the error ends the top-level item.
type Parsed<T> = Result<T, Box<Diagnostic>>;

/// The state of parsing one text.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    types: &'a mut TypeNames,
    diags: Vec<Diagnostic>,
    /// How deep the recursion is; see [`DEEPEST`].
    depth: u32,
    /// The height of the expression parsed last; see [`HIGHEST`].
    height: u32,
    /// The greatest height since the last measurement began; see [`Parser::measured`].
    peak: u32,
    /// The token with which the present item began.
    item: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: Vec<Token>, types: &'a mut TypeNames, diags: Vec<Diagnostic>) -> Self {
        Parser { text, tokens, at: 0, types, diags, depth: 0, height: 0, peak: 0, item: 0 }
    }

    fn unit(&mut self) -> Unit {
        let mut unit = Unit::default();
        while self.peek().kind != Tok::End && self.diags.len() < MOST_DIAGNOSTICS {
            let start = self.at;
            (self.depth, self.height, self.peak, self.item) = (0, 0, 0, start);
            if let Err(error) = self.item(&mut unit.items) {
                self.note(*error, start);
                self.recover(start);
            }
        }
        unit
    }

    /// Keeps the error unless one about characters already stands in the same item before it, of which it may be the echo.
    fn note(&mut self, error: Diagnostic, item: usize) {
        let before = self.tokens[item].span.lo..=self.span().lo;
        let mut errors = self.diags.iter().filter(|earlier| earlier.severity == Severity::Error);
        let echo = errors.any(|earlier| before.contains(&earlier.span.lo));
        if !echo {
            self.diags.push(error);
        }
    }

    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    /// The token `n` places ahead; past the end, the end.
    fn ahead(&self, n: usize) -> &Token {
        self.tokens.get(self.at + n).unwrap_or(&self.tokens[self.tokens.len() - 1])
    }

    fn span(&self) -> Span {
        self.peek().span
    }

    /// The place of the token before.
    fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    /// Steps over this operator or bracket if it is next.
    fn eat(&mut self, punct: &str) -> bool {
        let found = self.peek().is(punct);
        if found {
            self.advance();
        }
        found
    }

    /// Steps over this word if it is next.
    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, punct: &'static str) -> Parsed<Span> {
        let span = self.span();
        if self.eat(punct) { Ok(span) } else { Err(self.expected(&format!("`{punct}`"))) }
    }

    /// The closing bracket that belongs to the opening one at `opener`.
    fn close(&mut self, closing: &'static str, opener: Span) -> Parsed<Span> {
        let span = self.span();
        if self.eat(closing) {
            return Ok(span);
        }
        let opening = match closing {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        let found = self.shown(self.peek());
        let message = format!("expected `{closing}`, found {found}");
        Err(Box::new(
            Diagnostic::error("E0122", self.behind_last(), message)
                .related(opener, format!("to close this `{opening}`")),
        ))
    }

    /// The empty place behind the token before.
    fn behind_last(&self) -> Span {
        let last = self.last_span();
        Span { lo: last.hi, ..last }
    }

    /// The `;` that ends `what`; a missing one is reported behind the token before.
    fn semicolon(&mut self, what: &str) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        let place = self.behind_last();
        let next = self.peek();
        let same_line = place.file == next.span.file
            && self.text.get(place.hi as usize..next.span.lo as usize).is_some_and(|between| !between.contains('\n'));
        let message = if same_line && !next.is("}") && next.kind != Tok::End {
            format!("expected `;` behind {what}, found {}", self.shown(next))
        } else {
            format!("expected `;` behind {what}")
        };
        Err(Box::new(Diagnostic::error("E0121", place, message).label("`;` belongs here")))
    }

    fn ident(&mut self, what: &str) -> Parsed<Ident> {
        match self.peek().word() {
            Some(word) if !is_keyword(word) => {
                let ident = Ident { name: word.clone(), span: self.span() };
                self.advance();
                Ok(ident)
            }
            Some(word) => {
                let message = format!("expected {what}, found the keyword `{word}`");
                Err(Box::new(Diagnostic::error("E0120", self.span(), message)))
            }
            None => Err(self.expected(what)),
        }
    }

    /// "expected ..., found ..." at the next token.
    fn expected(&self, what: &str) -> Box<Diagnostic> {
        let found = self.shown(self.peek());
        Box::new(Diagnostic::error("E0120", self.span(), format!("expected {what}, found {found}")))
    }

    /// A token as messages show it.
    fn shown(&self, token: &Token) -> String {
        match &token.kind {
            Tok::Word(word) => format!("`{}`", word.chars().take(40).collect::<String>()),
            Tok::Int { value, .. } => format!("the number {value}"),
            Tok::Str(_) => "a string".into(),
            Tok::Punct(punct) => format!("`{punct}`"),
            // A condition of the preprocessor comes without its text.
            Tok::End if self.text.is_empty() => "the end of the line".into(),
            Tok::End => "the end of the file".into(),
        }
    }

    /// Counts one more level of nesting while `parse` runs.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&self) -> Box<Diagnostic> {
        let message = format!("this is nested more than {DEEPEST} levels deep");
        let help = "brackets, blocks, operators before an operand and each `else if` count; move the inner part into a function";
        Box::new(Diagnostic::error("E0126", self.span(), message).help(help))
    }
}
