//! The load-bearing statements of a design, found on the syntax tree.

use super::change::{Edit, apply};
use super::names::{Role, ended_by, is_left_alone, is_no_kernel, is_recheck, is_tried, read_instead, role_of};
use super::walk::{self, Visit, call};
use super::{Change, Mutant, Site, equivalent};
use crate::lang::ast::{BinOp, Expr, ExprKind, FuncDef, Item, Span, Stmt, StmtKind, UnOp};
use crate::lang::compile::{SCENARIO, units};
use crate::library::{LoadError, Loaded};
use crate::trace::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A design's texts as a scenario has them.
pub(super) struct Texts {
    loaded: Loaded,
    /// The functions that the design is made of: of one that a later layer replaces, the last.
    functions: Vec<Rc<FuncDef>>,
}

impl Texts {
    pub(super) fn new(loaded: Loaded) -> Result<Texts, LoadError> {
        let functions = functions(&loaded)?;
        Ok(Texts { loaded, functions })
    }
}

/// The mutants of every function that the design is made of, in the order of the texts. Of a function that a later layer replaces, the
/// last one counts. What the preprocessor leaves out of a text differs from scenario to scenario: `all` are the design's texts as some
/// scenarios have them, and what is in any of them counts.
pub(super) fn statements(all: &[Texts]) -> Vec<Mutant> {
    let mut found: BTreeMap<Key, Located> = BTreeMap::new();
    for texts in all {
        let (idle, constants) = (idle(&texts.functions), constants(&texts.functions));
        let of = |def: &Rc<FuncDef>| of_function(&texts.loaded, def, &idle, &constants);
        for (key, located) in texts.functions.iter().flat_map(of) {
            match found.get_mut(&key) {
                None => drop(found.insert(key, located)),
                Some(known) => {
                    known.equivalent = known.equivalent.and(located.equivalent);
                    let more = located.edits.into_iter().filter(|edit| !known.edits.iter().any(|e| e.at(edit)));
                    known.edits.extend(more.collect::<Vec<_>>());
                }
            }
        }
    }
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mutant = |(key, located): (Key, Located)| {
        let name = format!("{}/{}/{}", located.function, key.role.word(), key.what);
        let number = numbers.entry(name.clone()).or_default();
        *number += 1;
        Mutant {
            id: format!("{name}/{number}"),
            place: Place { file: key.path.clone(), line: located.lines.0, text: located.line },
            equivalent: located.equivalent,
            site: Site::Lines(located.lines.0, located.lines.1),
            change: Change::Text(key.path, apply(&located.text, &located.edits)),
        }
    };
    found.into_iter().map(mutant).collect()
}

/// Where something stands that can be left out; in the order of the texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: String,
    at: u32,
    role: Role,
    what: String,
}

/// What leaving it out takes.
struct Located {
    function: String,
    text: Rc<str>,
    lines: (u32, u32),
    line: String,
    edits: Vec<Edit>,
    equivalent: Option<&'static str>,
}

/// The functions that do nothing in this design: what other designs have there is not theirs.
fn idle(functions: &[Rc<FuncDef>]) -> BTreeSet<Rc<str>> {
    let mut idle = BTreeSet::new();
    // a chain of calls that ends in nothing
    for _ in 0..4 {
        let nothing = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Expr(e) => call(e).is_some_and(|(name, _)| idle.contains(name)),
            _ => false,
        };
        let more: Vec<Rc<str>> = functions
            .iter()
            .filter(|def| def.body.stmts.iter().all(nothing))
            .map(|def| def.decl.name.name.clone())
            .collect();
        idle.extend(more);
    }
    idle
}

/// The functions that always answer the same in this design.
fn constants(functions: &[Rc<FuncDef>]) -> BTreeMap<Rc<str>, bool> {
    let answer = |def: &Rc<FuncDef>| match def.body.stmts.as_slice() {
        [Stmt { kind: StmtKind::Return(Some(e)), .. }] => match &e.kind {
            ExprKind::Int { value, .. } => Some((def.decl.name.name.clone(), *value != 0)),
            ExprKind::Name(name) if matches!(&**name, "true" | "false") => {
                Some((def.decl.name.name.clone(), &**name == "true"))
            }
            _ => None,
        },
        _ => None,
    };
    functions.iter().filter_map(answer).collect()
}

/// The functions whose texts have a word in them; none if some text has it elsewhere.
pub(super) fn functions_with(all: &[Texts], word: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for Texts { loaded, functions } in all {
        for (file, source) in loaded.sources.iter().enumerate() {
            for at in words(source.text(), word) {
                let around = functions.iter().find(|def| {
                    let span = def.decl.span;
                    usize::from(span.file) == file && (span.lo as usize..def.body.span.hi as usize).contains(&at)
                });
                match around {
                    Some(def) => drop(names.insert(def.decl.name.name.to_string())),
                    // what a later layer replaces or this scenario does not have, a comment, the switch's own line
                    None if !is_directive(source.text(), at) => {}
                    None => return Vec::new(),
                }
            }
        }
    }
    names.into_iter().collect()
}

/// The rule by which a switch changes nothing on x86-TSO: all that it guards are barriers that do nothing there.
pub(super) fn guards_barriers(all: &[Texts], switch: &str) -> Option<&'static str> {
    struct Uses<'s> {
        switch: &'s str,
        text: &'s str,
        guards: Vec<Option<&'static str>>,
    }
    impl Visit for Uses<'_> {
        fn statement(&mut self, list: &[Stmt], at: usize) {
            let StmtKind::If { cond, then, otherwise: None } = &list[at].kind else { return };
            // the preprocessor has put the switch's value there
            let named = self.text.get(cond.span.lo as usize..cond.span.hi as usize) == Some(self.switch);
            if let StmtKind::Expr(e) = &then.kind
                && named
                && let Some((barrier, _)) = call(e)
                && role_of(barrier) == Some(Role::Barrier)
            {
                self.guards.push(equivalent::barrier(barrier, list, at));
            }
        }
        fn expression(&mut self, _: &Expr) {}
    }
    let mut rule = None;
    for Texts { loaded, functions } in all {
        for def in functions {
            let Some(source) = loaded.sources.get(def.decl.name.span.file) else { continue };
            let body = source.slice(def.body.span);
            let mut uses = Uses { switch, text: source.text(), guards: Vec::new() };
            walk::function(def, &mut uses);
            if uses.guards.len() != words(body, switch).count() {
                return None;
            }
            for guarded in uses.guards {
                rule = Some(guarded?);
            }
        }
    }
    rule
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

fn of_function(
    loaded: &Loaded,
    def: &FuncDef,
    idle: &BTreeSet<Rc<str>>,
    constants: &BTreeMap<Rc<str>, bool>,
) -> Vec<(Key, Located)> {
    let Some(source) = loaded.sources.get(def.decl.name.span.file) else { return Vec::new() };
    let mut sites = Sites { text: source.text(), path: source.name(), def, idle, constants, found: Vec::new() };
    walk::function(def, &mut sites);
    let text: Rc<str> = source.text().into();
    let located = |found: Found| {
        let edit = found.edits.first()?;
        let lines = (source.position(edit.span.lo).line, source.position(edit.span.hi).line);
        let key = Key { path: source.name().to_owned(), at: edit.span.lo, role: found.role, what: found.what };
        let located = Located {
            function: def.decl.name.name.to_string(),
            text: text.clone(),
            lines,
            line: source.line(lines.0).trim().to_owned(),
            edits: found.edits,
            equivalent: found.equivalent,
        };
        Some((key, located))
    };
    sites.found.into_iter().filter_map(located).collect()
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
    idle: &'t BTreeSet<Rc<str>>,
    constants: &'t BTreeMap<Rc<str>, bool>,
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
        if self.idle.contains(name) {
            return;
        }
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

    fn decides(&self, cond: &Expr) -> Option<bool> {
        match &cond.kind {
            ExprKind::Unary(UnOp::Not, e) => self.decides(e).map(|yes| !yes),
            _ => call(cond).and_then(|(name, _)| self.constants.get(name).copied()),
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
