//! Declared names with their pointers and arrays, initialisers, parameters.

use super::super::ast::{Designator, Ident, Init, Param, Span, TypeExpr, TypeKind, VarDecl};
use super::super::diag::Diagnostic;
use super::super::token::Tok;
use super::types::Specifiers;
use super::{Parsed, Parser, is_ignored, refused};

/// Pointers and array dimensions around one name, at most.
const MOST_DERIVED: usize = 12;

/// A declared name and its type.
pub(super) struct Declared {
    /// Absent only where that is allowed.
    pub name: Option<Ident>,
    pub ty: TypeExpr,
}

impl Declared {
    /// The name, or an empty one in its place.
    pub fn ident(self) -> (Ident, TypeExpr) {
        let span = self.ty.span;
        (self.name.unwrap_or_else(|| Ident { name: "".into(), span: Span { lo: span.hi, ..span } }), self.ty)
    }
}

impl Parser<'_> {
    /// `*name[3]`; the name may be absent if `nameless`.
    pub(super) fn declarator(&mut self, base: TypeExpr, nameless: bool) -> Parsed<Declared> {
        let mut ty = base;
        let mut derived = 0;
        while self.peek().is("*") {
            let span = ty.span.to(self.span());
            self.derive(&mut derived)?;
            self.advance();
            self.skip_ignored()?;
            ty = TypeExpr { kind: TypeKind::Pointer(Box::new(ty)), span };
        }
        if self.peek().is("(") && (!nameless || self.ahead(1).is("*") || self.starts_type(1)) {
            return Err(self.brackets_in_declarator());
        }
        let name = if nameless && self.peek().word().is_none_or(|word| super::is_keyword(word)) {
            None
        } else {
            Some(self.ident("a name behind the type")?)
        };
        let mut lengths = Vec::new();
        while self.peek().is("[") {
            self.derive(&mut derived)?;
            lengths.push(self.array_length()?);
        }
        // The first pair of brackets is the outermost array.
        for (length, close) in lengths.into_iter().rev() {
            let span = ty.span.to(close);
            ty = TypeExpr { kind: TypeKind::Array(Box::new(ty), length), span };
        }
        Ok(Declared { name, ty })
    }

    fn derive(&self, derived: &mut usize) -> Parsed<()> {
        *derived += 1;
        if *derived > MOST_DERIVED {
            let message = format!("a type has at most {MOST_DERIVED} pointers and dimensions around it");
            return Err(Box::new(Diagnostic::error("E0126", self.span(), message)));
        }
        Ok(())
    }

    /// `(` where a name was expected: a function pointer, or something no less involved.
    fn brackets_in_declarator(&self) -> Box<Diagnostic> {
        let span = self.span();
        let mut depth = 0u32;
        for n in 0..64 {
            match self.ahead(n).kind {
                Tok::Punct("(") => depth += 1,
                Tok::Punct(")") => depth -= 1,
                Tok::End => break,
                _ => {}
            }
            if depth == 0 {
                let pointer = self.ahead(1).is("*") && self.ahead(n + 1).is("(") || self.starts_type(1);
                return if pointer {
                    refused::function_pointer(span.to(self.ahead(n).span))
                } else {
                    refused::declarator(span)
                };
            }
        }
        refused::declarator(span)
    }

    /// `[n]` or `[]`
    fn array_length(&mut self) -> Parsed<(Option<Box<super::Expr>>, Span)> {
        let opener = self.expect("[")?;
        while self.peek().word().is_some_and(|word| is_ignored(word) || &**word == "static") {
            self.advance();
        }
        if self.peek().is("*") && self.ahead(1).is("]") {
            let error =
                Diagnostic::error("E0151", self.span(), "arrays of variable length are not part of the language");
            return Err(Box::new(error.help("give the length as a constant")));
        }
        let length = if self.peek().is("]") { None } else { Some(Box::new(self.assignment()?)) };
        Ok((length, self.close("]", opener)?))
    }

    /// One variable behind its specifiers, with its initialiser.
    pub(super) fn variable(&mut self, specifiers: &Specifiers, declared: Declared) -> Parsed<VarDecl> {
        let (name, ty) = declared.ident();
        self.skip_ignored()?;
        if self.peek().is(":") {
            return Err(refused::bit_field(self.span()));
        }
        let init = if self.eat("=") { Some(self.initialiser()?) } else { None };
        Ok(VarDecl { name, ty, init, attrs: specifiers.attrs.clone() })
    }

    /// `e` or `{ a, .f = b, [3] = c }`
    pub(super) fn initialiser(&mut self) -> Parsed<Init> {
        if !self.peek().is("{") {
            return Ok(Init::Expr(self.assignment()?));
        }
        self.nested(|p| {
            let opener = p.expect("{")?;
            let mut list = Vec::new();
            while !p.peek().is("}") {
                let designator = p.designator()?;
                list.push((designator, p.initialiser()?));
                if !p.eat(",") {
                    break;
                }
            }
            let close = p.close("}", opener)?;
            Ok(Init::List(list, opener.to(close)))
        })
    }

    fn designator(&mut self) -> Parsed<Option<Designator>> {
        let start = self.span();
        let designator = if self.eat(".") {
            Designator::Field(self.ident("the name of a field")?)
        } else if self.eat("[") {
            let index = self.conditional()?;
            if self.peek().is("...") {
                return Err(refused::designated_range(start.to(self.span())));
            }
            self.close("]", start)?;
            Designator::Index(index)
        } else {
            return Ok(None);
        };
        if self.peek().is(".") || self.peek().is("[") {
            let error = Diagnostic::error("E0152", self.span(), "an initialiser names one field or index at a time");
            return Err(Box::new(error.help("put the inner one into braces of its own: `.a = { .b = 1 }`")));
        }
        self.expect("=")?;
        Ok(Some(designator))
    }

    /// The parameters of a function, from its `(` to its `)`.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Param>> {
        let opener = self.expect("(")?;
        let mut params = Vec::new();
        if self.eat(")") {
            return Ok(params);
        }
        if self.peek().is_word("void") && self.ahead(1).is(")") {
            self.advance();
            self.advance();
            return Ok(params);
        }
        loop {
            if self.peek().is("...") {
                return Err(refused::varargs(self.span()));
            }
            params.push(self.parameter()?);
            if !self.eat(",") {
                break;
            }
        }
        self.close(")", opener)?;
        Ok(params)
    }

    fn parameter(&mut self) -> Parsed<Param> {
        if !self.starts_type(0)
            && let Some(word) = self.peek().word()
            && (self.ahead(1).is(",") || self.ahead(1).is(")"))
        {
            if self.old_style_follows() {
                return Err(refused::old_style(self.span()));
            }
            let mut error = self.unknown_type(word, self.span());
            if error.help.is_none() {
                *error = Diagnostic::error("E0129", self.span(), format!("the parameter `{word}` has no type"));
                error.help = Some(format!("write its type before it: `int {word}`"));
            }
            return Err(error);
        }
        let specifiers = self.specifiers()?;
        let declared = self.declarator(specifiers.ty, true)?;
        if self.peek().is("(") {
            return Err(refused::function_pointer(self.span()));
        }
        self.skip_ignored()?;
        let (name, ty) = declared.ident();
        // As in C, an array parameter is a pointer to its first element.
        let kind = match ty.kind {
            TypeKind::Array(element, _) => TypeKind::Pointer(element),
            other => other,
        };
        Ok(Param { name, ty: TypeExpr { kind, span: ty.span } })
    }

    /// Is there a declaration behind the `)` of this list of bare names?
    fn old_style_follows(&self) -> bool {
        let close = (0..64).find(|&n| self.ahead(n).is(")") || self.ahead(n).kind == Tok::End);
        close.is_some_and(|n| self.ahead(n).is(")") && self.starts_type(n + 1))
    }
}
