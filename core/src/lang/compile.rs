//! From source texts to a [`Program`], or to everything that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::ast::{self, Expr, ExprKind, Item};
use super::diag::{Diagnostic, Severity};
use super::inline::inline_all;
use super::ir::Op;
use super::lower::{self, Cx};
use super::parser::{TypeNames, parse, parse_known};
use super::preprocess::Macros;
use super::program::{Entry, FIRST_SLOT, Func, MAX_REGS, Program, Role};
use super::source::Sources;
use super::types::Types;

/// What a text's top-level directives say: `TITLE("...")`, `SWITCH(NAME, 1, "...")`, ...
pub type Directives = Vec<ast::Directive>;

/// A compiled program with what was said about it.
#[derive(Debug)]
pub struct Compiled {
    pub program: Program,
    pub warnings: Vec<Diagnostic>,
}

/// The layer of a scenario's texts, whose programs are user programs: the last one.
pub const SCENARIO: u8 = u8::MAX;

/// Compiles the texts of `sources`, in order; `layers[file]` is 0 for common, 1 and up for the design and what it is based on (the
/// oldest first), [`SCENARIO`] for the scenario.
/// `options` are known to the texts as constants.
///
/// # Errors
/// Every error found: the first syntax error of each top-level item, and all semantic ones of the items that can be read, but for those
/// that an item which can't be read may be the reason of.
pub fn compile(sources: &Sources, layers: &[u8], options: &BTreeMap<String, i64>) -> Result<Compiled, Vec<Diagnostic>> {
    let mut diags = Vec::new();
    let units = parse_all(sources, layers, options, &mut diags);
    let unread = diags.iter().any(|d| d.severity == Severity::Error);
    let mut cx = Cx { next_slot: FIRST_SLOT, diags, ..Cx::default() };
    lower::collect(&mut cx, &units, &|file| layers.get(file as usize).copied().unwrap_or(0));
    let mut codes: Vec<_> = (0..cx.funcs.len() as u32).map(|f| lowered(&mut cx, f)).collect();
    let entries = entries(&mut cx);
    check_handler(&mut cx, "do_page_fault", 2);
    check_handler(&mut cx, "do_interrupt", 1);
    check_handler(&mut cx, "switch_mm", 1);
    check_handler(&mut cx, "canon", 1);
    if unread {
        cx.diags.retain(|d| !ECHOES.contains(&d.code));
    }
    fail_on_error(&mut cx)?;
    let roots = roots(&cx, &entries);
    drop_unreached(&mut codes, &roots);
    inline_all(&mut cx, &mut codes);
    fail_on_error(&mut cx)?;
    drop_unreached(&mut codes, &roots);
    assemble(cx, codes, entries)
}

/// The syntax trees of the texts, in order; arguments and errors as of [`compile`].
///
/// # Errors
/// The first syntax error of each top-level item.
pub fn units(
    sources: &Sources,
    layers: &[u8],
    options: &BTreeMap<String, i64>,
) -> Result<Vec<ast::Unit>, Vec<Diagnostic>> {
    let mut diags = Vec::new();
    let units = parse_all(sources, layers, options, &mut diags);
    if diags.iter().any(|d| d.severity == Severity::Error) {
        return Err(diags);
    }
    Ok(units.into_iter().map(Rc::unwrap_or_clone).collect())
}

fn parse_all(
    sources: &Sources,
    layers: &[u8],
    options: &BTreeMap<String, i64>,
    diags: &mut Vec<Diagnostic>,
) -> Vec<Rc<ast::Unit>> {
    let mut macros = Macros::with_options(options.iter().map(|(k, v)| (k.as_str(), *v)));
    let mut names = TypeNames::new();
    let mut units = Vec::new();
    let layer_of = |i: usize| layers.get(i).copied().unwrap_or(0);
    let used: BTreeSet<u8> = (0..sources.iter().count()).map(layer_of).collect();
    for layer in used {
        let files = || sources.iter().enumerate().filter(|(i, _)| layer_of(*i) == layer);
        // what one file of a layer defines, all its files know, whatever their order
        for (i, s) in files() {
            drop(parse_known(i as u16, s.text(), &mut macros, &mut names));
        }
        for (i, s) in files() {
            let (unit, d) = parse_known(i as u16, s.text(), &mut macros, &mut names);
            units.push(unit);
            diags.extend(d);
        }
    }
    units
}

/// Errors that a definition which could not be read may be the reason of: a name, a type, a constant, a field or a function that nobody
/// knows.
const ECHOES: [&str; 7] = ["E0201", "E0202", "E0203", "E0205", "E0208", "E0240", "E0241"];

/// What is kept though nothing calls it: programs, what the hardware calls, and all but the common texts. (Those hold much that
/// one scenario has no use for; in one's own text an error is told wherever it stands.)
fn roots(cx: &Cx, entries: &[Entry]) -> Vec<usize> {
    let handlers = ["do_page_fault", "do_interrupt", "switch_mm"].iter().filter_map(|name| cx.func_names.get(*name));
    let programs = entries.iter().map(|e| &e.func);
    let own = (0..cx.funcs.len()).filter(|f| cx.funcs[*f].layer != 0);
    handlers.chain(programs).map(|f| *f as usize).chain(own).collect()
}

/// Takes the code of functions that no root leads to. What was put in place of all its calls is called by nobody any more.
fn drop_unreached(codes: &mut [Option<super::ir::Code>], roots: &[usize]) {
    let mut reached = vec![false; codes.len()];
    let mut next = roots.to_vec();
    while let Some(f) = next.pop() {
        if !std::mem::replace(&mut reached[f], true) {
            let ops = codes[f].iter().flat_map(|c| &c.ops);
            next.extend(ops.filter_map(|op| if let Op::Call { func, .. } = op { Some(*func as usize) } else { None }));
        }
    }
    codes.iter_mut().zip(reached).filter(|(_, reached)| !reached).for_each(|(code, _)| *code = None);
}

/// A function's code, while there is not too much of it or wrong with it.
fn lowered(cx: &mut Cx, f: u32) -> Option<super::ir::Code> {
    let def = cx.funcs[f as usize].def.clone()?;
    if cx.full() {
        return None;
    }
    if cx.ops_in_all > lower::MAX_OPS_IN_ALL {
        if cx.ops_in_all != usize::MAX {
            let _ = cx.bad::<()>("E0231", def.decl.name.span, "with this function the program is too big");
        }
        cx.ops_in_all = usize::MAX;
        return None;
    }
    lower::func(cx, f).ok()
}

fn fail_on_error(cx: &mut Cx) -> Result<(), Vec<Diagnostic>> {
    let mut seen = std::collections::BTreeSet::new();
    cx.diags.retain(|d| seen.insert((d.span, d.code, d.message.clone())));
    if cx.diags.len() > lower::MOST_ERRORS {
        cx.diags.truncate(lower::MOST_ERRORS);
        let span = cx.diags.last().map(|d| d.span).unwrap_or_default();
        cx.diags.push(Diagnostic::error("E0199", span, format!("more than {} errors", lower::MOST_ERRORS)));
    }
    if cx.diags.iter().any(|d| d.severity == Severity::Error) { Err(std::mem::take(&mut cx.diags)) } else { Ok(()) }
}

fn assemble(mut cx: Cx, codes: Vec<Option<super::ir::Code>>, entries: Vec<Entry>) -> Result<Compiled, Vec<Diagnostic>> {
    let mut p = Program { end_slot: cx.next_slot, ..Program::default() };
    p.locs = std::mem::take(&mut cx.locs);
    for (i, code) in codes.into_iter().enumerate() {
        let info = &cx.funcs[i];
        let func = Func {
            name: info.name.to_string(),
            span: info.decl_span,
            entry: 0,
            params: Vec::new(),
            frame_words: 0,
            mem_base: 0,
            locals: Vec::new(),
            mems: Vec::new(),
            layer: info.layer,
            syscall: info.syscall,
            len: 0,
        };
        if !p.add(i as u32, code.unwrap_or_default(), func) {
            let (name, span) = (cx.funcs[i].name.clone(), cx.funcs[i].decl_span);
            let _ = cx.bad::<()>("E0231", span, format!("`{name}` keeps too many values from step to step"));
        }
    }
    fail_on_error(&mut cx)?;
    p.page_fault = cx.func_names.get("do_page_fault").copied();
    p.interrupt = cx.func_names.get("do_interrupt").copied();
    p.switch_mm = cx.func_names.get("switch_mm").copied();
    p.canon = cx.func_names.get("canon").copied();
    p.entries = entries;
    (p.types, p.globals, p.inits, p.strings, p.asserts) = (cx.types, cx.globals, cx.inits, cx.strings, cx.asserts);
    p.constants = cx.consts.iter().map(|(k, v)| (k.to_string(), *v)).collect();
    if p.regs > MAX_REGS {
        let span = p.biggest.map_or(Default::default(), |f: u32| p.funcs[f as usize].span);
        return Err(vec![Diagnostic::error("E0231", span, "this function is too big with what it calls")]);
    }
    Ok(Compiled { program: p, warnings: cx.diags })
}

/// The functions with a role, in the order of the text.
fn entries(cx: &mut Cx) -> Vec<Entry> {
    let mut out = Vec::new();
    for f in 0..cx.funcs.len() {
        let Some(def) = cx.funcs[f].def.clone() else { continue };
        let attr = |name: &str| def.decl.attrs.iter().find(|a| &*a.name.name == name);
        let mut number = |name: &str| -> u32 {
            match attr(name).and_then(|a| a.args.first()) {
                Some(e) => lower::const_expr(cx, e).unwrap_or(0).clamp(0, u32::MAX as i64) as u32,
                None => 0,
            }
        };
        let (process, cpu) = (number("PROCESS"), number("CPU"));
        let daemon = attr("DAEMON").is_some();
        let role = if attr("CHECK").is_some() {
            Role::Check
        } else if let Some(d) = attr("DEVICE") {
            Role::Device { title: d.args.first().and_then(text).unwrap_or_default(), daemon }
        } else if attr("SETUP").is_some() {
            Role::Setup { process, cpu }
        } else if attr("CPU").is_some() || attr("AGENT").is_some() {
            Role::Task { process, cpu, daemon }
        } else {
            continue;
        };
        let span = def.decl.name.span;
        if !def.decl.params.is_empty() || cx.funcs[f].ret != Types::VOID {
            let _ = cx.bad::<()>("E0250", span, "a program is a function without parameters that returns nothing");
        }
        out.push(Entry { role, func: f as u32 });
    }
    let place = |e: &Entry| {
        let s = cx.funcs[e.func as usize].decl_span;
        (s.file, s.lo)
    };
    out.sort_by_key(place);
    out
}

/// The text of a string literal.
pub fn text(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Str(s) => Some(s.to_string()),
        ExprKind::Name(s) => Some(s.to_string()),
        _ => None,
    }
}

fn check_handler(cx: &mut Cx, name: &str, params: usize) {
    if let Some(f) = cx.func_names.get(name) {
        let f = &cx.funcs[*f as usize];
        if f.params.len() != params || f.params.iter().any(|t| !cx.types.is_integer(*t)) {
            let span = f.decl_span;
            let _ = cx.bad::<()>("E0251", span, format!("`{name}` takes {params} integers: the hardware calls it"));
        }
    }
}

/// What one text says by itself, without options: for lists of designs and scenarios.
#[derive(Debug, Default)]
pub struct Outline {
    pub directives: Directives,
    /// The enumeration constants and number macros that it defines.
    pub constants: BTreeMap<String, i64>,
}

/// Reads a text for lists of designs and scenarios; what is wrong with it is told when it is compiled.
pub fn outline(text: &str) -> Outline {
    let (unit, _) = parse(0, text, &mut Macros::new(), &mut TypeNames::new());
    let (mut directives, mut enums) = (Vec::new(), Vec::new());
    for item in unit.items {
        match item {
            Item::Directive(d) => directives.push(d),
            Item::Enum(_) => enums.push(item),
            _ => {}
        }
    }
    let mut cx = Cx { next_slot: FIRST_SLOT, ..Cx::default() };
    lower::collect(&mut cx, &[Rc::new(ast::Unit { items: enums })], &|_| 0);
    let mut constants: BTreeMap<String, i64> = cx.consts.into_iter().map(|(k, v)| (k.to_string(), v)).collect();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if words.next() == Some("#define")
            && let (Some(name), Some(value), None) = (words.next(), words.next(), words.next())
        {
            let value = match value.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok(),
                None => value.parse().ok(),
            };
            constants.extend(value.map(|v| (name.to_string(), v)));
        }
    }
    Outline { directives, constants }
}
