//! Mutation: what happens where a load-bearing statement of a design is not there?
//!
//! A mutant is the design with one thing less: a switch off, a lock not taken, a barrier, flush, recheck or counter update left
//! out. It is *caught* when some scenario breaks in a way in which it does not break without the mutation.

mod change;
mod equivalent;
mod judge;
mod names;
mod reach;
mod sites;
mod walk;

pub use judge::{Bench, Case, Judged, Verdict, judge, questions};

use crate::library::{LoadError, library_with, load};
use crate::trace::Place;
use crate::view::Question;

/// A design with one load-bearing thing less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Stable as long as the function and its like statements stay: `copy_pte/lock/spin_lock/2`, `switch/SEQCOUNT`.
    pub id: String,
    /// Where it was; the text is that of the line.
    pub place: Place,
    /// Why x86-TSO can't tell it from the design, where that is so by rule.
    pub equivalent: Option<&'static str>,
    /// Where it can show.
    site: Site,
    change: Change,
}

/// Where a mutation can show.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Site {
    /// The first and the last line of what was left out, in the text of the place.
    Lines(u32, u32),
    /// The functions that name the switch; none: not known.
    Functions(Vec<String>),
}

/// What a mutation changes of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Switch(String, i64),
    /// Path and new text of a file.
    Text(String, String),
}

impl Mutant {
    /// What it has in common with its neighbours: the function; a switch has none.
    pub fn group(&self) -> &str {
        match self.site {
            Site::Functions(_) => &self.id,
            Site::Lines(..) => self.id.split('/').next().unwrap_or_default(),
        }
    }

    /// The question asked of the mutant in place of the design.
    pub fn ask(&self, question: &Question) -> Question {
        let mut to = question.clone();
        match &self.change {
            Change::Switch(name, value) => {
                to.switches.retain(|(other, _)| other != name);
                to.switches.push((name.clone(), *value));
            }
            Change::Text(path, text) => {
                to.edits.retain(|(other, _)| other != path);
                to.edits.push((path.clone(), text.clone()));
            }
        }
        to
    }
}

/// The mutants of a design: its switches that are on, then its statements in the order of the texts, as any scenario has them.
///
/// # Errors
/// Where the design can't be loaded in any scenario.
pub fn mutants(question: &Question) -> Result<Vec<Mutant>, LoadError> {
    let mut all = Vec::new();
    let mut failed = None;
    for question in judge::unlike(question) {
        match load(&question).and_then(sites::Texts::new) {
            Ok(texts) => all.push(texts),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let (true, Some(error)) = (all.is_empty(), failed) {
        return Err(error);
    }
    let mut mutants = switches(question, &all);
    mutants.extend(sites::statements(&all));
    Ok(mutants)
}

fn switches(question: &Question, all: &[sites::Texts]) -> Vec<Mutant> {
    let lib = library_with(&question.edits);
    let Some(design) = lib.designs.iter().find(|d| d.id == question.design) else { return Vec::new() };
    let now =
        |name: &str, default| question.switches.iter().find(|(n, _)| n == name).map_or(default, |(_, value)| *value);
    let on = design.switches.iter().filter(|switch| now(&switch.name, switch.default) != 0);
    on.map(|switch| Mutant {
        id: format!("switch/{}", switch.name),
        place: Place { file: format!("designs/{}", question.design), line: 0, text: switch.title.clone() },
        equivalent: sites::guards_barriers(all, &switch.name),
        site: Site::Functions(sites::functions_with(all, &switch.name)),
        change: Change::Switch(switch.name.clone(), 0),
    })
    .collect()
}
