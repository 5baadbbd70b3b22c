//! The constant expressions of `#if` and `#elif`.

use super::super::ast::{BinOp, Expr, ExprKind, Span, UnOp};
use super::super::diag::Diagnostic;
use super::super::lexer::Raw;
use super::super::parser;
use super::super::token::{Tok, Token};
use super::Reader;
use crate::near::did_you_mean;

/// A value of 64 bits; the flag says unsigned.
type Value = (u64, bool);

impl Reader<'_> {
    /// Is the condition true? One that is wrong is reported and false.
    pub(super) fn condition(&mut self, span: Span, rest: &[Raw]) -> bool {
        let mut tokens = Vec::new();
        for at in 0..rest.len() {
            self.plain_token(rest, at, &mut tokens);
        }
        let whole = tokens.last().map_or(span, |last| span.to(last.span));
        let Some(tokens) = self.replace_defined(&tokens) else { return false };
        match self.constant(&tokens, whole) {
            Ok(value) => value != 0,
            Err(error) => {
                self.report(Diagnostic { code: "E0115", ..*error });
                false
            }
        }
    }

    /// The value of a constant expression after the replacement of macros.
    pub(super) fn constant(&mut self, tokens: &[Token], whole: Span) -> Result<u64, Box<Diagnostic>> {
        let mut replaced = Vec::new();
        self.expand(tokens, &mut Vec::new(), 0, &mut replaced);
        for token in &mut replaced {
            self.unknown_is_zero(token);
        }
        let expr = parser::condition(replaced, whole)?;
        Ok(value(&expr)?.0)
    }

    /// Puts 1 or 0 for `defined NAME` and `defined(NAME)`.
    fn replace_defined(&mut self, tokens: &[Token]) -> Option<Vec<Token>> {
        let mut out = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if !token.is_word("defined") {
                out.push(token.clone());
                continue;
            }
            let (name, used) = match tokens.get(at..) {
                Some([open, name, close, ..]) if open.is("(") && close.is(")") => (name.word(), 3),
                Some([name, ..]) => (name.word(), 1),
                _ => (None, 0),
            };
            let Some(name) = name else {
                self.report(Diagnostic::error("E0115", token.span, "`defined` needs the name of a macro"));
                return None;
            };
            let value = self.macros.is_defined(name).into();
            out.push(Token { kind: Tok::Int { value, signed: true, bits: 32 }, ..token.clone() });
            at += used;
        }
        Some(out)
    }

    /// As in C, a name that is no macro counts as 0. That hides slips of the pen, so it is said.
    fn unknown_is_zero(&mut self, token: &mut Token) {
        let Some(word) = token.word() else { return };
        let message = format!("`{word}` is not defined here and counts as 0");
        let help = did_you_mean(word, self.macros.names())
            .unwrap_or_else(|| format!("write `defined({word})` to ask whether it is defined"));
        let warning = Diagnostic::warning("E0118", token.span, message).help(help);
        self.report(warning);
        token.kind = Tok::Int { value: 0, signed: true, bits: 32 };
    }
}

fn value(expr: &Expr) -> Result<Value, Box<Diagnostic>> {
    let wrong = |message: &str| Err(Box::new(Diagnostic::error("E0115", expr.span, message)));
    match &expr.kind {
        ExprKind::Int { value, signed, .. } => Ok((*value, !signed)),
        ExprKind::Unary(op, inner) => {
            let (inner, unsigned) = value(inner)?;
            match op {
                UnOp::Plus => Ok((inner, unsigned)),
                UnOp::Neg => Ok((inner.wrapping_neg(), unsigned)),
                UnOp::BitNot => Ok((!inner, unsigned)),
                UnOp::Not => Ok((u64::from(inner == 0), false)),
                UnOp::Deref | UnOp::AddrOf => wrong("`#if` knows numbers only, no pointers"),
            }
        }
        ExprKind::Binary(BinOp::LogAnd, a, b) => Ok((u64::from(value(a)?.0 != 0 && value(b)?.0 != 0), false)),
        ExprKind::Binary(BinOp::LogOr, a, b) => Ok((u64::from(value(a)?.0 != 0 || value(b)?.0 != 0), false)),
        ExprKind::Binary(op, a, b) => match binary(*op, value(a)?, value(b)?) {
            Some(result) => Ok(result),
            None => wrong("this divides by zero, or overflows"),
        },
        ExprKind::Cond { cond, then, otherwise } => {
            let test = value(cond)?;
            match (test.0 != 0, then) {
                (true, Some(then)) => value(then),
                (true, None) => Ok(test),
                (false, _) => value(otherwise),
            }
        }
        _ => wrong("`#if` takes a constant expression of integers"),
    }
}

/// Integers of 64 bits; unsigned when one side is. `None` for division by zero or its overflow.
fn binary(op: BinOp, (a, a_unsigned): Value, (b, b_unsigned): Value) -> Option<Value> {
    let unsigned = a_unsigned || b_unsigned;
    let (x, y) = (a as i64, b as i64);
    let arithmetic = |value: u64| Some((value, unsigned));
    let truth = |value: bool| Some((u64::from(value), false));
    let less = if unsigned { a < b } else { x < y };
    match op {
        BinOp::Add => arithmetic(a.wrapping_add(b)),
        BinOp::Sub => arithmetic(a.wrapping_sub(b)),
        BinOp::Mul => arithmetic(a.wrapping_mul(b)),
        BinOp::Div => arithmetic(if unsigned { a.checked_div(b)? } else { x.checked_div(y)? as u64 }),
        BinOp::Rem => arithmetic(if unsigned { a.checked_rem(b)? } else { x.checked_rem(y)? as u64 }),
        BinOp::Shl => Some((if b < 64 { a << b } else { 0 }, a_unsigned)),
        BinOp::Shr if a_unsigned => Some((if b < 64 { a >> b } else { 0 }, true)),
        BinOp::Shr => Some(((x >> b.min(63)) as u64, false)),
        BinOp::And => arithmetic(a & b),
        BinOp::Or => arithmetic(a | b),
        BinOp::Xor => arithmetic(a ^ b),
        BinOp::Eq => truth(a == b),
        BinOp::Ne => truth(a != b),
        BinOp::Lt => truth(less),
        BinOp::Ge => truth(!less),
        BinOp::Gt => truth(!less && a != b),
        BinOp::Le => truth(less || a == b),
        BinOp::LogAnd => truth(a != 0 && b != 0),
        BinOp::LogOr => truth(a != 0 || b != 0),
    }
}
