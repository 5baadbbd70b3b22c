//! What the commands that run something have in common: which design, scenario, variants and machine.

use crate::complaint::Complaint;
use cowscope_core::lang::render::render;
use cowscope_core::library::{LoadError, Loaded, Needs, library, library_with, load};
use cowscope_core::view::Question;
use std::path::Path;

/// What to run.
#[derive(clap::Args)]
#[command(next_help_heading = "What to run")]
pub struct Asked {
    /// A kernel design: its id, a C file or a directory of C files; `all`
    #[arg(short, long, value_name = "ID|PATH")]
    pub design: String,
    /// A scenario: its id or a C file; `all`
    #[arg(short, long, value_name = "ID|PATH")]
    pub scenario: String,
    /// Only this variant of the scenario; may be given several times
    #[arg(short, long = "variant", value_name = "ID")]
    pub variants: Vec<String>,
    /// A switch of the design; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, i64)>,
    /// A size of the machine or the kernel; may be given several times
    #[arg(long = "size", value_name = "NAME=N", value_parser = setting)]
    pub sizes: Vec<(String, i64)>,
    /// How stores become visible: sc or tso
    #[arg(long, value_name = "MODEL")]
    pub memory: Option<String>,
    /// How TLBs are modelled: concrete, or any (whatever the architecture lets a CPU cache)
    #[arg(long, value_name = "KIND")]
    pub tlb: Option<String>,
    /// How remote TLB entries are flushed: ipi or broadcast
    #[arg(long, value_name = "HOW")]
    pub flush: Option<String>,
    /// The table of costs of timed runs: flat or desktop
    #[arg(long, value_name = "TABLE")]
    pub cost: Option<String>,
}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// In words, where it is none.
pub fn setting(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, for example D5B=1")?;
    let value = match value {
        "on" | "true" => 1,
        "off" | "false" => 0,
        number => number.parse().map_err(|_| format!("`{number}` is no number"))?,
    };
    Ok((name.to_owned(), value))
}

/// A design or scenario of the call: an id, and the files that it brings along.
#[derive(Clone)]
pub struct Chosen {
    pub id: String,
    pub edits: Vec<(String, String)>,
}

/// The one design that `name` stands for.
///
/// # Errors
/// Where it is unknown, can't be read, or is `all`.
pub fn one_design(name: &str) -> Result<Chosen, Complaint> {
    let mut found = Asked::of(name, "").designs()?;
    match (found.pop(), found.is_empty()) {
        (Some(design), true) => Ok(design),
        _ => Err(Complaint::new("one design, please").help("a row is answered by one kernel")),
    }
}

impl Asked {
    /// Every variant of these, with nothing else said.
    pub fn of(design: &str, scenario: &str) -> Self {
        Asked {
            design: design.to_owned(),
            scenario: scenario.to_owned(),
            variants: Vec::new(),
            set: Vec::new(),
            sizes: Vec::new(),
            memory: None,
            tlb: None,
            flush: None,
            cost: None,
        }
    }

    /// The questions that the call asks, in order: designs, then scenarios, then variants.
    ///
    /// # Errors
    /// Where a file can't be read or a name is unknown.
    pub fn questions(&self) -> Result<Vec<Question>, Complaint> {
        let mut questions = Vec::new();
        for design in self.designs()? {
            for scenario in self.scenarios()? {
                for variant in self.variants_of(&scenario)? {
                    let mut edits = design.edits.clone();
                    edits.extend(scenario.edits.iter().cloned());
                    questions.push(Question {
                        design: design.id.clone(),
                        switches: self.set.clone(),
                        scenario: scenario.id.clone(),
                        variant,
                        sizes: self.sizes.clone(),
                        machine: self.machine(),
                        edits,
                    });
                }
            }
        }
        Ok(questions)
    }

    fn machine(&self) -> Vec<(String, String)> {
        let option = |name: &str, value: &Option<String>| value.as_ref().map(|v| (name.to_owned(), v.clone()));
        let all = [("memory", &self.memory), ("tlb", &self.tlb), ("flush", &self.flush), ("cost", &self.cost)];
        all.into_iter().filter_map(|(name, value)| option(name, value)).collect()
    }

    fn designs(&self) -> Result<Vec<Chosen>, Complaint> {
        choose("design", &self.design, library().designs.iter().map(|d| d.id.as_str()).collect(), |id, name| {
            format!("designs/{id}/{name}")
        })
    }

    fn scenarios(&self) -> Result<Vec<Chosen>, Complaint> {
        choose("scenario", &self.scenario, library().scenarios.iter().map(|s| s.id.as_str()).collect(), |id, _| {
            format!("scenarios/{id}.c")
        })
    }

    fn variants_of(&self, scenario: &Chosen) -> Result<Vec<String>, Complaint> {
        let library = library_with(&scenario.edits);
        let all: Vec<String> = match library.scenarios.iter().find(|s| s.id == scenario.id) {
            Some(scenario) => scenario.variants.iter().map(|v| v.id.clone()).collect(),
            None => Vec::new(),
        };
        if self.variants.is_empty() {
            return Ok(if all.is_empty() { vec![String::new()] } else { all });
        }
        let known: Vec<&str> = all.iter().map(String::as_str).collect();
        if self.scenario == "all" {
            return Ok(self.variants.iter().filter(|v| all.contains(v)).cloned().collect());
        }
        match self.variants.iter().find(|v| !all.contains(v)) {
            Some(unknown) => Err(Complaint::unknown("variant", unknown, &known)),
            None => Ok(self.variants.clone()),
        }
    }
}

/// What `name` stands for: everything, one of `known`, or files of the user's own.
fn choose(
    kind: &str,
    name: &str,
    known: Vec<&str>,
    path_in_library: impl Fn(&str, &str) -> String,
) -> Result<Vec<Chosen>, Complaint> {
    let plain = |id: &str| Chosen { id: id.to_owned(), edits: Vec::new() };
    if name == "all" {
        return Ok(known.into_iter().map(plain).collect());
    }
    if known.contains(&name) {
        return Ok(vec![plain(name)]);
    }
    let path = Path::new(name);
    if !path.exists() {
        let complaint = Complaint::unknown(kind, name, &known);
        return Err(if name.contains(['/', '\\']) || name.ends_with(".c") {
            Complaint::new(format!("{name}: there is no such file")).help(format!("a {kind} is an id or a path to C"))
        } else {
            complaint
        });
    }
    let id = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let files = if path.is_dir() { c_files(path)? } else { vec![path.to_owned()] };
    let mut edits = Vec::new();
    for file in files {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|error| Complaint::file(&shown, &error))?;
        let file_name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        edits.push((path_in_library(&id, &file_name), text));
    }
    if edits.is_empty() {
        return Err(Complaint::new(format!("{name}: there is no C file in it")));
    }
    Ok(vec![Chosen { id, edits }])
}

fn c_files(directory: &Path) -> Result<Vec<std::path::PathBuf>, Complaint> {
    let shown = directory.display().to_string();
    let entries = std::fs::read_dir(directory).map_err(|error| Complaint::file(&shown, &error))?;
    let mut files: Vec<_> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "c")).collect();
    files.sort();
    Ok(files)
}

/// Loads a question, or says why that can't be.
///
/// # Errors
/// Unknown names with the near ones, C errors with the line and a caret.
pub fn loaded(question: &Question, colour: bool) -> Result<Loaded, Complaint> {
    load(question).map_err(|error| unusable(error, colour))
}

/// Loads a question; `Err` in `Ok` where the scenario needs what this kernel of somebody's own does not have.
///
/// # Errors
/// As [`loaded`].
pub fn applicable(question: &Question, colour: bool) -> Result<Result<Loaded, Needs>, Complaint> {
    match load(question) {
        Ok(loaded) => Ok(Ok(loaded)),
        Err(LoadError::Missing { lacks, .. }) => Ok(Err(lacks)),
        Err(error) => Err(unusable(error, colour)),
    }
}

/// Why a question can't be asked, for people.
pub fn unusable(error: LoadError, colour: bool) -> Complaint {
    match error {
        LoadError::Unknown { what, name, near: _, known } => {
            Complaint::unknown(what, &name, &known.iter().map(String::as_str).collect::<Vec<_>>())
        }
        LoadError::Texts { diagnostics, sources } => {
            let told = render(&sources, &diagnostics, colour);
            Complaint::new(format!("the C does not compile\n\n{}", told.trim_end()))
        }
        other => Complaint::new(other.to_string()),
    }
}
