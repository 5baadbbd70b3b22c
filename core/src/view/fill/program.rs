//! Fills what runs, and what there is to choose from.

use super::place;
use crate::check::scope;
use crate::lang::diag::{Diagnostic, Severity};
use crate::lang::source::Sources;
use crate::library::{Loaded, library};
use crate::view::{Layer, Library, MachineOption, Note, NoteSeverity, Program, Promise, Question, SourceFile};

/// A value and its label.
type Labelled = (&'static str, &'static str);

/// What can be set on the machine: name, title, and each value with its label, the default first.
const MACHINE: [(&str, &str, &[Labelled]); 3] = [
    ("memory", "Memory model", &[("sc", "SC"), ("tso", "TSO")]),
    ("tlb", "TLB", &[("concrete", "one TLB"), ("any", "any TLB")]),
    ("flush", "Remote flush", &[("ipi", "IPI"), ("broadcast", "broadcast")]),
];

/// The invariants that hold every design to account: id and statement.
const COMMON: [(&str, &str); 11] = [
    ("isolation", "Nobody reads what another process wrote after their fork."),
    ("pin coherence", "What a pin's owner reaches at its address is the pinned frame, unless he himself unmapped it."),
    ("no lost write", "A value that was stored is there until something else is stored."),
    ("no stale authority", "After a flush no CPU can use the rights that were withdrawn."),
    ("no use after free", "Nobody touches a frame that was given back."),
    ("counts", "The counts of a frame cover everybody who holds it."),
    ("leaks", "A frame that nobody needs was given back."),
    ("areas", "Nothing is mapped where no memory area is, or with more rights than the area has."),
    ("locks", "Every lock is given back."),
    ("progress", "Everybody gets to the end."),
    ("assertion", "What the scenario asserts is true."),
];

/// What runs.
pub fn program(loaded: &Loaded) -> Program {
    let question = &loaded.question;
    let files = loaded.sources.iter().zip(&loaded.layers).map(|(source, layer)| SourceFile {
        path: source.name().to_owned(),
        layer: layer_of(*layer),
        text: source.text().to_owned(),
    });
    Program {
        scope: scope(loaded),
        files: files.collect(),
        notes: notes(&loaded.warnings, &loaded.sources),
        ..frame(question)
    }
}

/// What can be said of a question whose texts do not compile.
pub fn frame(question: &Question) -> Program {
    let lib = library();
    let design = lib.designs.iter().find(|design| design.id == question.design);
    let scenario = lib.scenarios.iter().find(|scenario| scenario.id == question.scenario);
    let titles = [
        design.map_or_else(|| question.design.clone(), |design| design.title.clone()),
        scenario.map_or_else(|| question.scenario.clone(), |scenario| scenario.title.clone()),
        question.variant.clone(),
    ];
    let machine = MACHINE.iter().map(|(name, title, values)| MachineOption {
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        value: question.machine.iter().find(|(set, _)| set == name).map_or(values[0].0, |(_, value)| value).to_owned(),
        values: values.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect(),
    });
    Program { question: question.clone(), titles, machine: machine.collect(), ..Program::default() }
}

/// What there is to choose from.
pub fn library_view(version: &str) -> Library {
    let lib = library();
    let common = COMMON.iter().map(|(id, statement)| Promise {
        id: (*id).to_owned(),
        statement: (*statement).to_owned(),
        design: String::new(),
    });
    Library {
        semantics: crate::link::SEMANTICS,
        version: version.to_owned(),
        designs: lib.designs.clone(),
        scenarios: lib.scenarios.clone(),
        promises: common.chain(lib.promises.iter().cloned()).collect(),
        measured: crate::library::measured(),
    }
}

fn layer_of(layer: u8) -> Layer {
    match layer {
        0 => Layer::Common,
        1 => Layer::Design,
        _ => Layer::Scenario,
    }
}

/// Diagnostics as the page shows them.
pub fn notes(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Note> {
    let note = |diagnostic: &Diagnostic| Note {
        severity: if diagnostic.severity == Severity::Error { NoteSeverity::Error } else { NoteSeverity::Warning },
        code: diagnostic.code.to_owned(),
        message: diagnostic.message.clone(),
        path: sources.get(diagnostic.span.file).map_or_else(String::new, |source| source.name().to_owned()),
        at: place::span(sources, diagnostic.span),
        label: diagnostic.label.clone(),
        help: diagnostic.help.clone().unwrap_or_default(),
    };
    diagnostics.iter().map(note).collect()
}
