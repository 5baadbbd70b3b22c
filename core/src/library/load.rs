//! A question becomes a running system: its texts, its options, its machine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cowscope_mmu::{CostTable, MemoryOrder, RemoteFlush};

use super::meta::{Library, library_with, part_of};
use super::needs::{EVERY_KERNEL, Names, Needs, defined};
use super::texts::FILES;
use crate::lang::compile::{SCENARIO, compile};
use crate::lang::diag::Diagnostic;
use crate::lang::source::Sources;
use crate::near::did_you_mean;
use crate::system::{BuildError, Options, System};
use crate::view::Question;

/// A system at its first searched state, with what it was made from.
#[derive(Clone)]
pub struct Loaded {
    pub system: System,
    pub sources: Arc<Sources>,
    /// By file: 0 common, then what the design is based on (the oldest first), the design, and [`SCENARIO`].
    pub layers: Vec<u8>,
    pub warnings: Vec<Diagnostic>,
    /// The question with every option spelled out.
    pub question: Question,
    pub options: Options,
    /// What the texts know as constants: sizes, the variant's settings, switches.
    pub settings: BTreeMap<String, i64>,
}

/// Why a question can't be asked.
#[derive(Clone, Debug)]
pub enum LoadError {
    /// No such design, scenario, variant, switch or machine option: what, and the near names.
    Unknown { what: &'static str, name: String, near: Option<String>, known: Vec<String> },
    /// An option of the machine has no such value.
    Value { option: String, value: String, allowed: &'static str },
    /// The texts do not compile.
    Texts { diagnostics: Vec<Diagnostic>, sources: Arc<Sources> },
    /// The scenario is not applicable to this kernel of its own, which lacks what the scenario needs.
    Missing { kernel: String, scenario: String, lacks: Needs },
    /// They compile, but can't be run.
    Build(BuildError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Unknown { what, name, near, known } => {
                write!(f, "there is no {what} `{name}`")?;
                match near {
                    Some(n) => write!(f, "; {n}"),
                    None => write!(f, "; there are {}", known.join(", ")),
                }
            }
            LoadError::Value { option, value, allowed } => {
                write!(f, "option `{option}` can't be `{value}`; it is {allowed}")
            }
            LoadError::Texts { diagnostics, .. } => {
                write!(f, "{}", diagnostics.first().map_or("the texts do not compile", |d| &d.message))
            }
            LoadError::Missing { kernel, scenario, lacks } => {
                write!(f, "`{scenario}` is not applicable to the kernel `{kernel}`: {lacks}")
            }
            LoadError::Build(e) => write!(f, "{e}"),
        }
    }
}

fn unknown(what: &'static str, name: &str, known: Vec<String>) -> LoadError {
    let near = did_you_mean(name, known.iter().map(|s| s.as_str()));
    LoadError::Unknown { what, name: name.to_string(), near, known }
}

/// The texts of a question, in order, with their layers.
fn texts(lib: &Library, q: &Question) -> Result<(Sources, Vec<u8>), LoadError> {
    let chain = lib.chain(&q.design);
    let own = chain.len() as u8;
    let layer_of_design = |id: &str| chain.iter().position(|d| d == id).map(|at| at as u8 + 1);
    let scenario = format!("scenarios/{}.c", q.scenario);
    let own_kernel = lib.own_kernels.contains(&q.design);
    let mut files: Vec<(u8, String, String)> = Vec::new();
    for (name, text) in FILES {
        let layer = match name {
            n if n.starts_with("common/") && own_kernel && !EVERY_KERNEL.contains(n) => continue,
            n if n.starts_with("common/") => 0,
            n if **n == scenario => SCENARIO,
            n => match part_of(n).and_then(layer_of_design) {
                Some(layer) => layer,
                None => continue,
            },
        };
        files.push((layer, name.to_string(), text.to_string()));
    }
    for (name, text) in &q.edits {
        match files.iter_mut().find(|f| f.1 == *name) {
            Some(f) => f.2 = text.clone(),
            None => {
                let layer = match name.split('/').next() {
                    Some("common") => 0,
                    Some("scenarios") => SCENARIO,
                    _ => own,
                };
                files.push((layer, name.clone(), text.clone()));
            }
        }
    }
    if !files.iter().any(|f| f.0 == own) {
        return Err(unknown("design", &q.design, lib.designs.iter().map(|d| d.id.clone()).collect()));
    }
    if !files.iter().any(|f| f.0 == SCENARIO) {
        return Err(unknown("scenario", &q.scenario, lib.scenarios.iter().map(|s| s.id.clone()).collect()));
    }
    if own_kernel && let Some(s) = lib.scenarios.iter().find(|s| s.id == q.scenario) {
        let has: Names =
            files.iter().filter(|f| f.0 != SCENARIO || f.1 == scenario).flat_map(|f| defined(&f.2)).collect();
        let lacks = Needs { calls: s.needs.clone(), names: s.uses.clone() }.missing(&has);
        if !lacks.is_empty() {
            return Err(LoadError::Missing { kernel: q.design.clone(), scenario: q.scenario.clone(), lacks });
        }
    }
    files.sort_by_key(|f| f.0);
    let mut sources = Sources::new();
    let mut layers = Vec::new();
    for (layer, name, text) in files {
        if let Err(d) = sources.add(name, text) {
            return Err(LoadError::Texts { diagnostics: vec![*d], sources: Arc::new(sources) });
        }
        layers.push(layer);
    }
    Ok((sources, layers))
}

/// The machine that the options ask for.
fn machine(pairs: &[(String, String)]) -> Result<Options, LoadError> {
    let mut o = Options::default();
    for (name, value) in pairs {
        let bad = |allowed| LoadError::Value { option: name.clone(), value: value.clone(), allowed };
        match name.as_str() {
            "memory" => {
                o.order = match value.as_str() {
                    "sc" => MemoryOrder::Sc,
                    "tso" => MemoryOrder::Tso,
                    _ => return Err(bad("sc or tso")),
                }
            }
            "tlb" => {
                o.any_tlb = match value.as_str() {
                    "concrete" => false,
                    "any" => true,
                    _ => return Err(bad("concrete or any")),
                }
            }
            "flush" => {
                o.remote_flush = match value.as_str() {
                    "ipi" => RemoteFlush::Ipi,
                    "broadcast" => RemoteFlush::Broadcast,
                    _ => return Err(bad("ipi or broadcast")),
                }
            }
            "cost" => {
                o.costs = CostTable::by_name(value).ok_or_else(|| bad("flat or desktop"))?;
            }
            _ => {
                let known = ["memory", "tlb", "flush", "cost"].map(str::to_string).to_vec();
                return Err(unknown("option of the machine", name, known));
            }
        }
    }
    Ok(o)
}

/// Compiles and sets up what a question asks for.
///
/// # Errors
/// Unknown names (with the near ones), C errors, sizes out of range, a set-up that does not end.
pub fn load(question: &Question) -> Result<Loaded, LoadError> {
    load_from(&library_with(&question.edits), question)
}

/// As [`load`], with a library that is known already: for those who change statements again and again, and never what the texts say of
/// themselves.
///
/// # Errors
/// As of [`load`].
pub(crate) fn load_from(lib: &Library, question: &Question) -> Result<Loaded, LoadError> {
    let mut q = question.clone();
    let (sources, layers) = texts(lib, &q)?;
    let mut options: BTreeMap<String, i64> = BTreeMap::new();
    if let Some(d) = lib.designs.iter().find(|d| d.id == q.design) {
        for (name, _) in &q.switches {
            if !d.switches.iter().any(|s| s.name == *name) {
                return Err(unknown("switch", name, d.switches.iter().map(|s| s.name.clone()).collect()));
            }
        }
        // a design's own default of a common switch wins over the common one
        for s in &d.switches {
            options.insert(s.name.clone(), s.default);
        }
    }
    // a scenario is about what it sets, whatever the design's default is; who asks has the last word
    options.extend(lib.sizes.get(&q.scenario).into_iter().flatten().cloned());
    if let Some(s) = lib.scenarios.iter().find(|s| s.id == q.scenario) {
        if q.variant.is_empty() {
            q.variant = s.variants.first().map(|v| v.id.clone()).unwrap_or_default();
        }
        match lib.settings.get(&(q.scenario.clone(), q.variant.clone())) {
            Some(set) => options.extend(set.iter().cloned()),
            None if q.variant.is_empty() => {}
            None => return Err(unknown("variant", &q.variant, s.variants.iter().map(|v| v.id.clone()).collect())),
        }
    }
    options.extend(q.switches.iter().cloned());
    if let Some((name, _)) = q.sizes.iter().find(|(name, _)| !lib.size_names.contains(name)) {
        return Err(unknown("size", name, lib.size_names.clone()));
    }
    options.extend(q.sizes.iter().cloned());
    let mut pairs = lib.machine.get(&q.scenario).cloned().unwrap_or_default();
    pairs.retain(|(n, _)| !q.machine.iter().any(|(m, _)| m == n));
    pairs.extend(q.machine.iter().cloned());
    let machine = machine(&pairs)?;
    q.machine = pairs;
    let sources = Arc::new(sources);
    let compiled = compile(&sources, &layers, &options)
        .map_err(|diagnostics| LoadError::Texts { diagnostics, sources: sources.clone() })?;
    let mut system = System::new(Arc::new(compiled.program), &machine).map_err(LoadError::Build)?;
    system.judge_promises(lib.promises.iter().filter(|p| p.design == q.design).map(|p| p.id.as_str()));
    system.ghost.read_pins = lib.promises.iter().any(|p| p.design == q.design && p.id == "read_pins");
    Ok(Loaded {
        system,
        sources,
        layers,
        warnings: compiled.warnings,
        question: q,
        options: machine,
        settings: options,
    })
}
