//! The values of literals: numbers with their C type, characters, strings.

use super::ast::Span;
use super::diag::Diagnostic;

/// An integer literal: value, signedness and width of its type.
pub(crate) type Int = (u64, bool, u8);

/// The value and type of a number as written (C11 6.4.4.1, with `0b`).
///
/// # Errors
/// `E0140` floating point, `E0105` malformed, `E0106` too large.
pub(crate) fn number(text: &str, span: Span) -> Result<Int, Box<Diagnostic>> {
    if text.len() > super::token::LONGEST_WORD {
        return Err(Box::new(Diagnostic::error("E0105", span, "no number has so many digits")));
    }
    let lower = text.to_ascii_lowercase();
    let (base, body) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    if is_floating(&lower, base) {
        return Err(super::parser::refused::floating(span));
    }
    let end = body.find(|c: char| !c.is_digit(base.max(10))).unwrap_or(body.len());
    let (digits, suffix) = body.split_at(end);
    let malformed = |message: String| Diagnostic::error("E0105", span, message);
    let (unsigned, long) = match suffix {
        "" => (false, false),
        "u" => (true, false),
        "l" | "ll" => (false, true),
        "ul" | "lu" | "ull" | "llu" => (true, true),
        _ => {
            let wrong = malformed(format!("`{text}` is not a number: `{suffix}` is no suffix of an integer"))
                .help("the suffixes are u, l, ul, ll and ull; a name cannot begin with a digit");
            return Err(Box::new(wrong));
        }
    };
    if digits.is_empty() && base != 8 {
        return Err(Box::new(malformed(format!("`{text}` has no digits"))));
    }
    if let Some(digit) = digits.chars().find(|c| !c.is_digit(base)) {
        let what = if base == 8 { "an octal number (it begins with 0)" } else { "a binary number" };
        return Err(Box::new(malformed(format!("`{digit}` is no digit of {what}"))));
    }
    let too_large = || Diagnostic::error("E0106", span, format!("`{text}` does not fit into 64 bits"));
    let value = digits
        .chars()
        .filter_map(|c| c.to_digit(base))
        .try_fold(0u64, |value, digit| value.checked_mul(base.into())?.checked_add(digit.into()))
        .ok_or_else(|| Box::new(too_large()))?;
    typed(value, base == 10, unsigned, long).ok_or_else(|| {
        let message = format!("`{text}` does not fit into the largest signed type");
        Box::new(Diagnostic::error("E0106", span, message).help(format!("write `{text}u`, which is unsigned")))
    })
}

/// The first type of C's list that holds the value.
fn typed(value: u64, decimal: bool, unsigned: bool, long: bool) -> Option<Int> {
    let candidates =
        [(true, 32, i32::MAX as u64), (false, 32, u32::MAX.into()), (true, 64, i64::MAX as u64), (false, 64, u64::MAX)];
    candidates
        .into_iter()
        .find(|&(signed, bits, max)| {
            value <= max && !(long && bits == 32) && !(unsigned && signed) && !(decimal && !unsigned && !signed)
        })
        .map(|(signed, bits, _)| (value, signed, bits))
}

fn is_floating(lower: &str, base: u32) -> bool {
    lower.contains('.')
        || (base == 16 && lower.contains('p'))
        || (base != 16 && base != 2 && {
            let rest = lower.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.strip_prefix('e').is_some_and(|e| e.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-'))
                || (rest == "f" && base == 10)
        })
}

/// The value of `'c'`, of type int.
///
/// # Errors
/// `E0104`: empty, more than one character, outside ASCII, an escape that does not exist.
pub(crate) fn character(text: &str, span: Span) -> Result<Int, Box<Diagnostic>> {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    let content = unescape(inner, span)?;
    let mut chars = content.chars();
    let wrong = |message: &str| Diagnostic::error("E0104", span, message);
    match (chars.next(), chars.next()) {
        (None, _) => Err(Box::new(wrong("there is no character between the quotes").help("a quote itself is '\\''"))),
        (Some(c), None) if (c as u32) < 0x100 && (inner.starts_with('\\') || c.is_ascii()) => {
            // char is signed on x86-64: '\xff' is -1, sign-extended.
            Ok((i64::from(c as u8 as i8) as u64, true, 32))
        }
        (Some(_), None) => Err(Box::new(wrong("a character literal holds one byte"))),
        _ => Err(Box::new(wrong("a character literal holds one character").help("a text stands in double quotes"))),
    }
}

/// The text of a string literal without quotes and escapes.
///
/// # Errors
/// `E0104`: an escape that does not exist.
pub(crate) fn string(text: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    unescape(text.get(1..text.len().saturating_sub(1)).unwrap_or(""), span)
}

fn unescape(inner: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('\n') => {}
            Some('\r') => {
                chars.next_if_eq(&'\n');
            }
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('f') => out.push('\x0c'),
            Some('v') => out.push('\x0b'),
            Some(c @ ('\\' | '\'' | '"' | '?')) => out.push(c),
            Some('x') => out.push(char::from(byte_escape(&mut chars, 0, 16, 2, span)?)),
            Some(c @ '0'..='7') => out.push(char::from(byte_escape(&mut chars, c as u32 - '0' as u32, 8, 2, span)?)),
            other => {
                let shown = other.map_or_else(String::new, String::from);
                let message = format!("`\\{shown}` is no escape of C");
                return Err(Box::new(Diagnostic::error("E0104", span, message).help("a backslash itself is \\\\")));
            }
        }
    }
    Ok(out)
}

/// Up to `most` further digits of an escape.
fn byte_escape(
    chars: &mut std::iter::Peekable<std::str::Chars>,
    first: u32,
    base: u32,
    most: usize,
    span: Span,
) -> Result<u8, Box<Diagnostic>> {
    let mut value = first;
    let mut digits = 0;
    while digits < most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(base)) else { break };
        value = value * base + digit;
        chars.next();
        digits += 1;
    }
    let wrong = |message: &str| Box::new(Diagnostic::error("E0104", span, message));
    if base == 16 && digits == 0 {
        return Err(wrong("`\\x` needs one or two hexadecimal digits"));
    }
    u8::try_from(value).map_err(|_| wrong("this escape is larger than a byte"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Span = Span { file: 0, lo: 0, hi: 0 };

    #[test]
    fn numbers_have_the_types_of_c11() {
        for (text, expected) in [
            ("0", (0, true, 32)),
            ("0x", (0, false, 0)),
            ("2147483647", (0x7fff_ffff, true, 32)),
            ("2147483648", (0x8000_0000, true, 64)),
            ("0x80000000", (0x8000_0000, false, 32)),
            ("0xffffffffffffffff", (u64::MAX, false, 64)),
            ("1u", (1, false, 32)),
            ("1UL", (1, false, 64)),
            ("1ll", (1, true, 64)),
            ("017", (15, true, 32)),
            ("0b101", (5, true, 32)),
            ("0xe", (14, true, 32)),
            ("18446744073709551615u", (u64::MAX, false, 64)),
        ] {
            let found = number(text, NOWHERE).unwrap_or((0, false, 0));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn bad_numbers_are_refused_by_code() {
        for (text, code) in [
            ("1.5", "E0140"),
            ("1e5", "E0140"),
            ("0x1p3", "E0140"),
            ("1f", "E0140"),
            ("0x", "E0105"),
            ("0b", "E0105"),
            ("089", "E0105"),
            ("0b12", "E0105"),
            ("12ab", "E0105"),
            ("1_000", "E0105"),
            ("0xfg", "E0105"),
            ("18446744073709551615", "E0106"),
            ("18446744073709551616u", "E0106"),
            ("0x10000000000000000", "E0106"),
        ] {
            assert_eq!(number(text, NOWHERE).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn characters_and_strings() {
        assert_eq!(character("'a'", NOWHERE).unwrap().0, 97);
        assert_eq!(character("'\\n'", NOWHERE).unwrap().0, 10);
        assert_eq!(character("'\\0'", NOWHERE).unwrap().0, 0);
        assert_eq!(character("'\\xff'", NOWHERE).unwrap(), (u64::MAX, true, 32));
        for bad in ["''", "'ab'", "'é'", "'\\q'", "'\\x'", "'\\777'"] {
            assert_eq!(character(bad, NOWHERE).unwrap_err().code, "E0104", "{bad}");
        }
        assert_eq!(string("\"a\\tb\\\"é\"", NOWHERE).unwrap(), "a\tb\"é");
    }
}
