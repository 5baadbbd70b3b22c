//! The load-bearing statements of a design, found on the syntax tree.

use super::change::{Edit, apply};
use super::names::{Role, ended_by, is_left_alone, is_no_kernel, is_recheck, is_tried, read_instead, role_of};
use super::walk::{self, Visit, call};
use super::{Change, Mutant, Site, equivalent};
use crate::lang::ast::{BinOp, Expr, ExprKind, FuncDef, Item, Span, Stmt, StmtKind};
use crate::lang::compile::{SCENARIO, units};
use crate::library::{LoadError, Loaded};
use crate::trace::Place;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The mutants of every function that the design is made of, in the order of the texts. Of a function that a later layer replaces, the
/// last one counts.
pub(super) fn statements(loaded: &Loaded) -> Result<Vec<Mutant>, LoadError> {
    Ok(functions(loaded)?.iter().flat_map(|def| of_function(loaded, def)).collect())
}

/// The functions whose texts have a word in them; none if some text has it elsewhere.
pub(super) fn functions_with(loaded: &Loaded, word: &str) -> Vec<String> {
    let Ok(functions) = functions(loaded) else { return Vec::new() };
    let mut names = Vec::new();
    for (file, source) in loaded.sources.iter().enumerate() {
        for at in words(source.text(), word) {
            let around = functions.iter().find(|def| {
                let span = def.decl.span;
                usize::from(span.file) == file && (span.lo as usize..def.body.span.hi as usize).contains(&at)
            });
            match around {
                Some(def) => names.push(def.decl.name.name.to_string()),
                // what a later layer replaces, a comment, the line that says that there is such a switch
                None if !is_directive(source.text(), at) => {}
                None => return Vec::new(),
            }
        }
    }
    names
}

/// Where a word stands in a text.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let (before, behind) = (&text[..*at], &text[at + word.len()..]);
        !before.ends_with(part) && !behind.starts_with(part)
    })
}

/// Does the preprocessor read the line? Then what is in it matters elsewhere.
fn is_directive(text: &str, at: usize) -> bool {
    text[..at].rsplit('\n').next().unwrap_or_default().trim_start().starts_with('#')
}

fn functions(loaded: &Loaded) -> Result<Vec<Rc<FuncDef>>, LoadError> {
    let parsed = units(&loaded.sources, &loaded.layers, &loaded.settings)
        .map_err(|diagnostics| LoadError::Texts { diagnostics, sources: loaded.sources.clone() })?;
    let layer = |span: Span| loaded.layers.get(usize::from(span.file)).copied().unwrap_or(0);
    let mut last: BTreeMap<Rc<str>, Rc<FuncDef>> = BTreeMap::new();
    let items = parsed.into_iter().flat_map(|unit| unit.items);
    for item in items {
        if let Item::Func(def) = item
            && layer(def.decl.span) != SCENARIO
        {
            let replaces = last.get(&def.decl.name.name).is_none_or(|old| layer(old.decl.span) <= layer(def.decl.span));
            if replaces {
                last.insert(def.decl.name.name.clone(), def);
            }
        }
    }
    let mut functions: Vec<Rc<FuncDef>> = last.into_values().collect();
    functions.sort_by_key(|def| def.decl.span);
    Ok(functions)
}

fn of_function(loaded: &Loaded, def: &FuncDef) -> Vec<Mutant> {
    let Some(source) = loaded.sources.get(def.decl.name.span.file) else { return Vec::new() };
    let mut sites = Sites { text: source.text(), path: source.name(), def, found: Vec::new() };
    walk::function(def, &mut sites);
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut mutants = Vec::new();
    for site in std::mem::take(&mut sites.found) {
        let name = format!("{}/{}/{}", def.decl.name.name, site.role.word(), site.what);
        let number = numbers.entry(name.clone()).or_default();
        *number += 1;
        let Some(edit) = site.edits.first() else { continue };
        let line = source.position(edit.span.lo).line;
        let last = source.position(edit.span.hi).line;
        mutants.push(Mutant {
            id: format!("{name}/{number}"),
            place: Place { file: source.name().to_owned(), line, text: source.line(line).trim().to_owned() },
            equivalent: site.equivalent,
            site: Site::Lines(line, last),
            change: Change::Text(source.name().to_owned(), apply(source.text(), &site.edits)),
        });
    }
    mutants
}

/// One thing to leave out.
struct Found {
    role: Role,
    /// The call, or the counter.
    what: String,
    edits: Vec<Edit>,
    equivalent: Option<&'static str>,
}

struct Sites<'t> {
    text: &'t str,
    path: &'t str,
    def: &'t FuncDef,
    found: Vec<Found>,
}

impl Sites<'_> {
    fn shown(&self, span: Span) -> &str {
        self.text.get(span.lo as usize..span.hi as usize).unwrap_or_default()
    }

    /// The text of an expression that stands in this text as it is, not in a macro.
    fn written(&self, e: &Expr, name: &str) -> bool {
        self.shown(e.span).starts_with(name)
    }

    fn add(&mut self, role: Role, what: &str, edits: Vec<Edit>, equivalent: Option<&'static str>) {
        if !is_left_alone(self.path) || (role == Role::Barrier && !is_no_kernel(self.path)) {
            self.found.push(Found { role, what: what.to_owned(), edits, equivalent });
        }
    }

    /// What ends, in this function, what a call with these arguments begins: all of it left out.
    fn without_ends(&self, end: &str, args: &[Expr]) -> Vec<Edit> {
        struct Ends<'s> {
            sites: &'s Sites<'s>,
            end: &'s str,
            args: Vec<&'s str>,
            edits: Vec<Edit>,
        }
        impl Visit for Ends<'_> {
            fn statement(&mut self, list: &[Stmt], at: usize) {
                if let Some(StmtKind::Expr(e)) = list.get(at).map(|s| &s.kind)
                    && let Some((name, args)) = call(e)
                    && name == self.end
                    && args.iter().map(|a| self.sites.shown(a.span)).eq(self.args.iter().copied())
                {
                    self.edits.push(Edit { span: list[at].span, to: ";".into() });
                }
            }
            fn expression(&mut self, _: &Expr) {}
        }
        let args = args.iter().map(|a| self.shown(a.span)).collect();
        let mut ends = Ends { sites: self, end, args, edits: Vec::new() };
        walk::function(self.def, &mut ends);
        ends.edits
    }

    /// A call that is a statement of its own.
    fn called(&mut self, list: &[Stmt], at: usize, name: &str, args: &[Expr]) {
        let gone = Edit { span: list[at].span, to: ";".into() };
        if let Some(end) = ended_by(name) {
            let mut edits = vec![gone];
            edits.extend(self.without_ends(end, args));
            self.add(Role::Lock, name, edits, None);
        } else if let Some(role) = role_of(name) {
            let equivalent = if role == Role::Barrier { equivalent::barrier(name, list, at) } else { None };
            self.add(role, name, vec![gone], equivalent);
        }
    }
}

impl Visit for Sites<'_> {
    fn statement(&mut self, list: &[Stmt], at: usize) {
        let StmtKind::Expr(e) = &list[at].kind else { return };
        if let Some((name, args)) = call(e) {
            if self.written(e, name) {
                self.called(list, at, name, args);
            }
        } else if let Some(counter) = counted(e) {
            let what = self.shown(counter.span).to_owned();
            if !what.is_empty() {
                self.add(Role::Count, &what, vec![Edit { span: list[at].span, to: ";".into() }], None);
            }
        } else if let ExprKind::Assign { op: None, value, .. } = &e.kind
            && let Some((name, args)) = call(value)
            && ended_by(name).is_some()
        {
            // `flags = local_irq_save();`
            self.called(list, at, name, args);
        }
    }

    fn expression(&mut self, e: &Expr) {
        if let ExprKind::Binary(op @ (BinOp::Eq | BinOp::Ne), a, b) = &e.kind {
            let read = |e: &Expr| call(e).is_some_and(|(name, _)| name == "READ_ONCE");
            let known = |e: &Expr| matches!(e.kind, ExprKind::Name(_));
            if (read(a) && known(b)) || (known(a) && read(b)) {
                // as if nothing had changed
                let same = if *op == BinOp::Eq { "1" } else { "0" };
                self.add(Role::Recheck, "READ_ONCE", vec![Edit { span: e.span, to: same.into() }], None);
            }
            return;
        }
        let Some((name, args)) = call(e).filter(|(name, _)| self.written(e, name)) else { return };
        let replaced = |to: &str| vec![Edit { span: e.span, to: to.to_owned() }];
        if is_recheck(name) {
            self.add(Role::Recheck, name, replaced("0"), None);
        } else if is_tried(name) {
            let mut edits = replaced("1");
            edits.extend(ended_by(name).map(|end| self.without_ends(end, args)).unwrap_or_default());
            self.add(Role::Lock, name, edits, None);
        } else if let Some(read) = read_instead(name)
            && let Some(counter) = args.first()
        {
            let to = read.replace("{}", self.shown(counter.span));
            self.add(Role::Count, name, replaced(&to), None);
        }
    }
}

/// The shared counter that an expression adds to or takes from: `page->refcount++`, `swap_map[i] -= 2`.
fn counted(e: &Expr) -> Option<&Expr> {
    let target = match &e.kind {
        ExprKind::Assign { op: Some(BinOp::Add | BinOp::Sub), target, .. } | ExprKind::IncDec { target, .. } => target,
        _ => return None,
    };
    let shared = matches!(target.kind, ExprKind::Arrow(..) | ExprKind::Field(..) | ExprKind::Index(..));
    shared.then_some(target)
}
