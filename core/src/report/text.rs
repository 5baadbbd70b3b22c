//! Words and lines.

use crate::trace::{Access, AccessKind};

/// Breaks `text` into lines of at most `width` characters, further lines indented by `hang`: at spaces, words that are
/// longer than a line behind punctuation, and in the middle where there is none. Control characters become spaces.
pub(super) fn wrap(text: &str, width: usize, hang: usize) -> Vec<String> {
    let width = width.max(8);
    let hang = hang.min(width / 2);
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in clean.split(' ').filter(|w| !w.is_empty()) {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let indent = if lines.is_empty() { 0 } else { hang };
            let space = usize::from(!line.is_empty());
            let room = (width - indent).saturating_sub(line.chars().count() + space);
            let fits = if rest.len() <= room { rest.len() } else { cut(&rest, room, width - hang, line.is_empty()) };
            if fits > 0 {
                line.push_str(&" ".repeat(space));
                line.extend(rest.drain(..fits));
            }
            if !rest.is_empty() {
                lines.push(" ".repeat(indent) + &std::mem::take(&mut line));
            }
        }
    }
    if !line.is_empty() {
        let indent = if lines.is_empty() { 0 } else { hang };
        lines.push(" ".repeat(indent) + &line);
    }
    lines
}

/// How much of a word that does not fit into `room` goes there: up to behind its last punctuation that does, where that
/// fills a good part of the line; else nothing, or what fits if the word is too long even for a line of its own (`whole`).
fn cut(word: &[char], room: usize, whole: usize, line_is_empty: bool) -> usize {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let behind = |i: &usize| !in_name(word[i - 1]) && in_name(word[*i]);
    let good = (1..=room.min(word.len() - 1)).rev().find(behind).filter(|i| i * 3 >= whole);
    match good {
        Some(good) => good,
        None if line_is_empty && word.len() > whole => room,
        None => 0,
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 step`, `2 steps`.
pub(super) fn count(n: u64, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// The access in a few words: `mem_map[3].mapcount: 1 -> 2`.
pub(super) fn terse(access: &Access) -> String {
    match access.kind {
        AccessKind::Read => format!("{} == {}", access.word, access.old_shown()),
        AccessKind::Buffered => format!("{}: {} into the store buffer", access.word, access.new_shown()),
        AccessKind::Write | AccessKind::Locked if access.old == access.new => {
            format!("{} = {} (as before)", access.word, access.new_shown())
        }
        AccessKind::Write | AccessKind::Locked => {
            format!("{}: {} -> {}", access.word, access.old_shown(), access.new_shown())
        }
    }
}

/// The access as a clause whose subject is who did it: `read 1 from mem_map[3].mapcount`.
pub(super) fn clause(access: &Access) -> String {
    let (word, old, new) = (&access.word, access.old_shown(), access.new_shown());
    let counts = access.old_text.is_empty() && access.new_text.is_empty();
    let change = (access.new as i64).checked_sub(access.old as i64).unwrap_or(0);
    match access.kind {
        AccessKind::Read => format!("read {old} from {word}"),
        AccessKind::Buffered => format!("put {new} for {word} into its store buffer"),
        _ if access.old == access.new => format!("wrote {new}, which was there already, to {word}"),
        AccessKind::Locked if access.lock && access.old == 0 => format!("took {word}"),
        AccessKind::Locked if counts && change > 0 => format!("raised {word} from {old} to {new}"),
        AccessKind::Locked if counts && change < 0 => format!("lowered {word} from {old} to {new}"),
        AccessKind::Write if access.lock && access.new == 0 => format!("released {word}"),
        AccessKind::Write | AccessKind::Locked => format!("changed {word} from {old} to {new}"),
    }
}

/// For XML text and attribute values. Characters that XML 1.0 does not allow are left out.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) => {}
            c => out.push(c),
        }
    }
    out
}

/// At most `most` characters, the last of them an ellipsis where some were cut.
pub(super) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_people_break_them() {
        assert_eq!(wrap("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(wrap("if (READ_ONCE(page->mapcount) > 1)", 20, 2), ["if (READ_ONCE(page->", "  mapcount) > 1)"]);
        assert_eq!(wrap("abcdefghijklmnop", 8, 2), ["abcdefgh", "  ijklmn", "  op"]);
        assert_eq!(wrap("", 20, 2), Vec::<String>::new());
        assert_eq!(wrap("a\nb", 20, 2), ["a b"]);
    }

    #[test]
    fn no_line_is_too_long_and_nothing_is_lost() {
        let text = "static inline int page_maybe_dma_pinned(struct page *page) { return atomic_read(&page->_refcount) >= 1024; }";
        for width in 8..60 {
            let lines = wrap(text, width, 2);
            assert!(lines.iter().all(|l| l.chars().count() <= width), "{lines:?}");
            let all: String = lines.concat().split_whitespace().collect();
            assert_eq!(all, text.split_whitespace().collect::<String>());
        }
    }
}
