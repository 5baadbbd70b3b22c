//! The top level of a file: functions, variables, types, directives.

use super::super::ast::{Directive, FuncDecl, FuncDef, Item, TypeKind};
use super::super::diag::Diagnostic;
use super::super::token::Tok;
use super::decls::Declared;
use super::types::Specifiers;
use super::{Parsed, Parser, is_attribute, is_capitals, refused};
use std::rc::Rc;

impl Parser<'_> {
    /// One item, which may declare several names.
    pub(super) fn item(&mut self, out: &mut Vec<Item>) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        if let Tok::Punct(punct @ ("}" | ")" | "]")) = self.peek().kind {
            let error = Diagnostic::error("E0123", self.span(), format!("this `{punct}` closes nothing"));
            return Err(Box::new(error));
        }
        if self.directive_follows() {
            let directive = self.directive()?;
            out.push(Item::Directive(directive));
            return Ok(());
        }
        let call = self.peek().word().is_some_and(|word| !super::is_keyword(word) && !is_attribute(word));
        if call && !self.starts_type(0) && self.ahead(1).is("(") {
            self.no_return_type()?;
        }
        let mut specifiers = self.specifiers()?;
        self.hoist(&mut specifiers, out);
        if specifiers.typedef.is_some() {
            return self.typedef(specifiers, out);
        }
        if self.peek().is(";") {
            return self.lone_type(specifiers, out);
        }
        self.declared_names(specifiers, out)
    }

    /// `NAME(...)` in capitals: an attribute word is a directive too if `;` or the end follows.
    fn directive_follows(&self) -> bool {
        let Some(word) = self.peek().word() else { return false };
        if !is_capitals(word) || !self.ahead(1).is("(") || self.types.contains(word) {
            return false;
        }
        let behind = self.behind_brackets(1).map(|n| self.ahead(n));
        if is_attribute(word) {
            behind.is_some_and(|next| next.is(";") || next.kind == Tok::End)
        } else {
            // With a { it is a function without a return type.
            !behind.is_some_and(|next| next.is("{"))
        }
    }

    /// How far ahead the token behind the brackets stands that open `n` tokens ahead; they are not long.
    pub(super) fn behind_brackets(&self, n: usize) -> Option<usize> {
        let mut depth = 0u32;
        for at in n..n + 200 {
            match self.ahead(at).kind {
                Tok::Punct("(" | "[") => depth += 1,
                Tok::Punct(")" | "]") => depth = depth.checked_sub(1)?,
                Tok::Punct("{" | "}" | ";") | Tok::End => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    fn directive(&mut self) -> Parsed<Directive> {
        let name = self.ident("a directive")?;
        let opener = self.expect("(")?;
        let args = self.arguments(opener, false)?;
        let span = name.span.to(self.last_span());

        self.eat(";");
        Ok(Directive { name, args, span })
    }

    /// `name(` at the top level.
    fn no_return_type(&self) -> Parsed<()> {
        let Some(name) = self.peek().word() else { return Ok(()) };
        let head = self.behind_brackets(1).is_some_and(|n| self.ahead(n).is("{") || self.starts_type(n));
        let error = if head {
            let error = Diagnostic::error("E0129", self.span(), format!("the function `{name}` has no return type"));
            error.help(format!("write `int {name}(...)`, or `void` if it returns nothing"))
        } else if let Some(refusal) = refused::call(name, self.span()) {
            *refusal
        } else {
            Diagnostic::error("E0133", self.span(), format!("the call of `{name}` stands outside of any function"))
                .help("declarations begin with a type, directives are in capitals")
        };
        Err(Box::new(error))
    }

    /// A struct or enum that is defined on the way, with a tag, becomes an item of its own.
    fn hoist(&mut self, specifiers: &mut Specifiers, out: &mut Vec<Item>) {
        match &specifiers.ty.kind {
            TypeKind::InlineStruct(def) => {
                if let Some(tag) = &def.tag {
                    out.push(Item::Struct((**def).clone()));
                    specifiers.ty.kind = TypeKind::Struct(tag.name.clone());
                }
            }
            TypeKind::InlineEnum(def) => {
                if let Some(tag) = &def.tag {
                    out.push(Item::Enum((**def).clone()));
                    specifiers.ty.kind = TypeKind::Enum(tag.name.clone());
                }
            }
            _ => {}
        }
    }

    fn typedef(&mut self, specifiers: Specifiers, out: &mut Vec<Item>) -> Parsed<()> {
        loop {
            let declared = self.declarator(specifiers.ty.clone(), false)?;
            if self.peek().is("(") {
                return Err(refused::function_pointer(self.span()));
            }
            let (name, ty) = declared.ident();
            self.types.names.insert(name.name.clone());
            out.push(Item::Typedef { name, ty });
            self.skip_ignored()?;
            if !self.eat(",") {
                return self.semicolon("the typedef");
            }
        }
    }

    /// A type and `;`: fine for a struct or an enum.
    fn lone_type(&mut self, specifiers: Specifiers, out: &mut Vec<Item>) -> Parsed<()> {
        match specifiers.ty.kind {
            TypeKind::Struct(_) | TypeKind::Enum(_) => {}
            TypeKind::InlineEnum(def) => out.push(Item::Enum((*def).clone())),
            TypeKind::InlineStruct(_) => {
                let error = Diagnostic::error(
                    "E0129",
                    specifiers.start,
                    "this `struct` has no tag and nothing is declared with it",
                );
                return Err(Box::new(error.help("write `struct name { ... };`")));
            }
            _ => return Err(self.expected("a name behind the type")),
        }
        self.semicolon("the definition")
    }

    fn declared_names(&mut self, specifiers: Specifiers, out: &mut Vec<Item>) -> Parsed<()> {
        let mut first = true;
        loop {
            let declared = self.declarator(specifiers.ty.clone(), false)?;
            if self.peek().is("(") {
                if self.function(&specifiers, declared, first, out)? {
                    return Ok(());
                }
            } else {
                let variable = self.variable(&specifiers, declared)?;
                out.push(Item::Global(variable));
            }
            first = false;
            if !self.eat(",") {
                return self.semicolon("the declaration");
            }
        }
    }

    /// A prototype or a function from its `(` on; true if it had a body, which ends the item.
    fn function(
        &mut self,
        specifiers: &Specifiers,
        declared: Declared,
        first: bool,
        out: &mut Vec<Item>,
    ) -> Parsed<bool> {
        let (name, ret) = declared.ident();
        if let TypeKind::Array(..) = ret.kind {
            return Err(Box::new(Diagnostic::error(
                "E0120",
                name.span,
                "a function cannot be an array, nor return one",
            )));
        }
        let params = self.parameters()?;
        let span = specifiers.start.to(self.last_span());
        self.skip_ignored()?;
        let decl = FuncDecl { name, ret, params, attrs: specifiers.attrs.clone(), span };
        if self.peek().is(";") || self.peek().is(",") {
            out.push(Item::Proto(decl));
            return Ok(false);
        }
        if self.starts_type(0) && !self.peek().margin {
            return Err(refused::old_style(self.span()));
        }
        if !self.peek().is("{") || !first {
            let message = format!(
                "expected `{{` or `;` behind the head of `{}`, found {}",
                decl.name.name,
                self.shown(self.peek())
            );
            return Err(Box::new(Diagnostic::error("E0120", self.behind_last(), message)));
        }
        if let Some(param) = decl.params.iter().find(|param| param.name.name.is_empty()) {
            let message = format!("a parameter of `{}` has no name", decl.name.name);
            let error = Diagnostic::error("E0129", param.ty.span, message);
            return Err(Box::new(error.help("a function with a body names its parameters")));
        }
        let body = self.block()?;
        out.push(Item::Func(Rc::new(FuncDef { decl, body })));
        Ok(true)
    }
}
