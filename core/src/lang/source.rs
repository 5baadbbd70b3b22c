//! The texts of a program, and the way from a byte offset to a line and a column.

use super::ast::Span;
use super::diag::Diagnostic;

/// The largest text that is taken, in bytes. A kernel design is a tenth of it.
pub const MAX_TEXT: usize = 256 * 1024;

/// A line and a column, both from 1. The column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// One named text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Byte offset of each line's first byte.
    lines: Vec<u32>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let mut lines = vec![0];
        lines.extend(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(at, _)| at as u32 + 1));
        Source { name, text, lines }
    }

    /// The name it was added under, such as `common/fault.c`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines there are (an empty text has one).
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// The text of a line (from 1) without its line end; empty if there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let Some(&lo) = (line as usize).checked_sub(1).and_then(|at| self.lines.get(at)) else { return "" };
        let hi = self.lines.get(line as usize).map_or(self.text.len(), |&next| next as usize);
        self.text[lo as usize..hi].trim_end_matches(['\n', '\r'])
    }

    /// The bytes of a line (from 0), its line end included; `None` if there is no such line.
    pub(crate) fn line_range(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let lo = *self.lines.get(index)? as usize;
        Some(lo..self.lines.get(index + 1).map_or(self.text.len(), |&next| next as usize))
    }

    /// Line and column of a byte offset; an offset past the end means the end, one inside a character its first byte.
    pub fn position(&self, offset: u32) -> Position {
        let offset = floor_char(&self.text, offset);
        let line = self.lines.partition_point(|&lo| lo as usize <= offset);
        let start = self.lines[line - 1] as usize;
        Position { line: line as u32, column: self.text[start..offset].chars().count() as u32 + 1 }
    }

    /// The text a span covers, clipped to what is there.
    pub fn slice(&self, span: Span) -> &str {
        let lo = floor_char(&self.text, span.lo);
        &self.text[lo..floor_char(&self.text, span.hi).max(lo)]
    }
}

/// The nearest character boundary at or before `offset`.
fn floor_char(text: &str, offset: u32) -> usize {
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The texts of one program; a [`Span`]'s `file` counts them in the order they were added.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// No texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns its number.
    ///
    /// # Errors
    /// `E0100` when the text is longer than [`MAX_TEXT`], or when there are 65,535 texts already. A text refused by size
    /// keeps its name and number with nothing in it, so that the diagnostic can be shown.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Result<u16, Box<Diagnostic>> {
        let (name, text) = (name.into(), text.into());
        let Ok(file) = u16::try_from(self.list.len()) else {
            return Err(Box::new(Diagnostic::error("E0100", Span::default(), "a program has at most 65,535 texts")));
        };
        if text.len() > MAX_TEXT {
            let refusal = too_large(file, text.len());
            self.list.push(Source::new(name, String::new()));
            return Err(Box::new(refusal));
        }
        self.list.push(Source::new(name, text));
        Ok(file)
    }

    /// The text of that number.
    pub fn get(&self, file: u16) -> Option<&Source> {
        self.list.get(file as usize)
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// Name, line and column of the first byte of a span.
    pub fn locate(&self, span: Span) -> Option<(&str, Position)> {
        self.get(span.file).map(|source| (source.name(), source.position(span.lo)))
    }
}

/// The refusal of a text of `bytes` bytes.
pub(crate) fn too_large(file: u16, bytes: usize) -> Diagnostic {
    let span = Span { file, lo: 0, hi: 0 };
    Diagnostic::error("E0100", span, format!("this text is {} KB long; at most 256 KB are taken", bytes.div_ceil(1024)))
        .help("split it into several files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let mut sources = Sources::new();
        let file = sources.add("a.c", "int x;\n  /* é */ y\r\nz").unwrap();
        let source = sources.get(file).unwrap();
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(7), Position { line: 2, column: 1 });
        let y = source.text().find('y').unwrap() as u32;
        assert_eq!(source.position(y), Position { line: 2, column: 11 });
        assert_eq!(source.position(999), Position { line: 3, column: 2 });
        assert_eq!(source.line(2), "  /* é */ y");
        assert_eq!(source.line(4), "");
        assert_eq!(source.line_count(), 3);
        let inside = source.text().find('é').unwrap() as u32 + 1;
        assert_eq!(source.position(inside).column, 6);
    }

    #[test]
    fn a_text_over_the_limit_is_refused_and_keeps_its_number() {
        let mut sources = Sources::new();
        let refusal = sources.add("big.c", " ".repeat(MAX_TEXT + 1)).unwrap_err();
        assert_eq!((refusal.code, refusal.span.file), ("E0100", 0));
        assert_eq!(sources.add("small.c", "x").unwrap(), 1);
        assert_eq!(sources.locate(refusal.span).unwrap().0, "big.c");
    }
}
