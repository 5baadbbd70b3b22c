//! Types as written: words, structs, enums.

use super::super::ast::{Attr, EnumDef, FieldDecl, Ident, Span, StructDef, TypeExpr, TypeKind};
use super::super::diag::Diagnostic;
use super::super::token::Tok;
use super::{
    Parsed, Parser, STATEMENT_WORDS, STORAGE_WORDS, TYPE_WORDS, is_attribute, is_ignored, is_keyword, refused, words,
};
use crate::near::near;
use std::rc::Rc;

/// What stands before the first declared name.
pub(super) struct Specifiers {
    pub ty: TypeExpr,
    pub attrs: Vec<Attr>,
    /// The place of the word `typedef`.
    pub typedef: Option<Span>,
    /// From the first word on.
    pub start: Span,
}

/// The words of an integer type while they are being read.
#[derive(Default)]
struct IntWords {
    signed: Option<bool>,
    char: bool,
    short: bool,
    int: bool,
    longs: u8,
}

impl IntWords {
    fn any(&self) -> bool {
        self.signed.is_some() || self.char || self.short || self.int || self.longs > 0
    }

    /// Takes a word; false if it does not go with those before.
    fn take(&mut self, word: &str) -> bool {
        match word {
            "signed" | "unsigned" => self.signed.replace(word == "signed").is_none(),
            "char" => !std::mem::replace(&mut self.char, true) && !self.short && !self.int && self.longs == 0,
            "short" => !std::mem::replace(&mut self.short, true) && !self.char && self.longs == 0,
            "int" => !std::mem::replace(&mut self.int, true) && !self.char,
            _ => {
                self.longs += 1;
                self.longs <= 2 && !self.char && !self.short
            }
        }
    }

    /// On x86-64; plain char is signed.
    fn kind(&self) -> TypeKind {
        let bits = match self {
            IntWords { char: true, .. } => 8,
            IntWords { short: true, .. } => 16,
            IntWords { longs: 1.., .. } => 64,
            _ => 32,
        };
        TypeKind::Int { signed: self.signed.unwrap_or(true), bits }
    }
}

impl Parser<'_> {
    /// Can a declaration or a type begin at the token `n` ahead?
    pub(super) fn starts_type(&self, n: usize) -> bool {
        let Some(word) = self.ahead(n).word() else { return false };
        TYPE_WORDS.contains(&&**word)
            || STORAGE_WORDS.contains(&&**word)
            || is_ignored(word)
            || &**word == "typeof"
            || self.is_type_name(word)
            || matches!(&**word, "union" | "auto") // refused in specifiers()
            || (refused::is_refused(word) && !matches!(&**word, "_Generic" | "asm" | "__asm__" | "__asm" | "__alignof__" | "_Alignof" | "alignof"))
    }

    fn is_type_name(&self, word: &str) -> bool {
        self.types.contains(word) || words::alias(word).is_some()
    }

    /// Steps over words that say nothing here, `__attribute__((...))` among them.
    pub(super) fn skip_ignored(&mut self) -> Parsed<()> {
        while let Some(word) = self.peek().word().filter(|word| is_ignored(word)) {
            let gnu = words::is_gnu_attribute(word);
            self.advance();
            if gnu && self.peek().is("(") {
                self.skip_brackets()?;
            }
        }
        Ok(())
    }

    fn skip_brackets(&mut self) -> Parsed<()> {
        let opener = self.span();
        let mut depth = 0u32;
        loop {
            match self.peek().kind {
                Tok::Punct("(") => depth += 1,
                Tok::Punct(")") => depth -= 1,
                Tok::Punct("{" | "}" | ";") | Tok::End => return self.close(")", opener).map(|_| ()),
                _ => {}
            }
            self.advance();
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// The words before the first declared name: storage, attributes, the type.
    pub(super) fn specifiers(&mut self) -> Parsed<Specifiers> {
        let start = self.span();
        let mut ints = IntWords::default();
        let mut other: Option<TypeKind> = None;
        let mut found =
            Specifiers { ty: TypeExpr { kind: TypeKind::Void, span: start }, attrs: Vec::new(), typedef: None, start };
        let mut type_span: Option<Span> = None;
        while let Some(word) = self.peek().word().cloned() {
            let span = self.span();
            if is_ignored(&word) {
                self.skip_ignored()?;
                continue;
            }
            if let Some(refusal) = refused::word(&word, span) {
                return Err(refusal);
            }
            match &*word {
                "static" | "inline" | "__inline" | "__inline__" => {
                    let name = if &*word == "static" { "static" } else { "inline" };
                    found.attrs.push(Attr { name: Ident { name: name.into(), span }, args: Vec::new() });
                    self.advance();
                    continue;
                }
                "typedef" => {
                    found.typedef = Some(span);
                    self.advance();
                    continue;
                }
                "char" | "short" | "int" | "long" | "signed" | "unsigned" => {
                    if other.is_some() || !ints.take(&word) {
                        return Err(self.two_types(other.as_ref(), &word));
                    }
                    self.advance();
                }
                "void" | "bool" | "_Bool" | "struct" | "enum" | "typeof" => {
                    if other.is_some() || ints.any() {
                        return Err(self.two_types(other.as_ref(), &word));
                    }
                    other = Some(self.type_by_keyword(&word)?);
                }
                _ if other.is_none() && !ints.any() && self.is_type_name(&word) => {
                    let meant = if self.types.contains(&word) { None } else { words::alias(&word) };
                    other = Some(TypeKind::Named(meant.map_or_else(|| word.clone(), Rc::from)));
                    self.advance();
                }
                _ if is_attribute(&word) => {
                    let attr = self.attribute()?;
                    found.attrs.push(attr);
                    continue;
                }
                _ if (other.is_some() || ints.any()) && self.is_type_name(&word) && self.ahead(1).word().is_some() => {
                    return Err(self.two_types(other.as_ref(), &word));
                }
                _ => break,
            }
            let span = span.to(self.last_span());
            type_span = Some(type_span.map_or(span, |first| first.to(span)));
        }
        let Some(span) = type_span else { return Err(self.no_type()) };
        let kind = other.unwrap_or_else(|| ints.kind());
        found.ty = TypeExpr { kind, span };
        Ok(found)
    }

    fn type_by_keyword(&mut self, word: &str) -> Parsed<TypeKind> {
        if word == "struct" {
            return self.struct_type();
        }
        if word == "enum" {
            return self.enum_type();
        }
        self.advance();
        match word {
            "void" => Ok(TypeKind::Void),
            "typeof" => {
                let opener = self.expect("(")?;
                let kind = if self.starts_type(0) {
                    self.nested(Self::type_name)?.kind
                } else {
                    TypeKind::TypeOf(Box::new(self.expr()?))
                };
                self.close(")", opener)?;
                Ok(kind)
            }
            _ => Ok(TypeKind::Bool),
        }
    }

    /// `CPU(0)`, `SETUP`
    pub(super) fn attribute(&mut self) -> Parsed<Attr> {
        let name = self.ident("an attribute word")?;
        let opener = self.span();
        let args = if self.eat("(") { self.arguments(opener, false)? } else { Vec::new() };
        Ok(Attr { name, args })
    }

    /// A type without a name, as in casts and sizeof.
    pub(super) fn type_name(&mut self) -> Parsed<TypeExpr> {
        let specifiers = self.specifiers()?;
        let declared = self.declarator(specifiers.ty, true)?;
        if let Some(name) = declared.name {
            let message = format!("expected a type alone, found the name `{}` behind it", name.name);
            return Err(Box::new(Diagnostic::error("E0120", name.span, message)));
        }
        Ok(declared.ty)
    }

    fn struct_type(&mut self) -> Parsed<TypeKind> {
        let start = self.span();
        self.advance();
        self.skip_ignored()?;
        let tag = if self.peek().is("{") { None } else { Some(self.ident("a tag or `{` behind `struct`")?) };
        if let Some(tag) = &tag {
            self.types.tags.insert(tag.name.clone());
        }
        if !self.peek().is("{") {
            // Without a tag there was a {.
            return Ok(TypeKind::Struct(tag.map_or_else(|| "".into(), |tag| tag.name)));
        }
        let opener = self.expect("{")?;
        let fields = self.nested(|p| p.fields(opener))?;
        let span = start.to(self.last_span());
        self.skip_ignored()?;
        Ok(TypeKind::InlineStruct(Rc::new(StructDef { tag, fields, span })))
    }

    fn fields(&mut self, opener: Span) -> Parsed<Vec<FieldDecl>> {
        let mut fields = Vec::new();
        while !self.eat("}") {
            if self.peek().kind == Tok::End || self.function_at_margin() {
                return Err(self.unclosed(opener));
            }
            if self.eat(";") {
                continue;
            }
            if !self.starts_type(0) && self.peek().word().is_none() {
                return Err(self.expected("a field or `}`"));
            }
            let specifiers = self.specifiers()?;
            if self.peek().is(";") {
                if !matches!(&specifiers.ty.kind, TypeKind::InlineStruct(inner) if inner.tag.is_none()) {
                    return Err(self.expected("the name of a field"));
                }
                fields.push(FieldDecl { name: None, ty: specifiers.ty });
            } else {
                self.field_names(&specifiers.ty, &mut fields)?;
            }
            self.semicolon("the field")?;
        }
        Ok(fields)
    }

    fn field_names(&mut self, base: &TypeExpr, fields: &mut Vec<FieldDecl>) -> Parsed<()> {
        loop {
            if self.peek().is(":") {
                return Err(refused::bit_field(self.span()));
            }
            let declared = self.declarator(base.clone(), false)?;
            if self.peek().is(":") {
                return Err(refused::bit_field(self.span()));
            }
            if self.peek().is("(") {
                let error = Diagnostic::error("E0120", self.span(), "a struct holds no functions");
                return Err(Box::new(error.help("write a function that takes a pointer to it")));
            }
            fields.push(FieldDecl { name: declared.name, ty: declared.ty });
            self.skip_ignored()?;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    fn enum_type(&mut self) -> Parsed<TypeKind> {
        let start = self.span();
        self.advance();
        self.skip_ignored()?;
        let tag = if self.peek().is("{") { None } else { Some(self.ident("a tag or `{` behind `enum`")?) };
        if !self.peek().is("{") {
            return Ok(TypeKind::Enum(tag.map_or_else(|| "".into(), |tag| tag.name)));
        }
        let opener = self.expect("{")?;
        let mut values = Vec::new();
        while !self.peek().is("}") {
            if self.peek().kind == Tok::End {
                return Err(self.unclosed(opener));
            }
            let name = self.ident("the name of a constant")?;
            let value = if self.eat("=") { Some(self.nested(Self::conditional)?) } else { None };
            values.push((name, value));
            if !self.eat(",") {
                break;
            }
        }
        self.close("}", opener)?;
        let span = start.to(self.last_span());
        self.skip_ignored()?;
        Ok(TypeKind::InlineEnum(Rc::new(EnumDef { tag, values, span })))
    }

    /// A declaration was expected, and the next token begins none.
    fn no_type(&self) -> Box<Diagnostic> {
        let span = self.span();
        let Some(word) = self.peek().word() else { return self.expected("a declaration") };
        if STATEMENT_WORDS.contains(&&**word) {
            let error = Diagnostic::error("E0133", span, format!("`{word}` stands outside of any function"));
            return Box::new(error.help("a `}` too many before it ends the function early"));
        }
        if self.ahead(1).is("(") && self.behind_brackets(1).is_some_and(|n| self.ahead(n).is("{")) {
            let error = Diagnostic::error("E0129", span, format!("the function `{word}` has no return type"));
            return Box::new(error.help("write `int` before it, or `void` if it returns nothing"));
        }
        if is_keyword(word) {
            return self.expected("a type");
        }
        self.unknown_type(word, span)
    }

    /// A name that is used as a type and is none: "unknown type name", or a keyword misspelt.
    pub(super) fn unknown_type(&self, word: &str, span: Span) -> Box<Diagnostic> {
        if self.types.tags.contains(word) {
            let error = Diagnostic::error("E0124", span, format!("unknown type name `{word}`"));
            return Box::new(error.help(format!("write `struct {word}`")));
        }
        let keywords = TYPE_WORDS.into_iter().chain(STORAGE_WORDS).chain(STATEMENT_WORDS).chain(["const", "volatile"]);
        let fixed = keywords.chain(words::aliases()).map(|word| -> &str { word });
        let suggestion = near(word, self.types.iter().chain(fixed));
        let mut error = match suggestion {
            Some(meant) if is_keyword(meant) => Diagnostic::error("E0125", span, format!("`{word}` is not a keyword")),
            _ if words::is_capitals(word) => {
                let mut error = Diagnostic::error("E0132", span, format!("`{word}` is no attribute word and no type"));
                error.help = near(word, words::ATTRIBUTES)
                    .map(|meant| format!("did you mean `{meant}`?"))
                    .or_else(|| Some(format!("the attribute words are {}", words::ATTRIBUTES.join(", "))));
                return Box::new(error);
            }
            _ => Diagnostic::error("E0124", span, format!("unknown type name `{word}`")),
        };
        error.help = suggestion.map(|meant| format!("did you mean `{meant}`?"));
        Box::new(error)
    }

    /// A second type behind the first. Behind `}` it is a `;` that is missing.
    fn two_types(&self, first: Option<&TypeKind>, word: &str) -> Box<Diagnostic> {
        if matches!(first, Some(TypeKind::InlineStruct(_) | TypeKind::InlineEnum(_))) {
            let error = Diagnostic::error("E0121", self.behind_last(), "expected `;` behind the definition");
            return Box::new(error.label("`;` belongs here"));
        }
        let error = Diagnostic::error("E0130", self.span(), format!("`{word}` does not go with the type before it"));
        Box::new(error.help("keep one of them"))
    }
}
