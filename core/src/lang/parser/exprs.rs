//! Expressions.

use super::super::ast::{BinOp, Expr, ExprKind, Ident, Span, UnOp};
use super::super::diag::Diagnostic;
use super::super::token::Tok;
use super::{HIGHEST, Parsed, Parser, is_keyword, refused};
use std::rc::Rc;

/// An operator waiting for its right side, with its rank.
type Pending = (BinOp, u8);

/// Rank and meaning of a binary operator; a higher rank binds tighter.
fn binary_operator(punct: &str) -> Option<Pending> {
    Some(match punct {
        "||" => (BinOp::LogOr, 1),
        "&&" => (BinOp::LogAnd, 2),
        "|" => (BinOp::Or, 3),
        "^" => (BinOp::Xor, 4),
        "&" => (BinOp::And, 5),
        "==" => (BinOp::Eq, 6),
        "!=" => (BinOp::Ne, 6),
        "<" => (BinOp::Lt, 7),
        "<=" => (BinOp::Le, 7),
        ">" => (BinOp::Gt, 7),
        ">=" => (BinOp::Ge, 7),
        "<<" => (BinOp::Shl, 8),
        ">>" => (BinOp::Shr, 8),
        "+" => (BinOp::Add, 9),
        "-" => (BinOp::Sub, 9),
        "*" => (BinOp::Mul, 10),
        "/" => (BinOp::Div, 10),
        "%" => (BinOp::Rem, 10),
        _ => return None,
    })
}

/// `=` and its relatives: the operation that comes with the assignment, if one does.
fn assignment_operator(punct: &str) -> Option<Option<BinOp>> {
    if punct == "=" {
        return Some(None);
    }
    // ==, <= and the like end in = too, but are comparisons.
    let op = binary_operator(punct.strip_suffix('=')?)?;
    (!matches!(punct, "==" | "!=" | "<=" | ">=")).then_some(Some(op.0))
}

impl Parser<'_> {
    /// An expression with commas.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        let mut left = self.assignment()?;
        while self.eat(",") {
            let height = self.height;
            let right = self.assignment()?;
            let span = left.span.to(right.span);
            left = self.grown(height, ExprKind::Comma(Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    /// An expression without commas at its top: an argument, an initialiser.
    pub(super) fn assignment(&mut self) -> Parsed<Expr> {
        self.nested(|p| {
            let target = p.conditional()?;
            let Tok::Punct(punct) = p.peek().kind else { return Ok(target) };
            let Some(op) = assignment_operator(punct) else { return Ok(target) };
            p.advance();
            let height = p.height;
            let value = p.assignment()?;
            let span = target.span.to(value.span);
            p.grown(height, ExprKind::Assign { op, target: Box::new(target), value: Box::new(value) }, span)
        })
    }

    /// `c ? a : b` and what binds tighter: a constant expression.
    pub(super) fn conditional(&mut self) -> Parsed<Expr> {
        let cond = self.binary()?;
        if !self.eat("?") {
            return Ok(cond);
        }
        let mut height = self.height;
        let then = if self.peek().is(":") {
            None
        } else {
            let then = self.expr()?;
            height = height.max(self.height);
            Some(Box::new(then))
        };
        self.expect(":")?;
        let otherwise = self.nested(Self::conditional)?;
        let span = cond.span.to(otherwise.span);
        self.grown(height, ExprKind::Cond { cond: Box::new(cond), then, otherwise: Box::new(otherwise) }, span)
    }

    /// Binary operators by rank, with a list of what waits instead of recursion: a level of nesting costs little stack.
    fn binary(&mut self) -> Parsed<Expr> {
        let first = self.unary()?;
        let Some(mut next) = self.peek_binary() else { return Ok(first) };
        let mut operands = vec![(first, self.height)];
        let mut pending: Vec<Pending> = Vec::new();
        loop {
            while pending.last().is_some_and(|&(_, rank)| rank >= next.1) {
                self.reduce(&mut operands, &mut pending)?;
            }
            self.advance();
            pending.push(next);
            let operand = self.unary()?;
            operands.push((operand, self.height));
            match self.peek_binary() {
                Some(following) => next = following,
                None => break,
            }
        }
        while !pending.is_empty() {
            self.reduce(&mut operands, &mut pending)?;
        }
        // Each operator took two operands and left one.
        let (whole, height) = operands.swap_remove(0);
        self.height = height;
        Ok(whole)
    }

    fn peek_binary(&self) -> Option<Pending> {
        match self.peek().kind {
            Tok::Punct(punct) => binary_operator(punct),
            _ => None,
        }
    }

    fn reduce(&mut self, operands: &mut Vec<(Expr, u32)>, pending: &mut Vec<Pending>) -> Parsed<()> {
        if let (Some((right, right_height)), Some((left, left_height)), Some((op, _))) =
            (operands.pop(), operands.pop(), pending.pop())
        {
            let span = left.span.to(right.span);
            self.height = right_height;
            let whole = self.grown(left_height, ExprKind::Binary(op, Box::new(left), Box::new(right)), span)?;
            operands.push((whole, self.height));
        }
        Ok(())
    }

    /// The expression of a kind, one higher than its parts: the one parsed last and another of height `other`.
    pub(super) fn grown(&mut self, other: u32, kind: ExprKind, span: Span) -> Parsed<Expr> {
        self.height = self.height.max(other) + 1;
        self.peak = self.peak.max(self.height);
        if self.height > HIGHEST {
            let message = format!("this expression has more than {HIGHEST} operators in one another");
            let error = Diagnostic::error("E0126", span, message);
            return Err(Box::new(error.help("store a part of it in a variable first")));
        }
        Ok(Expr { kind, span })
    }

    fn leaf(&mut self, kind: ExprKind, span: Span) -> Expr {
        self.height = 1;
        Expr { kind, span }
    }

    /// Runs `parse` and leaves as height that of the highest expression in what it read.
    pub(super) fn measured<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.peak, 0);
        let result = parse(self);
        self.height = self.peak.max(1);
        self.peak = self.peak.max(outer);
        result
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let op = match &self.peek().kind {
            Tok::Punct("-") => UnOp::Neg,
            Tok::Punct("+") => UnOp::Plus,
            Tok::Punct("!") => UnOp::Not,
            Tok::Punct("~") => UnOp::BitNot,
            Tok::Punct("*") => UnOp::Deref,
            Tok::Punct("&") => UnOp::AddrOf,
            Tok::Punct("&&") => return Err(refused::computed_goto(start)),
            Tok::Punct("++" | "--") => return self.prefix_step(start),
            Tok::Punct("(") if self.starts_type(1) => return self.cast(start),
            Tok::Word(word) if &**word == "sizeof" => return self.sizeof(start),
            _ => return self.postfix(),
        };
        self.advance();
        let inner = self.nested(Self::unary)?;
        let span = start.to(inner.span);
        self.grown(0, ExprKind::Unary(op, Box::new(inner)), span)
    }

    fn prefix_step(&mut self, start: Span) -> Parsed<Expr> {
        let inc = self.peek().is("++");
        self.advance();
        let target = self.nested(Self::unary)?;
        let span = start.to(target.span);
        self.grown(0, ExprKind::IncDec { inc, prefix: true, target: Box::new(target) }, span)
    }

    fn sizeof(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        if self.peek().is("(") && self.starts_type(1) {
            let opener = self.expect("(")?;
            let ty = self.measured(Self::type_name)?;
            let span = start.to(self.close(")", opener)?);
            return self.grown(0, ExprKind::SizeofType(Box::new(ty)), span);
        }
        let inner = self.nested(Self::unary)?;
        let span = start.to(inner.span);
        self.grown(0, ExprKind::SizeofExpr(Box::new(inner)), span)
    }

    /// `(type)x` or `(type){ ... }`
    fn cast(&mut self, start: Span) -> Parsed<Expr> {
        let opener = self.expect("(")?;
        let ty = self.measured(Self::type_name)?;
        let height = self.height;
        self.close(")", opener)?;
        if self.peek().is("{") {
            let init = self.measured(Self::initialiser)?;
            let span = start.to(self.last_span());
            let literal = self.grown(height, ExprKind::Compound(Box::new(ty), Box::new(init)), span)?;
            return self.postfix_of(literal);
        }
        let inner = self.nested(Self::unary)?;
        let span = start.to(inner.span);
        self.grown(height, ExprKind::Cast(Box::new(ty), Box::new(inner)), span)
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let primary = self.primary()?;
        self.postfix_of(primary)
    }

    fn postfix_of(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            let (start, op) = (expr.span, self.span());
            let Tok::Punct(punct) = self.peek().kind else { return Ok(expr) };
            let height = self.height;
            expr = match punct {
                "[" => {
                    self.advance();
                    let index = self.expr()?;
                    let span = start.to(self.close("]", op)?);
                    self.grown(height, ExprKind::Index(Box::new(expr), Box::new(index)), span)?
                }
                "(" => self.call(expr, op)?,
                "." | "->" => {
                    self.advance();
                    let field = self.ident("the name of a field")?;
                    let span = start.to(field.span);
                    let kind = if punct == "." {
                        ExprKind::Field(Box::new(expr), field)
                    } else {
                        ExprKind::Arrow(Box::new(expr), field)
                    };
                    self.grown(height, kind, span)?
                }
                "++" | "--" => {
                    self.advance();
                    let kind = ExprKind::IncDec { inc: punct == "++", prefix: false, target: Box::new(expr) };
                    self.grown(height, kind, start.to(op))?
                }
                _ => return Ok(expr),
            };
        }
    }

    fn call(&mut self, callee: Expr, opener: Span) -> Parsed<Expr> {
        let ExprKind::Name(name) = callee.kind else { return Err(refused::function_pointer(callee.span)) };
        if let Some(refusal) = refused::call(&name, callee.span) {
            return Err(refusal);
        }
        self.advance();
        let types_allowed = takes_types(&name);
        let args = self.arguments(opener, types_allowed)?;
        let span = callee.span.to(self.last_span());
        self.grown(0, ExprKind::Call { callee: Ident { name, span: callee.span }, args }, span)
    }

    /// Arguments up to and with the `)`; leaves the greatest height of theirs.
    pub(super) fn arguments(&mut self, opener: Span, types_allowed: bool) -> Parsed<Vec<Expr>> {
        let mut args = Vec::new();
        let mut height = 0;
        if !self.peek().is(")") {
            loop {
                args.push(self.argument(types_allowed)?);
                height = height.max(self.height);
                if !self.eat(",") {
                    break;
                }
            }
            if matches!(self.peek().kind, Tok::Word(_) | Tok::Int { .. } | Tok::Str(_)) {
                let found = self.shown(self.peek());
                let error =
                    Diagnostic::error("E0120", self.behind_last(), format!("expected `,` or `)`, found {found}"));
                return Err(Box::new(error.related(opener, "in these parentheses")));
            }
        }
        self.close(")", opener)?;
        self.height = height;
        Ok(args)
    }

    fn argument(&mut self, types_allowed: bool) -> Parsed<Expr> {
        let span = self.span();
        if self.peek().is("{") {
            let error = Diagnostic::error("E0127", span, "a block cannot be an argument");
            return Err(Box::new(error.help("write `({ ...; value; })`")));
        }
        if types_allowed && self.starts_type(0) {
            let ty = self.measured(Self::type_name)?;
            let span = span.to(self.last_span());
            return self.grown(0, ExprKind::SizeofType(Box::new(ty)), span);
        }
        self.assignment()
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.peek().kind.clone() {
            Tok::Int { value, signed, bits } => {
                self.advance();
                Ok(self.leaf(ExprKind::Int { value, signed, bits }, span))
            }
            Tok::Str(first) => {
                self.advance();
                Ok(self.strings(first, span))
            }
            Tok::Word(word) => self.name(word, span),
            Tok::Punct("(") => self.parenthesised(span),
            _ => Err(self.no_expression()),
        }
    }

    /// Strings side by side are one.
    fn strings(&mut self, first: Rc<str>, mut span: Span) -> Expr {
        let mut text = String::new();
        while let Tok::Str(next) = &self.peek().kind {
            text.push_str(next);
            span = span.to(self.span());
            self.advance();
        }
        let whole = if text.is_empty() { first } else { format!("{first}{text}").into() };
        self.leaf(ExprKind::Str(whole), span)
    }

    fn name(&mut self, word: Rc<str>, span: Span) -> Parsed<Expr> {
        if let Some(refusal) = refused::word(&word, span) {
            return Err(refusal);
        }
        if self.starts_type(0) {
            let error = Diagnostic::error("E0131", span, format!("`{word}` is a type, and a value is needed here"));
            return Err(Box::new(error.help(format!("a conversion is written `({word})value`"))));
        }
        if is_keyword(&word) {
            return Err(self.no_expression());
        }
        self.advance();
        Ok(self.leaf(ExprKind::Name(word), span))
    }

    /// `(e)` or `({ ... })`
    fn parenthesised(&mut self, opener: Span) -> Parsed<Expr> {
        self.unknown_pointer_cast()?;
        self.advance();
        if self.peek().is("{") {
            let block = self.nested(|p| p.measured(Self::block))?;
            let span = opener.to(self.close(")", opener)?);
            return self.grown(0, ExprKind::StmtExpr(block), span);
        }
        let mut inner = self.expr()?;
        let name = match &inner.kind {
            ExprKind::Name(name) => Some((name.clone(), inner.span)),
            _ => None,
        };
        inner.span = opener.to(self.close(")", opener)?);
        // Two values side by side: the name was meant as a type.
        if let Some((name, span)) = name
            && matches!(&self.peek().kind, Tok::Word(word) if !is_keyword(word))
        {
            return Err(self.unknown_type(&name, span));
        }
        Ok(inner)
    }

    /// `(name *)` cannot be a value; the name was meant as a type.
    fn unknown_pointer_cast(&self) -> Parsed<()> {
        let Some(word) = self.ahead(1).word().filter(|word| !is_keyword(word)) else { return Ok(()) };
        let stars = (2..).take_while(|&n| self.ahead(n).is("*")).take(8).count();
        if stars > 0 && self.ahead(2 + stars).is(")") {
            return Err(self.unknown_type(word, self.ahead(1).span));
        }
        Ok(())
    }

    fn no_expression(&self) -> Box<Diagnostic> {
        let token = self.peek();
        let found = self.shown(token);
        let mut error = Diagnostic::error("E0127", token.span, format!("expected an expression, found {found}"));
        if token.is("=") {
            error = error.help("`==` compares, `=` assigns");
        } else if token.is("<") || token.is(">") {
            error = error.help("the comparisons are `<`, `<=`, `>`, `>=`");
        }
        Box::new(error)
    }
}

/// May arguments of this function be types?
fn takes_types(callee: &str) -> bool {
    matches!(callee, "offsetof" | "container_of" | "list_entry" | "list_first_entry" | "sizeof_field")
}
