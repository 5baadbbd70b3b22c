//! Titles, stories, switches and variants, read from the texts themselves.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::needs::{EVERY_KERNEL, Names, Needs, defined, syscalls};
use super::texts::FILES;
use crate::lang::ast::{Directive, Expr, ExprKind};
use crate::lang::compile::{Outline, outline, text};
use crate::view::{Design, Flag, Flow, Promise, Scenario, Variant};

/// Everything that can be chosen, with what the lists need to know of it.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub designs: Vec<Design>,
    pub scenarios: Vec<Scenario>,
    /// Settings of each variant: (scenario, variant) to names and values.
    pub settings: BTreeMap<(String, String), Vec<(String, i64)>>,
    /// Sizes and other fixed options of each scenario.
    pub sizes: BTreeMap<String, Vec<(String, i64)>>,
    /// Options of the machine that a scenario asks for, e.g. `("memory", "tso")`.
    pub machine: BTreeMap<String, Vec<(String, String)>>,
    /// Promises of each design: id and one line.
    pub promises: Vec<Promise>,
    /// What a design is based on, if it says so by `BASE("...")`: it holds only what differs from that.
    pub bases: BTreeMap<String, String>,
    /// Designs that are kernels of their own: of the common texts they have [`super::needs::EVERY_KERNEL`] only.
    pub own_kernels: BTreeSet<String>,
    /// Switches that every design has.
    pub common_switches: Vec<Flag>,
    /// Sizes that can be set: what the common texts define unless somebody else does.
    pub size_names: Vec<String>,
}

impl Library {
    /// What a design is made of besides the common texts: its base's base first, itself last.
    pub fn chain(&self, design: &str) -> Vec<String> {
        let mut chain = vec![design.to_string()];
        // a base that comes round to itself ends the chain
        while let Some(base) = chain.last().and_then(|d| self.bases.get(d))
            && !chain.contains(base)
        {
            chain.push(base.clone());
        }
        chain.reverse();
        chain
    }
}

/// The library, read once.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| read(FILES))
}

/// The library as it is with these files of the user's own, path and text, in place of or beside the shipped ones.
pub fn library_with(edits: &[(String, String)]) -> Cow<'static, Library> {
    if edits.is_empty() {
        return Cow::Borrowed(library());
    }
    let replaced = |path: &str| edits.iter().any(|(edited, _)| edited == path);
    let mut files: Vec<(&str, &str)> = FILES.iter().copied().filter(|(path, _)| !replaced(path)).collect();
    files.extend(edits.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    files.sort_unstable();
    Cow::Owned(read(&files))
}

fn read(files: &[(&str, &str)]) -> Library {
    let mut lib = Library::default();
    let mut constants = BTreeMap::new();
    for (name, source) in files.iter().filter(|(n, _)| n.starts_with("common/")) {
        let said = outline(source);
        constants.extend(said.constants);
        lib.common_switches.extend(said.directives.iter().filter_map(switch));
        if *name == "common/config.c" {
            lib.size_names
                .extend(source.lines().filter_map(|l| l.strip_prefix("#ifndef ")).map(|n| n.trim().to_string()));
        }
    }
    let mut said: BTreeMap<&str, Vec<Directive>> = BTreeMap::new();
    for (name, source) in files {
        if let Some(id) = part_of(name) {
            said.entry(id).or_default().extend(outline(source).directives);
        }
    }
    for (id, list) in &said {
        let base = list.iter().find(|d| &*d.name.name == "BASE").and_then(|d| strings(d).into_iter().next());
        lib.bases.extend(base.map(|base| (id.to_string(), base)));
    }
    let says_own_kernel = |id: &String| said[id.as_str()].iter().any(|d| &*d.name.name == "OWN_KERNEL");
    let bases: BTreeSet<&str> = files.iter().filter_map(|(n, _)| n.strip_prefix("bases/")?.split('/').next()).collect();
    for id in said.keys().copied().filter(|id| !bases.contains(id)) {
        let mut design = Design { id: id.to_string(), ..Design::default() };
        if lib.chain(id).iter().filter(|part| said.contains_key(part.as_str())).any(says_own_kernel) {
            lib.own_kernels.insert(id.to_string());
        } else {
            design.switches = lib.common_switches.clone();
        }
        for part in lib.chain(id) {
            for d in said.get(part.as_str()).into_iter().flatten() {
                // of what it is based on, a design has the switches and the promises
                if part == id || matches!(&*d.name.name, "SWITCH" | "PROMISE") {
                    read_design(&mut design, &mut lib.promises, d);
                }
            }
        }
        lib.designs.push(design);
    }
    for design in lib.designs.iter_mut().filter(|design| design.era.is_empty()) {
        design.era = year(&design.id).to_owned();
    }
    lib.designs.sort_by_key(|d| age(&d.id));
    let (kernel, calls) = kernel_names(files);
    for (name, source) in files {
        let Some(id) = name.strip_prefix("scenarios/").and_then(|n| n.strip_suffix(".c")) else { continue };
        let mut scenario = read_scenario(&mut lib, id, source, &constants);
        Needs { calls: scenario.needs, names: scenario.uses } = Needs::of(source, &kernel, &calls);
        lib.scenarios.push(scenario);
    }
    lib
}

/// The design, or what designs are based on, that a text belongs to.
pub fn part_of(path: &str) -> Option<&str> {
    path.strip_prefix("designs/").or_else(|| path.strip_prefix("bases/"))?.split('/').next()
}

/// What the shipped kernel defines that not every kernel has, and which of it are system calls.
fn kernel_names(files: &[(&str, &str)]) -> (Names, Names) {
    let common = || files.iter().filter(|(name, _)| name.starts_with("common/"));
    let (mut kernel, mut calls) = (Names::new(), Names::new());
    for (_, source) in common().filter(|(name, _)| !EVERY_KERNEL.contains(name)) {
        kernel.extend(defined(source));
        calls.extend(syscalls(source).map(str::to_string));
    }
    for (_, source) in common().filter(|(name, _)| EVERY_KERNEL.contains(name)) {
        let every = defined(source);
        kernel.retain(|name| !every.contains(name));
    }
    (kernel, calls)
}

/// Designs in the order in which they came to be: by kernel version, the mails of 2021 between 5.11 and 5.18, sketches last.
fn age(id: &str) -> (u32, u32, String) {
    if id.starts_with("sketch") {
        return (100, 0, id.to_string());
    }
    if id.starts_with("2021") {
        return (5, 16, id.to_string());
    }
    let mut numbers = id.split(['.', '-']).map(|n| n.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0), id.to_string())
}

/// The year in which the kernel version was released that a design is named after; sketches have none.
fn year(id: &str) -> &'static str {
    match id.split('-').next().unwrap_or_default() {
        "4.19" => "2018",
        "5.8" | "5.9" => "2020",
        "2021" | "5.11" => "2021",
        "5.18" | "5.19" | "6.1" => "2022",
        "6.2" => "2023",
        "6.12" => "2024",
        "6.16" => "2025",
        "7.3" => "2026",
        _ => "",
    }
}

fn strings(d: &Directive) -> Vec<String> {
    d.args.iter().filter_map(text).collect()
}

fn number(e: &Expr, constants: &BTreeMap<String, i64>) -> Option<i64> {
    match &e.kind {
        ExprKind::Int { value, .. } => Some(*value as i64),
        ExprKind::Name(n) => constants.get(&**n).copied(),
        ExprKind::Binary(crate::lang::ast::BinOp::Or, a, b) => Some(number(a, constants)? | number(b, constants)?),
        ExprKind::Unary(crate::lang::ast::UnOp::Neg, a) => number(a, constants).map(|v| v.wrapping_neg()),
        _ => None,
    }
}

fn switch(d: &Directive) -> Option<Flag> {
    if &*d.name.name != "SWITCH" {
        return None;
    }
    let name = text(d.args.first()?)?;
    let default = number(d.args.get(1)?, &BTreeMap::new())?;
    let title = d.args.get(2).and_then(text).unwrap_or_default();
    Some(Flag { name, title, values: vec![(0, "off".into()), (1, "on".into())], default })
}

fn read_design(design: &mut Design, promises: &mut Vec<Promise>, d: &Directive) {
    let s = strings(d);
    let first = s.first().cloned().unwrap_or_default();
    match &*d.name.name {
        "TITLE" => design.title = first,
        "STORY" => design.story = first,
        "ORIGIN" | "SOURCE" => design.source = first,
        "ERA" => design.era = first,
        "PROMISE" => {
            let statement = s.get(1).cloned().unwrap_or_default();
            let new = Promise { id: first, statement, design: design.id.clone() };
            match promises.iter_mut().find(|p| p.id == new.id && p.design == new.design) {
                Some(p) => *p = new,
                None => promises.push(new),
            }
        }
        "SWITCH" => {
            if let Some(f) = switch(d) {
                match design.switches.iter_mut().find(|g| g.name == f.name) {
                    Some(g) => {
                        let title = if f.title.is_empty() { g.title.clone() } else { f.title };
                        *g = Flag { title, ..f };
                    }
                    None => design.switches.insert(0, f),
                }
            }
        }
        _ => {}
    }
}

/// What a scenario's directives say; `constants` are those of the common texts.
fn read_scenario(lib: &mut Library, id: &str, source: &str, constants: &BTreeMap<String, i64>) -> Scenario {
    let mut constants = constants.clone();
    let Outline { directives, constants: own } = outline(source);
    constants.extend(own);
    let mut out = Scenario { id: id.to_string(), ..Scenario::default() };
    for d in directives {
        let s = strings(&d);
        let first = s.first().cloned().unwrap_or_default();
        match &*d.name.name {
            "TITLE" => out.title = first,
            "STORY" => out.story = first,
            "SOURCE" => out.source = first,
            "LOOK" => out.look = first,
            "KIND" => {
                out.kind = match first.as_str() {
                    "sequential" => Flow::Sequential,
                    "tlb" => Flow::Tlb,
                    _ => Flow::Race,
                }
            }
            "MEMORY" | "TLB" => {
                let list = lib.machine.entry(id.to_string()).or_default();
                list.push((d.name.name.to_lowercase(), first));
            }
            "WITH" => lib.sizes.entry(id.to_string()).or_default().extend(s.into_iter().map(|name| (name, 1))),
            "SIZE" => {
                if let (Some(name), Some(v)) =
                    (d.args.first().and_then(text), d.args.get(1).and_then(|e| number(e, &constants)))
                {
                    lib.sizes.entry(id.to_string()).or_default().push((name, v));
                }
            }
            "VARIANT" => {
                let mut set = Vec::new();
                let mut words = Vec::new();
                for a in d.args.iter().skip(1) {
                    if let ExprKind::Assign { op: None, target, value } = &a.kind
                        && let (Some(name), Some(v)) = (text(target), number(value, &constants))
                    {
                        words.push(format!("{name} = {}", text(value).unwrap_or_else(|| v.to_string())));
                        set.push((name, v));
                    }
                }
                lib.settings.insert((id.to_string(), first.clone()), set);
                out.variants.push(Variant { id: first, title: words.join(", ") });
            }
            _ => {}
        }
    }
    out
}
