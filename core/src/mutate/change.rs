//! Texts with pieces replaced.

use crate::lang::ast::Span;

/// One piece of a text and what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub span: Span,
    pub to: String,
}

impl Edit {
    /// Do both stand at the same place?
    pub(super) fn at(&self, other: &Edit) -> bool {
        self.span.lo == other.span.lo && self.span.hi == other.span.hi
    }
}

/// The text with these pieces replaced; the lines keep their numbers. Pieces that overlap an earlier one are left as they are.
pub(super) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.lo);
    let mut out = String::new();
    let mut at = 0;
    for edit in edits {
        let (lo, hi) = (edit.span.lo as usize, edit.span.hi as usize);
        let (Some(before), Some(old)) = (text.get(at..lo), text.get(lo..hi)) else { continue };
        out.push_str(before);
        out.push_str(&edit.to);
        out.extend(old.chars().filter(|c| *c == '\n'));
        at = hi;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_replaced_and_lines_keep_their_numbers() {
        let text = "a;\nf(b,\n  c);\nd;\n";
        let edit = |lo, hi, to: &str| Edit { span: Span { file: 0, lo, hi }, to: to.into() };
        assert_eq!(apply(text, &[edit(14, 16, "g;"), edit(3, 13, ";")]), "a;\n;\n\ng;\n");
        assert_eq!(apply(text, &[]), text);
    }
}
