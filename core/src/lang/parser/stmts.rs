//! Statements.

use super::super::ast::{Block, Expr, ExprKind, Ident, Span, Stmt, StmtKind, TypeKind};
use super::super::diag::Diagnostic;
use super::super::token::Tok;
use super::{Parsed, Parser, STATEMENT_WORDS, is_attribute, is_keyword, refused};
use crate::near::near;

impl Parser<'_> {
    /// `{ ... }`
    pub(super) fn block(&mut self) -> Parsed<Block> {
        let opener = self.expect("{")?;
        let mut stmts = Vec::new();
        while !self.peek().is("}") {
            if self.peek().kind == Tok::End || self.function_at_margin() {
                return Err(self.unclosed(opener));
            }
            self.statement_into(&mut stmts)?;
        }
        let span = opener.to(self.span());
        self.advance();
        Ok(Block { stmts, span })
    }

    /// One statement with the labels before it, each a statement of its own.
    fn statement_into(&mut self, out: &mut Vec<Stmt>) -> Parsed<()> {
        loop {
            let start = self.span();
            let kind = if self.peek().is_word("case") {
                self.case()?
            } else if self.peek().is_word("default") {
                self.advance();
                self.colon("`default`")?;
                StmtKind::Default
            } else if self.ahead(1).is(":") && self.peek().word().is_some_and(|word| !is_keyword(word)) {
                let label = self.ident("a label")?;
                self.advance();
                StmtKind::Label(label)
            } else {
                break;
            };
            out.push(Stmt { kind, span: start.to(self.last_span()) });
            // A label may be the last thing of a block.
            if self.peek().is("}") {
                return Ok(());
            }
        }
        let stmt = self.statement()?;
        out.push(stmt);
        Ok(())
    }

    fn case(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let value = self.conditional()?;
        let to = if self.eat("...") { Some(self.conditional()?) } else { None };
        self.colon("the value of `case`")?;
        Ok(StmtKind::Case { value, to })
    }

    fn colon(&mut self, what: &str) -> Parsed<()> {
        if self.eat(":") {
            return Ok(());
        }
        Err(Box::new(Diagnostic::error("E0120", self.behind_last(), format!("expected `:` behind {what}"))))
    }

    /// The statement that `if`, `while` and the like govern.
    fn governed(&mut self, by: &str) -> Parsed<Box<Stmt>> {
        let start = self.span();
        if self.declaration_follows() {
            let error = Diagnostic::error("E0128", start, format!("a declaration cannot be all that `{by}` governs"));
            return Err(Box::new(error.help("put it into braces")));
        }
        let mut stmts = Vec::new();
        self.statement_into(&mut stmts)?;
        if stmts.len() > 1 {
            let span = start.to(self.last_span());
            return Ok(Box::new(Stmt { kind: StmtKind::Block(Block { stmts, span }), span }));
        }
        let empty = Stmt { kind: StmtKind::Empty, span: start };
        Ok(Box::new(stmts.pop().unwrap_or(empty)))
    }

    fn declaration_follows(&self) -> bool {
        if self.peek().word().is_some_and(|word| is_attribute(word)) {
            let behind = if self.ahead(1).is("(") { self.behind_brackets(1) } else { Some(1) };
            return behind.is_some_and(|n| self.starts_type(n));
        }
        self.starts_type(0)
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        self.nested(|p| {
            let start = p.span();
            let kind = p.statement_kind()?;
            Ok(Stmt { kind, span: start.to(p.last_span()) })
        })
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        if self.peek().is("{") {
            return Ok(StmtKind::Block(self.block()?));
        }
        if self.eat(";") {
            return Ok(StmtKind::Empty);
        }
        let Some(word) = self.peek().word().cloned() else { return self.expression_statement() };
        match &*word {
            "if" => self.if_statement(),
            "while" => {
                self.advance();
                let cond = self.governing("while")?;
                Ok(StmtKind::While { cond, body: self.governed("while")? })
            }
            "do" => self.do_while(),
            "for" => self.for_statement(),
            "switch" => {
                self.advance();
                let value = self.governing("switch")?;
                Ok(StmtKind::Switch { value, body: self.governed("switch")? })
            }
            "goto" => self.goto(),
            "break" => self.simple(StmtKind::Break, "`break`"),
            "continue" => self.simple(StmtKind::Continue, "`continue`"),
            "return" => self.return_statement(),
            "else" => {
                let error = Diagnostic::error("E0134", self.span(), "`else` without `if`");
                Err(Box::new(error.help("between `if (...)` and `else` stands one statement, or a block")))
            }
            "typedef" => Err(refused::local_typedef(self.span())),
            "atomic" if self.ahead(1).is("{") => {
                self.advance();
                Ok(StmtKind::Atomic(self.block()?))
            }
            "fallthrough" | "__fallthrough" if self.ahead(1).is(";") => {
                self.advance();
                self.simple_end(StmtKind::Empty, "`fallthrough`")
            }
            _ if self.declaration_follows() => self.declaration(),
            _ => {
                self.two_names(&word)?;
                self.expression_statement()
            }
        }
    }

    fn simple(&mut self, kind: StmtKind, what: &str) -> Parsed<StmtKind> {
        self.advance();
        self.simple_end(kind, what)
    }

    fn simple_end(&mut self, kind: StmtKind, what: &str) -> Parsed<StmtKind> {
        self.semicolon(what)?;
        Ok(kind)
    }

    /// `(e)` behind `if`, `while`, `switch`
    fn governing(&mut self, word: &str) -> Parsed<Expr> {
        let opener = self.span();
        if !self.eat("(") {
            let found = self.shown(self.peek());
            let error = Diagnostic::error("E0120", opener, format!("expected `(` behind `{word}`, found {found}"));
            return Err(Box::new(error.help(format!("write `{word} (...)`"))));
        }
        let cond = self.expr()?;
        self.close(")", opener)?;
        Ok(cond)
    }

    fn if_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let cond = self.governing("if")?;
        let then = self.governed("if")?;
        let otherwise = if self.eat_word("else") { Some(self.governed("else")?) } else { None };
        Ok(StmtKind::If { cond, then, otherwise })
    }

    fn do_while(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let body = self.governed("do")?;
        if !self.eat_word("while") {
            return Err(self.expected("`while` at the end of the `do` loop"));
        }
        let cond = self.governing("while")?;
        self.simple_end(StmtKind::DoWhile { body, cond }, "the `do` loop")
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let opener = self.span();
        if !self.eat("(") {
            return Err(self.expected("`(` behind `for`"));
        }
        let start = self.span();
        let init = if self.eat(";") {
            None
        } else {
            let kind = if self.declaration_follows() {
                self.declaration()?
            } else {
                if let Some(word) = self.peek().word().cloned() {
                    self.two_names(&word)?;
                }
                let expr = self.expr()?;
                self.simple_end(StmtKind::Expr(expr), "the first part of `for`")?
            };
            Some(Box::new(Stmt { kind, span: start.to(self.last_span()) }))
        };
        let cond = if self.peek().is(";") { None } else { Some(self.expr()?) };
        self.semicolon("the condition of `for`")?;
        let step = if self.peek().is(")") { None } else { Some(self.expr()?) };
        self.close(")", opener)?;
        Ok(StmtKind::For { init, cond, step, body: self.governed("for")? })
    }

    fn goto(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if self.peek().is("*") {
            return Err(refused::computed_goto(self.last_span().to(self.span())));
        }
        let label: Ident = self.ident("a label")?;
        self.simple_end(StmtKind::Goto(label), "`goto`")
    }

    fn return_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        // `return }` is a `;` forgotten, not an expression.
        if self.peek().is(";") || self.peek().is("}") {
            return self.simple_end(StmtKind::Return(None), "`return`");
        }
        let value = self.expr()?;
        self.simple_end(StmtKind::Return(Some(value)), "`return`")
    }

    fn declaration(&mut self) -> Parsed<StmtKind> {
        let specifiers = self.specifiers()?;
        if let Some(span) = specifiers.typedef {
            return Err(refused::local_typedef(span));
        }
        if self.peek().is(";") {
            let defines = matches!(specifiers.ty.kind, TypeKind::InlineStruct(_) | TypeKind::InlineEnum(_));
            let message =
                if defines { "types are defined at the top level of a file" } else { "this declares nothing" };
            let error = Diagnostic::error("E0128", specifiers.ty.span, message);
            return Err(Box::new(if defines { error.help("move the definition out of the function") } else { error }));
        }
        let mut variables = Vec::new();
        loop {
            let declared = self.declarator(specifiers.ty.clone(), false)?;
            if self.peek().is("(") {
                return Err(self.function_in_function(&specifiers.start));
            }
            variables.push(self.variable(&specifiers, declared)?);
            if !self.eat(",") {
                break;
            }
        }
        self.semicolon("the declaration")?;
        Ok(StmtKind::Decl(variables))
    }

    fn function_in_function(&self, start: &Span) -> Box<Diagnostic> {
        let span = start.to(self.last_span());
        if self.behind_brackets(0).is_some_and(|n| self.ahead(n).is("{")) {
            return refused::nested_function(span);
        }
        let error = Diagnostic::error("E0150", span, "functions are declared at the top level of a file");
        Box::new(error.help("move the declaration out of the function; a variable is initialised with `=`"))
    }

    /// Two names side by side, or a name, `*`, a name and `=` or `;`, begin no expression: a type or a keyword was meant.
    fn two_names(&self, word: &str) -> Parsed<()> {
        if is_keyword(word) {
            return Ok(());
        }
        let is_name = |n: usize| self.ahead(n).word().is_some_and(|word| !is_keyword(word));
        let stars = (1..).take_while(|&n| self.ahead(n).is("*")).take(8).count();
        let behind = self.ahead(2 + stars);
        let pointer = stars > 0 && is_name(1 + stars) && ["=", ";", "["].iter().any(|p| behind.is(p));
        let value_follows = matches!(self.ahead(1).kind, Tok::Int { .. }) || is_name(1);
        if pointer || is_name(1) || self.starts_type(1) {
            return Err(self.unknown_type(word, self.span()));
        }
        // `retrun 1;`, `esle x = 1;`
        if value_follows && let Some(meant) = near(word, STATEMENT_WORDS) {
            return Err(self.misspelt(word, meant));
        }
        Ok(())
    }

    fn misspelt(&self, word: &str, meant: &str) -> Box<Diagnostic> {
        let error = Diagnostic::error("E0125", self.span(), format!("`{word}` is not a keyword"));
        Box::new(error.help(format!("did you mean `{meant}`?")))
    }

    fn expression_statement(&mut self) -> Parsed<StmtKind> {
        let start = self.at;
        let expr = self.expr()?;
        if self.eat(";") {
            return Ok(StmtKind::Expr(expr));
        }
        let (callee, called) = match &expr.kind {
            ExprKind::Call { callee, .. } => (Some(callee), true),
            ExprKind::Name(_) => (None, false),
            _ => (None, true),
        };
        let name = callee.map(|callee| callee.name.clone()).or_else(|| match &expr.kind {
            ExprKind::Name(name) => Some(name.clone()),
            _ => None,
        });
        if let Some(name) = name {
            let followed = self.peek().is("{") || self.peek().word().is_some() || !called;
            if followed && let Some(meant) = near(&name, STATEMENT_WORDS) {
                self.at = start;
                return Err(self.misspelt(&name, meant));
            }
            if called && self.peek().is("{") {
                let error =
                    Diagnostic::error("E0135", expr.span, format!("`{name}` is no loop: a block cannot follow it"));
                return Err(Box::new(error.help("write the loop with `for`, or define it with `#define`")));
            }
        }
        self.semicolon("the expression").map(|()| StmtKind::Empty)
    }
}
