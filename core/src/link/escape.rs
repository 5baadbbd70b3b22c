//! Texts inside a link: percent signs that mail programs add, and labels that survive them.

use super::LinkError;

/// Decodes `%41` and the like, and takes a space for the `+` that some programs turn into one.
pub(super) fn percent_decode(text: &str) -> Result<String, LinkError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().enumerate();
    while let Some((i, b)) = rest.next() {
        let byte = match b {
            b'%' => {
                let digits = (rest.next().and_then(|d| hex(d.1)), rest.next().and_then(|d| hex(d.1)));
                let (Some(high), Some(low)) = digits else {
                    let what = "a percent sign that two hexadecimal digits do not follow";
                    return Err(LinkError::new(what, "Copy the link again, whole").moved(text[..i].chars().count()));
                };
                high << 4 | low
            }
            other => other,
        };
        bytes.push(if byte == b' ' { b'+' } else { byte });
    }
    String::from_utf8(bytes)
        .map_err(|_| LinkError::new("percent signs that do not spell UTF-8", "Copy the link again, whole"))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|d| d as u8)
}

/// A label as letters, digits, `_` for a space, and `.2c.` for the character of that hexadecimal number.
pub(super) fn label_to_text(label: &str) -> String {
    let mut out = String::new();
    for c in label.chars() {
        match c {
            ' ' => out.push('_'),
            c if c.is_ascii_alphanumeric() || c == '-' => out.push(c),
            c => out.push_str(&format!(".{:x}.", c as u32)),
        }
    }
    out
}

/// The label that [`label_to_text`] wrote.
pub(super) fn label_from_text(text: &str) -> Result<String, LinkError> {
    let mut out = String::new();
    for (i, piece) in text.split('.').enumerate() {
        if i % 2 == 0 {
            if let Some(bad) = piece.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-' && *c != '_') {
                let what = format!("`{}` can't stand in a label", bad.escape_default());
                return Err(LinkError::new(what, "Write it as a dot, its hexadecimal number and a dot"));
            }
            out.push_str(&piece.replace('_', " "));
        } else {
            let number = u32::from_str_radix(piece, 16).ok().filter(|_| !piece.starts_with('+'));
            let Some(c) = number.and_then(char::from_u32) else {
                let what = format!("`.{}.` is no character", super::error::excerpt(piece));
                return Err(LinkError::new(what, "Take the label away"));
            };
            out.push(c);
        }
    }
    if text.split('.').count().is_multiple_of(2) {
        return Err(LinkError::new("a label with a dot too few", "Take the label away"));
    }
    Ok(out)
}
