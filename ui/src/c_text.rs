//! C text in colours: cut into tokens for display, nothing more.

/// What a piece of C text is, as far as colours go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Plain,
    Keyword,
    Type,
    Number,
    Text,
    Comment,
    Directive,
    Macro,
    Call,
}

impl Class {
    /// As in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Class::Plain => "",
            Class::Keyword => "t-key",
            Class::Type => "t-type",
            Class::Number => "t-num",
            Class::Text => "t-str",
            Class::Comment => "t-com",
            Class::Directive => "t-dir",
            Class::Macro => "t-mac",
            Class::Call => "t-call",
        }
    }
}

const KEYWORDS: [&str; 19] = [
    "if", "else", "while", "for", "do", "switch", "case", "default", "goto", "return", "break", "continue", "sizeof",
    "static", "const", "inline", "struct", "enum", "typedef",
];
const WORDS_OF_THE_LANGUAGE: [&str; 4] = ["atomic", "await", "assume", "assert"];
const TYPES: [&str; 21] = [
    "void",
    "bool",
    "char",
    "short",
    "int",
    "long",
    "unsigned",
    "signed",
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "size_t",
    "uintptr_t",
    "pte_t",
    "pmd_t",
    "gfp_t",
];

/// Cuts the lines of a text that does not begin inside a comment. Every line keeps all its characters.
pub fn lines<'a>(text: impl Iterator<Item = &'a str>) -> Vec<Vec<(Class, &'a str)>> {
    let mut in_comment = false;
    text.map(|line| cut(line, &mut in_comment)).collect()
}

fn cut<'a>(line: &'a str, in_comment: &mut bool) -> Vec<(Class, &'a str)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    if !*in_comment && line.trim_start().starts_with('#') {
        return vec![(Class::Directive, line)];
    }
    while !rest.is_empty() {
        let (class, len) = if *in_comment { comment(rest, in_comment) } else { token(rest, in_comment) };
        let (piece, behind) = rest.split_at(len);
        push(&mut pieces, class, piece, line);
        rest = behind;
    }
    pieces
}

/// Joins plain neighbours, so that a line is a handful of elements.
fn push<'a>(pieces: &mut Vec<(Class, &'a str)>, class: Class, piece: &'a str, line: &'a str) {
    if let Some((Class::Plain, last)) = pieces.last_mut().filter(|_| class == Class::Plain) {
        let from = last.as_ptr() as usize - line.as_ptr() as usize;
        *last = &line[from..from + last.len() + piece.len()];
    } else {
        pieces.push((class, piece));
    }
}

fn comment(rest: &str, in_comment: &mut bool) -> (Class, usize) {
    let len = rest.find("*/").map(|at| at + 2);
    *in_comment = len.is_none();
    (Class::Comment, len.unwrap_or(rest.len()))
}

fn token(rest: &str, in_comment: &mut bool) -> (Class, usize) {
    if rest.starts_with("//") {
        return (Class::Comment, rest.len());
    }
    if let Some(behind) = rest.strip_prefix("/*") {
        let len = behind.find("*/").map(|at| at + 4);
        *in_comment = len.is_none();
        return (Class::Comment, len.unwrap_or(rest.len()));
    }
    let first = rest.chars().next().unwrap_or(' ');
    if first == '"' || first == '\'' {
        return (Class::Text, string(rest, first));
    }
    if first.is_ascii_digit() {
        return (Class::Number, run(rest, |c| c.is_ascii_alphanumeric()));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let len = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
        return (word(&rest[..len], rest[len..].trim_start()), len);
    }
    (Class::Plain, first.len_utf8())
}

fn word(word: &str, behind: &str) -> Class {
    if KEYWORDS.contains(&word) {
        Class::Keyword
    } else if TYPES.contains(&word) {
        Class::Type
    } else if WORDS_OF_THE_LANGUAGE.contains(&word) || is_macro(word) {
        Class::Macro
    } else if behind.starts_with('(') {
        Class::Call
    } else {
        Class::Plain
    }
}

/// Macros and constants are written in capitals.
fn is_macro(word: &str) -> bool {
    word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn run(rest: &str, inside: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !inside(c)).unwrap_or(rest.len())
}

/// A string ends at its quote, or at the end of the line where the quote is missing.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(line: &str) -> Vec<(Class, &str)> {
        lines(std::iter::once(line)).remove(0)
    }

    #[test]
    fn every_character_is_kept() {
        let text = ["int x = 0x1f; /* a", "b */ if (READ_ONCE(p->x) == 'a') // «é»", "\"open", "#define A 1", ""];
        for (line, pieces) in text.iter().zip(lines(text.iter().copied())) {
            assert_eq!(*line, pieces.iter().map(|(_, piece)| *piece).collect::<String>());
        }
    }

    #[test]
    fn words_have_their_colours() {
        let pieces = classes("return get(x, 12);");
        assert_eq!(pieces[0], (Class::Keyword, "return"));
        assert!(pieces.contains(&(Class::Call, "get")));
        assert!(pieces.contains(&(Class::Number, "12")));
    }

    #[test]
    fn a_comment_goes_on_over_lines() {
        let cut = lines(["a /* b", "c", "d */ e"].into_iter());
        assert_eq!(cut[1], [(Class::Comment, "c")]);
        assert_eq!(cut[2][0], (Class::Comment, "d */"));
    }
}
