//! What each piece of a text is, for colours in the page. Works on any text, also one that does not parse.

use super::lexer::{self, Raw, RawKind};
use super::parser::{STATEMENT_WORDS, STORAGE_WORDS, TYPE_WORDS, TypeNames, is_attribute, is_capitals, is_ignored};
use serde::{Deserialize, Serialize};

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Comment,
    /// `if`, `return`, `static`, `atomic`, ...
    Keyword,
    /// `int`, `u64`, names that end in `_t`, a tag behind `struct` or `enum`.
    Type,
    /// A name with `(` behind it.
    Call,
    /// A name in capitals: a constant, a macro.
    Constant,
    /// `SETUP`, `CPU`, `TITLE(` at the beginning of a line, and their like.
    Directive,
    Number,
    /// A string or a character.
    String,
    /// `#` and the word behind it.
    Preprocessor,
    /// `label:` and the name behind `goto`.
    Label,
}

/// The classified stretches `lo..hi` (bytes) of a text, in order, without overlap. What is not listed is plain.
pub fn highlight(text: &str) -> Vec<(u32, u32, Class)> {
    let raws: Vec<Raw> = lexer::lex(text).collect();
    let types = TypeNames::new();
    let mut out = Vec::new();
    let mut line = Line::default();
    for (at, raw) in raws.iter().enumerate() {
        let word = &text[raw.lo as usize..raw.hi as usize];
        let class = match raw.kind {
            RawKind::Comment { .. } => Some(Class::Comment),
            RawKind::Number => Some(Class::Number),
            RawKind::Str { .. } | RawKind::Char { .. } => Some(Class::String),
            RawKind::Punct("#") if line.first => Some(Class::Preprocessor),
            RawKind::Word if line.behind_hash => Some(Class::Preprocessor),
            RawKind::Word => {
                let next =
                    raws[at + 1..].iter().find(|next| !matches!(next.kind, RawKind::Space | RawKind::Comment { .. }));
                word_class(word, &line, next.map(|next| next.kind), &types)
            }
            RawKind::Space | RawKind::Newline | RawKind::Punct(_) | RawKind::Stray => None,
        };
        if let Some(class) = class {
            out.push((raw.lo, raw.hi, class));
        }
        line.note(raw.kind, word);
    }
    out
}

/// What has been seen of the present line.
struct Line<'a> {
    /// Nothing but blanks and comments so far.
    first: bool,
    /// Not even blanks.
    margin: bool,
    /// The last token was a `#` that begins a line.
    behind_hash: bool,
    /// The word before, if the token before was one.
    before: &'a str,
}

impl Default for Line<'_> {
    fn default() -> Self {
        Line { first: true, margin: true, behind_hash: false, before: "" }
    }
}

impl<'a> Line<'a> {
    fn note(&mut self, kind: RawKind, word: &'a str) {
        match kind {
            RawKind::Newline => *self = Line { before: self.before, ..Line::default() },
            RawKind::Space | RawKind::Comment { .. } => self.margin = false,
            _ => {
                self.behind_hash = self.first && kind == RawKind::Punct("#");
                (self.first, self.margin) = (false, false);
                self.before = if kind == RawKind::Word { word } else { "" };
            }
        }
    }
}

fn word_class(word: &str, line: &Line, next: Option<RawKind>, types: &TypeNames) -> Option<Class> {
    let opens = next == Some(RawKind::Punct("("));
    if matches!(line.before, "struct" | "enum" | "union") {
        return Some(Class::Type);
    }
    if line.before == "goto" {
        return Some(Class::Label);
    }
    if TYPE_WORDS.contains(&word) && !matches!(word, "struct" | "enum" | "typedef")
        || types.contains(word)
        || word.ends_with("_t")
    {
        return Some(Class::Type);
    }
    if STATEMENT_WORDS.contains(&word)
        || TYPE_WORDS.contains(&word)
        || STORAGE_WORDS.contains(&word)
        || is_ignored(word)
        || matches!(word, "atomic" | "fallthrough") && !opens
    {
        return Some(Class::Keyword);
    }
    if is_attribute(word) || line.margin && opens && is_capitals(word) {
        return Some(Class::Directive);
    }
    if opens {
        return Some(Class::Call);
    }
    if line.first && next == Some(RawKind::Punct(":")) {
        return Some(Class::Label);
    }
    is_capitals(word).then_some(Class::Constant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_by_what_it_is() {
        let text = "TITLE(\"x\")\n#define A_B 1 // c\nSETUP CPU(0) static u64 f(pte_t *p, struct page *q)\n{\n\tif (p->w) goto out;\n\tx = g(NR_CPUS, 'c');\nout:\n\tatomic { return; }\n}\n";
        let found: Vec<(&str, Class)> =
            highlight(text).into_iter().map(|(lo, hi, class)| (&text[lo as usize..hi as usize], class)).collect();
        use Class::{Call, Comment, Constant, Directive, Keyword, Label, Number, Preprocessor, String, Type};
        let expected = [
            ("TITLE", Directive),
            ("\"x\"", String),
            ("#", Preprocessor),
            ("define", Preprocessor),
            ("A_B", Constant),
            ("1", Number),
            ("// c", Comment),
            ("SETUP", Directive),
            ("CPU", Directive),
            ("0", Number),
            ("static", Keyword),
            ("u64", Type),
            ("f", Call),
            ("pte_t", Type),
            ("struct", Keyword),
            ("page", Type),
            ("if", Keyword),
            ("goto", Keyword),
            ("out", Label),
            ("g", Call),
            ("NR_CPUS", Constant),
            ("'c'", String),
            ("out", Label),
            ("atomic", Keyword),
            ("return", Keyword),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn any_text_in_order_and_on_character_boundaries() {
        let text = "é\" 'x \\ # #\n#\u{1F600} /* struct\nint";
        let mut end = 0;
        for (lo, hi, _) in highlight(text) {
            assert!(end <= lo && lo < hi && text.is_char_boundary(lo as usize) && text.is_char_boundary(hi as usize));
            end = hi;
        }
        assert_eq!(highlight("").len(), 0);
    }
}
