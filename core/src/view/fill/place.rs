//! Where a task stands in the C text.

use cowscope_mmu::Slot;

use crate::lang::ast;
use crate::lang::source::Sources;
use crate::session::Session;
use crate::system::{Agent, Pushed, System};
use crate::view::Span;

/// One function on a call stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Index into the program's functions.
    pub func: u32,
    /// The next access, or the call it waits for.
    pub span: ast::Span,
    /// The frame whose words hold its variables.
    pub frame: Slot,
    /// The resume record of that frame.
    pub record: u32,
    /// What pushed the frame, where it is the first function of one.
    pub pushed: Option<Pushed>,
}

/// A task's call stack, outermost first; functions that were inlined are on it like any other.
pub fn stack(system: &System, task: u32) -> Vec<Standing> {
    let mut out = Vec::new();
    let mut frames: Vec<_> = system.frames_of(task).collect();
    frames.reverse();
    for frame in frames {
        let record = system.record_of(frame);
        let Some(resume) = system.program.records.get(record as usize) else { continue };
        let first = out.len();
        out.extend(system.program.stack_of(resume.loc).into_iter().map(|loc| Standing {
            func: loc.func,
            span: loc.span,
            frame,
            record,
            pushed: None,
        }));
        if let Some(standing) = out.get_mut(first) {
            standing.pushed = system.pushed_by(frame);
        }
    }
    out
}

/// Where an agent's next access is, and how many functions it stands in.
pub fn next_place(session: &Session, agent: u8) -> Option<(Span, usize)> {
    let Some(Agent::Task(task)) = session.system().agents.get(usize::from(agent)) else { return None };
    let stack = stack(session.system(), *task);
    let last = stack.last()?;
    Some((span(&session.loaded.sources, last.span), stack.len()))
}

/// A place as people count: lines and columns from 1.
pub fn span(sources: &Sources, span: ast::Span) -> Span {
    let Some(source) = sources.get(span.file) else { return Span::default() };
    let (from, to) = (source.position(span.lo), source.position(span.hi));
    Span { file: span.file, line: from.line, column: from.column, end_line: to.line, end_column: to.column }
}

/// The whole text of the function whose declaration stands at `at`: to the brace that closes its body.
pub fn body(sources: &Sources, at: ast::Span) -> Span {
    let Some(source) = sources.get(at.file) else { return Span::default() };
    let first = source.position(at.lo).line;
    let text = source.text();
    let mut depth = 0u32;
    let mut rest = text.get(at.lo as usize..).unwrap_or("").char_indices().peekable();
    let mut end = text.len();
    while let Some((offset, character)) = rest.next() {
        match character {
            '/' if rest.peek().is_some_and(|(_, next)| *next == '*') => skip(&mut rest, |a, b| a == '*' && b == '/'),
            '/' if rest.peek().is_some_and(|(_, next)| *next == '/') => skip(&mut rest, |_, b| b == '\n'),
            '"' => skip(&mut rest, |a, b| a != '\\' && b == '"'),
            '{' => depth += 1,
            '}' if depth <= 1 => {
                end = at.lo as usize + offset;
                break;
            }
            '}' => depth -= 1,
            ';' if depth == 0 => {
                end = at.lo as usize + offset;
                break;
            }
            _ => {}
        }
    }
    let last = source.position(end.min(text.len()) as u32);
    Span { file: at.file, line: first, column: 1, end_line: last.line, end_column: last.column + 1 }
}

/// Goes behind the first character that ends something, judged with the one before it.
fn skip(rest: &mut impl Iterator<Item = (usize, char)>, ends: impl Fn(char, char) -> bool) {
    let mut before = ' ';
    for (_, character) in rest {
        if ends(before, character) {
            return;
        }
        before = character;
    }
}
