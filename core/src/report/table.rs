//! The table of a run as kernel commit messages have it: a column for each CPU, time running down.

use super::crossing::crossing;
use super::relevant::Relevant;
use super::text::{terse, wrap};
use crate::trace::{Step, StepKind, Trace};

/// How a table is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableOptions {
    /// Characters in a line, where the columns fit; from four columns on a line is as wide as it must be.
    pub width: usize,
    /// Every step and every function, instead of those that matter to more than one column.
    pub all: bool,
}

impl Default for TableOptions {
    fn default() -> Self {
        TableOptions { width: 72, all: false }
    }
}

/// A column is never narrower than this.
const NARROWEST: usize = 22;
/// Spaces between columns.
const GAP: usize = 2;
/// Deeper calls are indented no further.
const DEEPEST: usize = 4;

/// The table, ready to paste: no trailing spaces, a line feed at the end. ASCII as far as the C and the names are.
pub fn table(trace: &Trace, options: &TableOptions) -> String {
    let columns = trace.columns().max(1);
    let width = ((options.width + GAP) / columns).saturating_sub(GAP).max(NARROWEST);
    let crossing = crossing(trace);
    let relevant = Relevant::of(trace, crossing.as_ref());
    let mut out = Table { width, all: options.all, lines: Vec::new(), told: vec![Told::default(); columns] };
    for rule in [false, true] {
        let heads = (0..columns).map(|column| {
            let name = trace.column_name(column as u8);
            if rule { "-".repeat(name.chars().count()) } else { name }
        });
        out.line(&heads.collect::<Vec<_>>());
    }
    for step in trace.steps.iter().filter(|step| options.all || relevant.step(step)) {
        out.heads(step, options.all);
        out.step(step, |access| options.all || relevant.word(access));
        if !step.broken.is_empty() {
            let ids: Vec<&str> = step.broken.iter().map(|b| b.id.as_str()).collect();
            out.cell(step.column, 0, &format!("*** breaks: {} ***", ids.join(", ")));
        }
    }
    out.lines.join("\n") + "\n"
}

/// What the last lines of a column say, so that they are not said again.
#[derive(Clone, Default)]
struct Told {
    call: u32,
    task: String,
    stack: Vec<String>,
    place: Option<(String, u32)>,
}

struct Table {
    width: usize,
    all: bool,
    lines: Vec<String>,
    told: Vec<Told>,
}

impl Table {
    /// One line with a text in each column.
    fn line(&mut self, cells: &[String]) {
        let mut line = String::new();
        for (i, cell) in cells.iter().enumerate() {
            let start = i * (self.width + GAP);
            let used = line.chars().count();
            line.push_str(&" ".repeat(start.saturating_sub(used)));
            line.push_str(cell);
        }
        self.lines.push(line.trim_end().to_owned());
    }

    /// `text` in one column, as many lines as it takes.
    fn cell(&mut self, column: u8, depth: usize, text: &str) {
        let indent = 2 * depth.min(DEEPEST);
        let start = usize::from(column) * (self.width + GAP) + indent;
        for line in wrap(text, self.width.saturating_sub(indent), 2) {
            self.lines.push(format!("{}{line}", " ".repeat(start)).trim_end().to_owned());
        }
    }

    /// The functions on the way to this step that were not named yet.
    fn heads(&mut self, step: &Step, all: bool) {
        let told = &mut self.told[usize::from(step.column)];
        let stack = shown_stack(step, all);
        let same_call = told.call == step.call && told.task == step.task;
        let known = if same_call { common(&told.stack, &stack) } else { 0 };
        let (news, task) = (stack[known..].to_vec(), !same_call && told.task != step.task);
        if !same_call || known < stack.len() || known < told.stack.len() {
            told.place = None;
        }
        *told = Told { call: step.call, task: step.task.clone(), stack, place: told.place.take() };
        if task && !step.task.is_empty() {
            self.cell(step.column, 0, &format!("[{}]", step.task));
        }
        for (i, function) in news.iter().enumerate() {
            self.cell(step.column, known + i, &format!("{function}()"));
        }
    }

    /// The step: its source line, then the words it touched that `wanted` names.
    fn step(&mut self, step: &Step, wanted: impl Fn(&crate::trace::Access) -> bool) {
        let told = &mut self.told[usize::from(step.column)];
        let depth = told.stack.len();
        let here = step.place.as_ref().map(|place| (place.file.clone(), place.line));
        let again = here.is_some() && told.place == here;
        told.place = here;
        if !again {
            let text = match &step.place {
                Some(place) => source(&place.text).to_owned(),
                None => hardware(step),
            };
            // Of an atomic block the word alone says nothing, and of a helper that returns what it read its name says all:
            // what it did stands below. So it does of C that does not fit.
            let long = text.len() > 2 * self.width.saturating_sub(2 * depth.min(DEEPEST) + 4);
            let helper = (long || text.starts_with("return ")) && step.accesses.iter().any(&wanted);
            if text != "atomic" && (self.all || !helper) {
                self.cell(step.column, depth, &text);
            }
        }
        if step.picks > 1 && step.kind != StepKind::Walk {
            self.cell(step.column, depth, &format!("| choice {} of {}", step.pick, step.picks));
        }
        for access in step.accesses.iter().filter(|a| wanted(a)) {
            self.cell(step.column, depth, &format!("| {}", terse(access)));
        }
        for note in &step.notes {
            self.cell(step.column, depth, &format!("| {note}"));
        }
    }
}

/// The functions that a table names: all, or the outermost and the innermost.
fn shown_stack(step: &Step, all: bool) -> Vec<String> {
    match step.stack.as_slice() {
        [first, .., last] if !all => vec![first.clone(), last.clone()],
        stack => stack.to_vec(),
    }
}

fn common(a: &[String], b: &[String]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// A source line without its indentation and an opening brace; of a function on one line, its body.
fn source(text: &str) -> &str {
    let text = text.trim();
    match text.split_once('{') {
        Some((_, body)) if body.ends_with('}') && body.len() > 1 => body.trim_end_matches('}').trim(),
        _ => text.trim_end_matches('{').trim_end(),
    }
}

fn hardware(step: &Step) -> String {
    match step.kind {
        StepKind::Interrupt => "<interrupt>".to_owned(),
        kind => {
            let what = match kind {
                StepKind::Walk => "page walk",
                StepKind::Drain => "store buffer drains",
                StepKind::Device => "device",
                _ => "step",
            };
            format!("<{what}>")
        }
    }
}
