//! The replacement of macros in the text between two `#` lines.

use super::super::ast::Span;
use super::super::diag::Diagnostic;
use super::super::token::{Tok, Token};
use super::super::words::{is_attribute, is_capitals};
use super::{MOST_TOKENS, Macro, Reader};
use std::rc::Rc;

/// Macros that use macros, or calls in arguments of calls, at most so deep.
const DEEPEST: usize = 64;

/// How deep in brackets the text stands, and what replacement has cost.
#[derive(Default)]
pub(super) struct Nesting {
    braces: u32,
    others: u32,
    /// Tokens of macros and their arguments looked at.
    spent: usize,
    /// A limit was passed and reported: the rest of the text is dropped.
    exhausted: bool,
}

impl Nesting {
    fn note(&mut self, token: &Token) {
        match token.kind {
            Tok::Punct("{") => self.braces += 1,
            // A function's end settles brackets that were left open in it.
            Tok::Punct("}") => (self.braces, self.others) = (self.braces.saturating_sub(1), 0),
            Tok::Punct("(" | "[") => self.others += 1,
            Tok::Punct(")" | "]") => self.others = self.others.saturating_sub(1),
            _ => {}
        }
    }

    fn at_top(&self) -> bool {
        self.braces == 0 && self.others == 0
    }
}

impl Reader<'_> {
    /// Replaces the macros of a stretch of text and appends it to the output.
    pub(super) fn flush(&mut self, plain: &mut Vec<Token>) {
        let tokens = std::mem::take(plain);
        let mut out = std::mem::take(&mut self.out);
        let mut at = 0;
        while at < tokens.len() {
            if self.is_directive(&tokens, at) {
                at = self.directive_arguments(&tokens, at, &mut out);
                continue;
            }
            let start = at;
            while at < tokens.len() && (at == start || !self.is_directive(&tokens, at)) {
                self.nesting.note(&tokens[at]);
                at += 1;
            }
            self.expand(&tokens[start..at], &mut Vec::new(), 0, &mut out);
        }
        self.out = out;
    }

    /// Does `NAME(` stand there at the top level, NAME in capitals and neither a macro nor an attribute word?
    fn is_directive(&self, tokens: &[Token], at: usize) -> bool {
        self.nesting.at_top()
            && tokens[at]
                .word()
                .is_some_and(|word| is_capitals(word) && !is_attribute(word) && !self.macros.is_defined(word))
            && tokens.get(at + 1).is_some_and(|next| next.is("("))
    }

    /// Copies `NAME(...)`. A name that is the whole first argument, or stands before `=`, is what the directive is about
    /// (`SWITCH(SEQCOUNT, 1)`, `VARIANT(pin, FLAGS = FOLL_PIN)`) and stays although it may be an option with a value.
    fn directive_arguments(&mut self, tokens: &[Token], head: usize, out: &mut Vec<Token>) -> usize {
        let first = head + 2;
        let mut depth = 1;
        let mut end = first;
        while end < tokens.len() && depth > 0 {
            match tokens[end].kind {
                Tok::Punct("(") => depth += 1,
                Tok::Punct(")") => depth -= 1,
                // The call is not closed; the parser will say so.
                Tok::Punct("{" | "}" | ";") => break,
                _ => {}
            }
            end += 1;
        }
        out.extend_from_slice(&tokens[head..first]);
        let mut from = first;
        for at in first..end {
            let Some(next) = tokens.get(at + 1) else { break };
            let alone = at == first && (next.is(",") || next.is(")"));
            if tokens[at].word().is_some() && (alone || next.is("=")) {
                self.expand(&tokens[from..at], &mut Vec::new(), 0, out);
                out.push(tokens[at].clone());
                from = at + 1;
            }
        }
        self.expand(&tokens[from..end], &mut Vec::new(), 0, out);
        if tokens[head].is_word("SWITCH")
            && let Some((name, comma)) = tokens.get(first).and_then(Token::word).zip(tokens.get(first + 1))
            && comma.is(",")
        {
            let default: Vec<Token> =
                tokens[first + 2..end].iter().take_while(|t| !t.is(",") && !t.is(")")).cloned().collect();
            if !default.is_empty() {
                self.switch_default(name, &default);
            }
        }
        end
    }

    /// Appends `input` with its macros replaced. `hidden` are the macros being replaced, which are not replaced again.
    pub(super) fn expand(&mut self, input: &[Token], hidden: &mut Vec<Rc<str>>, depth: usize, out: &mut Vec<Token>) {
        let mut at = 0;
        while let Some(token) = input.get(at) {
            at += 1;
            self.nesting.spent += usize::from(depth > 0);
            if self.nesting.exhausted {
                return;
            }
            if self.nesting.spent > MOST_TOKENS {
                self.exhausted(token.span, "macros make this text too large");
                return;
            }
            let found = token.word().filter(|_| !token.painted).and_then(|word| self.macros.map.get_key_value(word));
            let Some((name, known)) = found.map(|(name, known)| (name.clone(), known.clone())) else {
                out.push(token.clone());
                continue;
            };
            if hidden.iter().any(|outer| Rc::ptr_eq(outer, &name)) {
                out.push(Token { painted: true, ..token.clone() });
                continue;
            }
            if depth >= DEEPEST {
                self.exhausted(token.span, "macros are nested too deeply here");
                return;
            }
            let Some(params) = &known.params else {
                let body = placed(&known.body, token.span);
                self.expand_within(&body, name, hidden, depth, out);
                continue;
            };
            if !input.get(at).is_some_and(|next| next.is("(")) {
                // As in C: without arguments it is an ordinary name.
                out.push(token.clone());
                continue;
            }
            let Some((args, end)) = arguments(input, at) else {
                let error =
                    Diagnostic::error("E0112", token.span, format!("the arguments of the macro `{name}` have no `)`"));
                self.report(error);
                return;
            };
            at = end;
            if let Some(body) = self.substitute(token.span, &name, &known, params, &args, hidden, depth) {
                self.expand_within(&body, name, hidden, depth, out);
            }
        }
    }

    fn expand_within(
        &mut self,
        body: &[Token],
        name: Rc<str>,
        hidden: &mut Vec<Rc<str>>,
        depth: usize,
        out: &mut Vec<Token>,
    ) {
        hidden.push(name);
        self.expand(body, hidden, depth + 1, out);
        hidden.pop();
    }

    /// The body of a function-like macro with its arguments, replaced themselves, in place of its parameters.
    #[allow(clippy::too_many_arguments)]
    fn substitute(
        &mut self,
        place: Span,
        name: &str,
        known: &Macro,
        params: &[Rc<str>],
        args: &[&[Token]],
        hidden: &mut Vec<Rc<str>>,
        depth: usize,
    ) -> Option<Vec<Token>> {
        let given = if params.is_empty() && args.len() == 1 && args[0].is_empty() { 0 } else { args.len() };
        if given != params.len() {
            let plural = if params.len() == 1 { "" } else { "s" };
            let message = format!("the macro `{name}` takes {} argument{plural}, not {given}", params.len());
            let mut error = Diagnostic::error("E0112", place, message);
            if let Some(defined) = known.defined {
                error = error.related(defined, "defined here");
            }
            self.report(error);
            return None;
        }
        let mut replaced = Vec::with_capacity(params.len());
        for arg in args.iter().take(params.len()) {
            let mut out = Vec::new();
            self.expand(arg, hidden, depth + 1, &mut out);
            replaced.push(out);
        }
        self.nesting.spent += replaced.iter().map(Vec::len).sum::<usize>();
        let mut body = Vec::new();
        for token in &known.body {
            match token.word().and_then(|word| params.iter().position(|param| param == word)) {
                Some(param) => body.extend_from_slice(&replaced[param]),
                None => body.push(Token { span: place, ..token.clone() }),
            }
            if body.len() > MOST_TOKENS {
                self.exhausted(place, "macros make this text too large");
                return None;
            }
        }
        Some(body)
    }

    fn exhausted(&mut self, span: Span, message: &str) {
        if !std::mem::replace(&mut self.nesting.exhausted, true) {
            self.report(Diagnostic::error("E0116", span, message).help("write a loop or a `static inline` function"));
        }
    }
}

fn placed(body: &[Token], span: Span) -> Vec<Token> {
    body.iter().map(|token| Token { span, ..token.clone() }).collect()
}

/// The arguments of a macro call whose `(` is at `open`, and the index behind its `)`.
fn arguments(input: &[Token], open: usize) -> Option<(Vec<&[Token]>, usize)> {
    let mut args = Vec::new();
    let mut depth = 0u32;
    let mut start = open + 1;
    for (at, token) in input.iter().enumerate().skip(open) {
        match token.kind {
            Tok::Punct("(" | "[" | "{") => depth += 1,
            Tok::Punct(")" | "]" | "}") => {
                depth -= 1;
                if depth == 0 {
                    args.push(&input[start..at]);
                    return Some((args, at + 1));
                }
            }
            Tok::Punct(",") if depth == 1 => {
                args.push(&input[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}
