//! Diagnostics for people (text, as rustc shows them) and for the editor (plain data).

use super::ast::Span;
use super::diag::{Diagnostic, Severity};
use super::source::{Source, Sources};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Config, WriteStyle};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// Longer lines (in bytes) are not shown with their diagnostics, only named.
const LONGEST_LINE: usize = 500;

/// A stretch of a text for an editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The name of the text; empty if it is unknown.
    pub file: String,
    /// Lines and columns from 1; columns count characters; the end is behind the last character.
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    /// Offsets in UTF-16 units from the beginning of the text, as JavaScript counts.
    pub from: u32,
    pub to: u32,
}

/// A further place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    #[serde(flatten)]
    pub place: Place,
    pub note: String,
}

/// A diagnostic as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// `E0121` and its like; `docs/language-errors.md` lists them.
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    pub message: String,
    #[serde(flatten)]
    pub place: Place,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// The likely mend.
    pub help: Option<String>,
    pub related: Vec<Related>,
}

/// The diagnostic as plain data.
pub fn report(sources: &Sources, diagnostic: &Diagnostic) -> Report {
    let related = diagnostic
        .related
        .iter()
        .map(|(span, note)| Related { place: place(sources, *span), note: note.clone() })
        .collect();
    Report {
        code: diagnostic.code.into(),
        severity: severity_word(diagnostic.severity).into(),
        message: diagnostic.message.clone(),
        place: place(sources, diagnostic.span),
        label: diagnostic.label.clone(),
        help: diagnostic.help.clone(),
        related,
    }
}

/// The diagnostics as rustc would show them, with a blank line behind each; with ANSI colours if `colour`.
pub fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let mut page = Page { out: String::new(), colour };
        let shown = if fits(sources, diagnostic) { write(&mut page, sources, diagnostic).ok() } else { None };
        let shown = shown.map_or_else(|| in_words(sources, diagnostic), |()| page.out);
        text.push_str(&shown);
    }
    text
}

/// Are all its places there, in lines that a terminal can show?
fn fits(sources: &Sources, diagnostic: &Diagnostic) -> bool {
    let spans = diagnostic.related.iter().map(|(span, _)| *span).chain([diagnostic.span]);
    spans.into_iter().all(|span| {
        sources.get(span.file).is_some_and(|source| {
            let lines = source.position(span.lo).line..=source.position(span.hi).line;
            lines.into_iter().take(LONGEST_LINE).all(|line| source.line(line).len() <= LONGEST_LINE)
        })
    })
}

/// Without the text around it.
fn in_words(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let mut out = format!("{}[{}]: {}\n", severity_word(diagnostic.severity), diagnostic.code, diagnostic.message);
    if let Some((file, at)) = sources.locate(diagnostic.span) {
        out.push_str(&format!("  --> {file}:{}:{}\n", at.line, at.column));
    }
    if let Some(help) = &diagnostic.help {
        out.push_str(&format!("  = help: {help}\n"));
    }
    out + "\n"
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn place(sources: &Sources, span: Span) -> Place {
    let Some(source) = sources.get(span.file) else {
        return Place { file: String::new(), line: 1, column: 1, end_line: 1, end_column: 1, from: 0, to: 0 };
    };
    let (start, end) = (source.position(span.lo), source.position(span.hi));
    let before = Span { lo: 0, hi: span.lo, ..span };
    let from = source.slice(before).encode_utf16().count() as u32;
    Place {
        file: source.name().into(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        from,
        to: from + source.slice(span).encode_utf16().count() as u32,
    }
}

fn write(writer: &mut dyn WriteStyle, sources: &Sources, diagnostic: &Diagnostic) -> Result<(), Error> {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let mut labels =
        vec![codespan::Label::primary(diagnostic.span.file, range(diagnostic.span)).with_message(&diagnostic.label)];
    labels.extend(
        diagnostic
            .related
            .iter()
            .map(|(span, note)| codespan::Label::secondary(span.file, range(*span)).with_message(note)),
    );
    let shown = codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_labels(labels)
        .with_notes(diagnostic.help.iter().map(|help| format!("help: {help}")).collect());
    let chars = term::Chars { snippet_start: "-->".into(), ..term::Chars::ascii() };
    let config = Config { chars, ..Config::default() };
    term::emit_to_write_style(writer, &config, &Texts(sources), &shown)
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.lo as usize..span.hi as usize
}

/// The texts as the renderer wants them.
struct Texts<'a>(&'a Sources);

impl Texts<'_> {
    fn get(&self, file: u16) -> Result<&Source, Error> {
        self.0.get(file).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Texts<'_> {
    type FileId = u16;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, file: u16) -> Result<&'a str, Error> {
        Ok(self.get(file)?.name())
    }

    fn source(&'a self, file: u16) -> Result<&'a str, Error> {
        Ok(self.get(file)?.text())
    }

    fn line_index(&'a self, file: u16, byte: usize) -> Result<usize, Error> {
        Ok(self.get(file)?.position(u32::try_from(byte).unwrap_or(u32::MAX)).line as usize - 1)
    }

    fn line_range(&'a self, file: u16, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let source = self.get(file)?;
        source.line_range(line).ok_or(Error::LineTooLarge { given: line, max: source.line_count() as usize })
    }
}

/// What the renderer writes to. ANSI colours if wanted: red errors, yellow warnings, blue frames.
struct Page {
    out: String,
    colour: bool,
}

impl Page {
    fn style(&mut self, sequence: &str) -> fmt::Result {
        if self.colour {
            self.out.push_str(sequence);
        }
        Ok(())
    }
}

impl Write for Page {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_str(text)
    }
}

fn colour_of(severity: codespan::Severity) -> &'static str {
    match severity {
        codespan::Severity::Warning => "\x1b[1;33m",
        codespan::Severity::Error | codespan::Severity::Bug => "\x1b[1;31m",
        codespan::Severity::Note | codespan::Severity::Help => "\x1b[1;32m",
    }
}

const BLUE: &str = "\x1b[1;34m";

impl WriteStyle for Page {
    fn set_header(&mut self, severity: codespan::Severity) -> fmt::Result {
        self.style(colour_of(severity))
    }

    fn set_header_message(&mut self) -> fmt::Result {
        self.style("\x1b[1m")
    }

    fn set_line_number(&mut self) -> fmt::Result {
        self.style(BLUE)
    }

    fn set_note_bullet(&mut self) -> fmt::Result {
        self.style(BLUE)
    }

    fn set_source_border(&mut self) -> fmt::Result {
        self.style(BLUE)
    }

    fn set_label(&mut self, severity: codespan::Severity, style: codespan::LabelStyle) -> fmt::Result {
        self.style(match style {
            codespan::LabelStyle::Primary => colour_of(severity),
            codespan::LabelStyle::Secondary => BLUE,
        })
    }

    fn reset(&mut self) -> fmt::Result {
        self.style("\x1b[0m")
    }
}
