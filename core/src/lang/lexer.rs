//! Bytes to raw tokens: every byte of the text belongs to exactly one of them, so the preprocessor and the highlighter share it.

/// What a raw token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawKind {
    /// Blanks, and a backslash with the line end behind it.
    Space,
    Newline,
    /// `ok` is false when a block comment has no end.
    Comment {
        ok: bool,
    },
    /// An identifier or keyword.
    Word,
    /// A digit with all letters, digits, points and exponent signs that follow.
    Number,
    /// `'...'`; `ok` is false when the line ends first.
    Char {
        ok: bool,
    },
    /// `"..."`; `ok` is false when the line ends first.
    Str {
        ok: bool,
    },
    Punct(&'static str),
    /// One character that C has no use for, or a run of those outside ASCII.
    Stray,
}

/// A raw token and its bytes `lo..hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raw {
    pub kind: RawKind,
    pub lo: u32,
    pub hi: u32,
}

/// All raw tokens of a text.
pub(crate) fn lex(text: &str) -> impl Iterator<Item = Raw> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let (kind, len) = next(rest)?;
        let lo = at as u32;
        at += len;
        Some(Raw { kind, lo, hi: at as u32 })
    })
}

/// Kind and length of the first raw token of `rest`; `None` at the end.
fn next(rest: &str) -> Option<(RawKind, usize)> {
    let bytes = rest.as_bytes();
    let first = *bytes.first()?;
    let second = bytes.get(1).copied().unwrap_or(0);
    Some(match first {
        b'\n' => (RawKind::Newline, 1),
        b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
            (RawKind::Space, run(bytes, |b| matches!(b, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)))
        }
        b'\\' => match line_splice(bytes) {
            Some(len) => (RawKind::Space, len),
            None => (RawKind::Stray, 1),
        },
        b'/' if second == b'/' => (RawKind::Comment { ok: true }, line_comment(bytes)),
        b'/' if second == b'*' => match rest[2..].find("*/") {
            Some(end) => (RawKind::Comment { ok: true }, end + 4),
            None => (RawKind::Comment { ok: false }, rest.len()),
        },
        b'0'..=b'9' => (RawKind::Number, number(bytes)),
        b'.' if second.is_ascii_digit() => (RawKind::Number, number(bytes)),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => (RawKind::Word, run(bytes, |b| b.is_ascii_alphanumeric() || b == b'_')),
        b'"' => {
            let (len, ok) = quoted(bytes, b'"');
            (RawKind::Str { ok }, len)
        }
        b'\'' => {
            let (len, ok) = quoted(bytes, b'\'');
            (RawKind::Char { ok }, len)
        }
        0x80.. => (RawKind::Stray, run(bytes, |b| b >= 0x80)),
        _ => match punctuator(rest) {
            Some(op) => (RawKind::Punct(op), op.len()),
            None => (RawKind::Stray, 1),
        },
    })
}

/// Operators and brackets that begin with `first`, longest first.
fn punctuators(first: u8) -> &'static [&'static str] {
    match first {
        b'<' => &["<<=", "<<", "<=", "<"],
        b'>' => &[">>=", ">>", ">=", ">"],
        b'.' => &["...", "."],
        b'-' => &["->", "--", "-=", "-"],
        b'+' => &["++", "+=", "+"],
        b'=' => &["==", "="],
        b'!' => &["!=", "!"],
        b'&' => &["&&", "&=", "&"],
        b'|' => &["||", "|=", "|"],
        b'*' => &["*=", "*"],
        b'/' => &["/=", "/"],
        b'%' => &["%=", "%"],
        b'^' => &["^=", "^"],
        b'#' => &["##", "#"],
        b'{' => &["{"],
        b'}' => &["}"],
        b'(' => &["("],
        b')' => &[")"],
        b'[' => &["["],
        b']' => &["]"],
        b';' => &[";"],
        b',' => &[","],
        b':' => &[":"],
        b'?' => &["?"],
        b'~' => &["~"],
        _ => &[],
    }
}

fn punctuator(rest: &str) -> Option<&'static str> {
    let first = rest.as_bytes().first()?;
    punctuators(*first).iter().copied().find(|op| rest.starts_with(op))
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&b| !belongs(b)).unwrap_or(bytes.len())
}

/// The length of a backslash and the line end behind it.
fn line_splice(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\\', b'\n', ..] => Some(2),
        [b'\\', b'\r', b'\n', ..] => Some(3),
        _ => None,
    }
}

fn line_comment(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'\n' {
        at += line_splice(&bytes[at..]).unwrap_or(1);
    }
    at
}

/// A number takes everything glued to it, so that `12ab` is one bad number and not two tokens. A sign belongs to it only
/// behind the exponent of a decimal or `p` number (`0x1e+1` is a sum, unlike in C, where it is an error).
fn number(bytes: &[u8]) -> usize {
    let hex = bytes.len() > 1 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X');
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let exponent_sign = matches!(b, b'+' | b'-')
            && at > 0
            && (matches!(bytes[at - 1], b'p' | b'P') && hex || matches!(bytes[at - 1], b'e' | b'E') && !hex)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(b.is_ascii_alphanumeric() || b == b'_' || b == b'.' || exponent_sign) {
            break;
        }
        at += 1;
    }
    at
}

/// Length of a quoted literal, and whether it is closed on its line.
fn quoted(bytes: &[u8], quote: u8) -> (usize, bool) {
    let mut at = 1;
    while let Some(&b) = bytes.get(at) {
        match b {
            b'\n' => return (at, false),
            b'\\' => at += line_splice(&bytes[at..]).unwrap_or(if bytes.get(at + 1) == Some(&b'\n') { 1 } else { 2 }),
            _ if b == quote => return (at + 1, true),
            _ => at += 1,
        }
    }
    (floor(bytes, at), false)
}

/// A backslash as the last byte steps one past the end.
fn floor(bytes: &[u8], at: usize) -> usize {
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(RawKind, &str)> {
        lex(text)
            .filter(|raw| raw.kind != RawKind::Space)
            .map(|raw| (raw.kind, &text[raw.lo as usize..raw.hi as usize]))
            .collect()
    }

    #[test]
    fn longest_operator_first() {
        let ops: Vec<&str> = kinds("a<<=b>>c->d...!=!").into_iter().map(|(_, text)| text).collect();
        assert_eq!(ops, ["a", "<<=", "b", ">>", "c", "->", "d", "...", "!=", "!"]);
    }

    #[test]
    fn numbers_take_what_is_glued_to_them() {
        let texts: Vec<&str> = kinds("0x1e+1 1e+5 12ab .5 1.f").into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["0x1e", "+", "1", "1e+5", "12ab", ".5", "1.f"]);
    }

    #[test]
    fn literals_and_comments_without_an_end() {
        assert_eq!(
            kinds("\"ab\nc"),
            [(RawKind::Str { ok: false }, "\"ab"), (RawKind::Newline, "\n"), (RawKind::Word, "c")]
        );
        assert_eq!(kinds("'\\"), [(RawKind::Char { ok: false }, "'\\")]);
        assert_eq!(kinds("/* x"), [(RawKind::Comment { ok: false }, "/* x")]);
        assert_eq!(kinds("// a \\\n b\nc")[0], (RawKind::Comment { ok: true }, "// a \\\n b"));
        assert_eq!(kinds("\"a\\\nb\""), [(RawKind::Str { ok: true }, "\"a\\\nb\"")]);
    }

    #[test]
    fn every_byte_belongs_to_one_token() {
        let text = "int é = 'a\\é' @ \\ \u{1F600}\"\\\u{1F600}\" /**/ x\\\r\n";
        let mut at = 0;
        for raw in lex(text) {
            assert_eq!(raw.lo, at);
            assert!(raw.hi > at && text.is_char_boundary(raw.hi as usize));
            at = raw.hi;
        }
        assert_eq!(at as usize, text.len());
    }
}
