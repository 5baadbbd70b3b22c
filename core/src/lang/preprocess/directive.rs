//! The lines that begin with `#`.

use super::super::ast::Span;
use super::super::diag::Diagnostic;
use super::super::lexer::{Raw, RawKind};
use super::super::token::LONGEST_WORD;
use super::super::token::Token;
use super::{Macro, Reader, Section};
use crate::near::did_you_mean;
use std::rc::Rc;

const KNOWN: [&str; 9] = ["define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "include"];

impl Reader<'_> {
    /// Reads one directive: the raw tokens from its `#` to the end of the line.
    pub(super) fn directive(&mut self, line: &[Raw]) {
        let mut words = Vec::new();
        for &raw in &line[1..] {
            match raw.kind {
                RawKind::Comment { ok: false } => self.comment_without_end(raw),
                RawKind::Space | RawKind::Comment { .. } | RawKind::Newline => {}
                RawKind::Word if (raw.hi - raw.lo) as usize > LONGEST_WORD => return self.too_long(raw),
                _ => words.push(raw),
            }
        }
        // A lone # is legal and means nothing.
        let Some((&first, rest)) = words.split_first() else { return };
        let name = self.slice(first).to_owned();
        let span = Span { lo: line[0].lo, ..self.span(first) };
        match &name[..] {
            "if" | "ifdef" | "ifndef" => self.open(&name, span, rest),
            "elif" | "else" => self.branch(&name, span, rest),
            "endif" => self.close(span),
            _ if !self.live() => {}
            "define" => self.define_line(span, rest),
            "undef" => self.undef(span, rest),
            "include" => self.include(span, rest),
            "error" => self.error_line(span, rest),
            "pragma" => {
                let message = "`#pragma` is not part of the language";
                self.report(Diagnostic::error("E0110", span, message).help("remove the line"));
            }
            _ => {
                let mut error = Diagnostic::error("E0110", span, format!("there is no directive `#{name}`"));
                error.help = did_you_mean(&name, KNOWN).or_else(|| {
                    Some("the directives are #define, #undef, #if, #ifdef, #ifndef, #elif, #else, #endif".into())
                });
                self.report(error);
            }
        }
    }

    fn open(&mut self, directive: &str, span: Span, rest: &[Raw]) {
        let outer = self.live();
        let live = outer
            && match directive {
                "if" => self.condition(span, rest),
                _ => self
                    .one_name(directive, span, rest)
                    .is_some_and(|name| self.macros.is_defined(&name) == (directive == "ifdef")),
            };
        self.sections.push(Section { opener: span, outer, live, taken: live, in_else: false });
    }

    fn branch(&mut self, directive: &str, span: Span, rest: &[Raw]) {
        let Some(section) = self.sections.last() else {
            self.report(Diagnostic::error("E0114", span, format!("`#{directive}` without `#if`")));
            return;
        };
        if section.in_else {
            let error = Diagnostic::error("E0114", span, format!("`#{directive}` behind `#else`"));
            let opener = section.opener;
            self.report(error.related(opener, "of this section"));
            return;
        }
        let possible = section.outer && !section.taken;
        let live = possible && (directive == "else" || self.condition(span, rest));
        if let Some(section) = self.sections.last_mut() {
            section.live = live;
            section.taken |= live;
            section.in_else = directive == "else";
        }
    }

    fn close(&mut self, span: Span) {
        if self.sections.pop().is_none() {
            self.report(Diagnostic::error("E0114", span, "`#endif` without `#if`"));
        }
    }

    /// The one name that `#ifdef`, `#ifndef` and `#undef` take.
    fn one_name(&mut self, directive: &str, span: Span, rest: &[Raw]) -> Option<Rc<str>> {
        match rest {
            [raw] if raw.kind == RawKind::Word => Some(self.intern(*raw)),
            [raw, more, ..] if raw.kind == RawKind::Word => {
                let message = format!("`#{directive}` takes one name and nothing behind it");
                self.report(Diagnostic::error("E0113", self.span(*more), message).help("use `#if` for a condition"));
                Some(self.intern(*raw))
            }
            _ => {
                self.report(Diagnostic::error("E0113", span, format!("`#{directive}` needs the name of a macro")));
                None
            }
        }
    }

    fn undef(&mut self, span: Span, rest: &[Raw]) {
        if let Some(name) = self.one_name("undef", span, rest)
            && self.macros.map.get(&name).is_some_and(|known| known.defined.is_some())
        {
            self.macros.set(name, None);
        }
    }

    fn include(&mut self, span: Span, rest: &[Raw]) {
        let span = rest.last().map_or(span, |last| span.to(self.span(*last)));
        let help = "remove the line: everything in common/ is visible already";
        self.report(Diagnostic::error("E0111", span, "`#include` is not part of the language").help(help));
    }

    fn error_line(&mut self, span: Span, rest: &[Raw]) {
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            self.report(Diagnostic::error("E0117", span, "`#error`"));
            return;
        };
        let words: String = self.text[first.lo as usize..last.hi as usize].chars().take(200).collect();
        self.report(Diagnostic::error("E0117", span, words));
    }

    fn define_line(&mut self, span: Span, rest: &[Raw]) {
        let Some((&raw, mut body)) = rest.split_first().filter(|(raw, _)| raw.kind == RawKind::Word) else {
            self.report(Diagnostic::error("E0113", span, "`#define` needs a name"));
            return;
        };
        let name = self.intern(raw);
        let place = self.span(raw);
        if &*name == "defined" || super::super::parser::is_keyword(&name) {
            let message = format!("`{name}` is a word of the language and cannot be a macro");
            self.report(Diagnostic::error("E0113", place, message));
            return;
        }
        // Only a ( that touches the name begins parameters.
        let mut params = None;
        if body.first().is_some_and(|next| next.kind == RawKind::Punct("(") && next.lo == raw.hi) {
            let Some(end) = self.parameters(&name, &body[1..]) else { return };
            let (names, used) = end;
            params = Some(names);
            body = &body[1 + used..];
        }
        if let Some(bad) = body.iter().find(|raw| matches!(raw.kind, RawKind::Punct("#" | "##"))) {
            let message = "`#` and `##` in macros are not part of the language";
            let error = Diagnostic::error("E0112", self.span(*bad), message);
            self.report(error.help(format!("write `{name}` as a `static inline` function")));
            return;
        }
        let mut tokens = Vec::with_capacity(body.len());
        for at in 0..body.len() {
            self.plain_token(body, at, &mut tokens);
        }
        self.define(name, Macro { params, body: tokens, defined: Some(place) });
    }

    /// The parameter names of a function-like macro, and how many raw tokens they and the `)` take.
    fn parameters(&mut self, name: &str, raws: &[Raw]) -> Option<(Vec<Rc<str>>, usize)> {
        let mut names: Vec<Rc<str>> = Vec::new();
        let mut at = 0;
        loop {
            let raw = raws.get(at).copied();
            match raw.map(|raw| raw.kind) {
                Some(RawKind::Punct(")")) if names.is_empty() || at > 0 => return Some((names, at + 1)),
                Some(RawKind::Punct("...")) => {
                    let error =
                        Diagnostic::error("E0112", self.span(raw?), "variadic macros are not part of the language");
                    self.report(error.help(format!("write `{name}` as a `static inline` function")));
                    return None;
                }
                Some(RawKind::Word) => names.push(self.intern(raw?)),
                _ => {
                    let place = raw.or(raws.last().copied()).map(|raw| self.span(raw)).unwrap_or_default();
                    let message = format!("the parameters of the macro `{name}` are names with commas between them");
                    self.report(Diagnostic::error("E0112", place, message));
                    return None;
                }
            }
            at += 1;
            if raws.get(at).is_some_and(|raw| raw.kind == RawKind::Punct(",")) {
                at += 1;
            }
        }
    }

    /// A later file may replace a macro of an earlier one, as it may replace a function; in one file that is a slip.
    fn define(&mut self, name: Rc<str>, new: Macro) {
        if let Some(old) = self.macros.map.get(&name) {
            let Some(first) = old.defined else { return };
            let same = |a: &[Token], b: &[Token]| a.iter().map(|t| &t.kind).eq(b.iter().map(|t| &t.kind));
            let differs = !same(&old.body, &new.body) || old.params != new.params;
            if let Some(place) = new.defined.filter(|place| differs && place.file == first.file) {
                let warning = Diagnostic::warning("E0119", place, format!("`{name}` is defined again, differently"));
                self.report(warning.related(first, "first defined here").help("put `#undef` before it"));
            }
        }
        self.macros.set(name, Some(new));
    }

    /// `SWITCH(NAME, default, ...)` at the top level gives NAME its default unless an option has given it a value.
    pub(super) fn switch_default(&mut self, name: &Rc<str>, default: &[Token]) {
        let given = self.macros.map.get(name).is_some_and(|known| known.defined.is_none());
        if !given {
            let place = default.first().map(|token| token.span);
            let switch = Macro { params: None, body: default.to_vec(), defined: place };
            self.macros.set(name.clone(), Some(switch));
        }
    }
}
