//! Where one item ends and the next begins when the text is wrong.

use super::super::ast::Span;
use super::super::diag::Diagnostic;
use super::super::token::{Tok, Token};
use super::{Parser, STATEMENT_WORDS, is_attribute, is_capitals};

/// So many tokens are looked at for the end of a function's head.
const LONGEST_HEAD: usize = 160;

impl Parser<'_> {
    /// After an error in the item that began at token `start`: goes to where the next one probably begins.
    pub(super) fn recover(&mut self, start: usize) {
        let mut depth = 0u32;
        for token in &self.tokens[start..self.at] {
            depth = nesting(depth, token);
        }
        if self.at == start && self.closes_nothing() {
            self.advance();
            return;
        }
        loop {
            let token = self.peek();
            if token.kind == Tok::End {
                return;
            }
            if self.at > start
                && token.margin
                && (if depth == 0 { self.begins_item() } else { self.begins_definition() })
            {
                return;
            }
            let ends = depth == 0 && token.is(";") && !self.ahead(1).is("{")
                || depth <= 1 && token.is("}") && !self.goes_on_behind_brace();
            depth = nesting(depth, token);
            self.advance();
            if ends {
                return;
            }
        }
    }

    fn closes_nothing(&self) -> bool {
        matches!(self.peek().kind, Tok::Punct("}" | ")" | "]"))
    }

    /// `} name;` as behind a struct: something on the line of the brace.
    fn goes_on_behind_brace(&self) -> bool {
        let (brace, next) = (self.span(), self.ahead(1));
        let between = self.text.get(brace.hi as usize..next.span.lo as usize);
        next.kind != Tok::End && !next.is("}") && between.is_some_and(|text| !text.contains('\n'))
    }

    /// Does a declaration or directive begin here, by its first word?
    fn begins_item(&self) -> bool {
        self.peek()
            .word()
            .is_some_and(|word| self.starts_type(0) || is_attribute(word) || is_capitals(word) && self.ahead(1).is("("))
            || self.begins_function()
    }

    /// Inside brackets left open: does something begin here that functions do not contain?
    fn begins_definition(&self) -> bool {
        let words: [Option<&str>; 2] = [0, 1].map(|n| self.ahead(n).word().map(|word| &**word));
        match words {
            [Some("typedef" | "static"), _] => true,
            [Some("struct" | "enum"), Some(_)] => self.ahead(2).is("{"),
            [Some("enum"), None] => self.ahead(1).is("{"),
            _ => self.begins_function(),
        }
    }

    /// Inside a function or struct: does the head of a function, with its `{`, stand in the first column? Then a `}` is missing.
    pub(super) fn function_at_margin(&self) -> bool {
        self.peek().margin && self.begins_function()
    }

    /// Words and stars, a name, brackets, `{`.
    fn begins_function(&self) -> bool {
        let mut words = 0;
        for n in 0..LONGEST_HEAD {
            let token = self.ahead(n);
            match &token.kind {
                Tok::Word(word) => {
                    if STATEMENT_WORDS.contains(&&**word) {
                        return false;
                    }
                    words += 1;
                }
                Tok::Punct("*") if words > 0 => {}
                Tok::Punct("(") if words > 0 => {
                    let Some(behind) = self.behind_brackets(n) else { return false };
                    if self.ahead(n - 1).word().is_some_and(|word| is_attribute(word)) {
                        return self.head_behind_attribute(behind);
                    }
                    return words > 1 && self.ahead(behind).is("{");
                }
                _ => return false,
            }
        }
        false
    }

    /// The same behind `CPU(0)` and its like.
    fn head_behind_attribute(&self, mut at: usize) -> bool {
        while at < LONGEST_HEAD {
            match &self.ahead(at).kind {
                Tok::Punct("(") => match self.behind_brackets(at) {
                    Some(behind) if self.ahead(behind).is("{") => return true,
                    Some(behind) => at = behind,
                    None => return false,
                },
                Tok::Word(_) | Tok::Punct("*") => at += 1,
                _ => return false,
            }
        }
        false
    }

    /// The text ends, or another function begins, inside the block opened at `opener`. Blames the brace that the
    /// indentation gives away, if it does: one that is closed by a `}` further left than its own line.
    pub(super) fn unclosed(&self, opener: Span) -> Box<Diagnostic> {
        let culprit = self.brace_by_indentation().unwrap_or(opener);
        let error = Diagnostic::error("E0122", culprit, "this `{` is never closed");
        let here = self.span();
        let note = if self.peek().kind == Tok::End { "the text ends here" } else { "here the next function begins" };
        Box::new(error.related(here, note).help("add the missing `}`"))
    }

    fn brace_by_indentation(&self) -> Option<Span> {
        let mut open: Vec<(Span, usize)> = Vec::new();
        for token in &self.tokens[self.item..self.at] {
            if token.is("{") {
                open.push((token.span, self.indentation(token.span)?.0));
            } else if token.is("}") {
                let (indent, first) = self.indentation(token.span)?;
                let (span, opened) = open.pop()?;
                if first && indent < opened {
                    return Some(span);
                }
            }
        }
        None
    }

    /// The blanks at the beginning of a token's line, a tab counted as eight, and whether the token comes first behind them.
    fn indentation(&self, span: Span) -> Option<(usize, bool)> {
        let before = self.text.get(..span.lo as usize)?;
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let blanks = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
        let width = blanks.clone().map(|c| if c == '\t' { 8 } else { 1 }).sum();
        Some((width, blanks.count() == line.len()))
    }
}

fn nesting(depth: u32, token: &Token) -> u32 {
    match token.kind {
        Tok::Punct("{") => depth + 1,
        Tok::Punct("}") => depth.saturating_sub(1),
        _ => depth,
    }
}
