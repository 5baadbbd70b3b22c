//! The texts of the functions that a run went through.

use super::Session;
use crate::lang::source::Sources;
use crate::link::{DigestBuilder, TextMarks};
use crate::system::System;
use std::collections::BTreeMap;

/// A function that a run went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Its name.
    pub name: String,
    /// The step (counted from 1) that first stood in it.
    pub step: u32,
    /// A stable hash of its text, comments and white space left out.
    pub text: u64,
}

impl Session {
    /// The functions of the steps taken, in the order in which the run came to them.
    pub fn functions(&self) -> Vec<Met> {
        let mut known = BTreeMap::new();
        let mut met = Vec::new();
        for step in self.steps() {
            for name in &step.stack {
                if known.insert(name.as_str(), ()).is_none() {
                    let text = text_of(&self.loaded.system, &self.loaded.sources, name);
                    met.push(Met { name: name.clone(), step: step.index, text });
                }
            }
        }
        met
    }

    /// Marks of their texts, as links carry them.
    pub fn texts(&self) -> Option<TextMarks> {
        TextMarks::of(&self.functions().iter().map(|f| f.text).collect::<Vec<_>>())
    }
}

fn text_of(sys: &System, sources: &Sources, name: &str) -> u64 {
    let span = sys.program.func(name).and_then(|f| sys.program.funcs.get(f as usize)).map(|f| f.span);
    let text = span.and_then(|span| sources.get(span.file)?.text().get(span.lo as usize..));
    let mut hash = DigestBuilder::new();
    hash.add(&essence(text.unwrap_or_default()), 1);
    hash.finish_wide()
}

/// A function's text from its beginning to its closing brace, without comments, every white space as one space.
fn essence(text: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quote) = (0u32, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '/') if chars.peek() == Some(&'*') => {
                let mut before = ' ';
                chars.next();
                chars.by_ref().find(|c| std::mem::replace(&mut before, *c) == '*' && *c == '/');
                continue;
            }
            (None, '/') if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|c| *c == '\n');
                continue;
            }
            (None, c) if c.is_whitespace() => {
                let needed = out.chars().next_back().is_some_and(word) && chars.peek().is_some_and(|c| word(*c));
                out.extend(needed.then_some(' '));
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (Some(_), '\\') => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(c);
        if quote.is_none() && c == '}' && depth == 0 {
            break;
        }
    }
    out
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn comments_and_white_space_do_not_count_and_the_rest_of_the_file_neither() {
        let a = "f(void)\n{\n\t/* why { */\n\tif (x)\n\t\treturn 1; // }\n\ty(\"} /*\", '}');\n}\nint g;";
        assert_eq!(essence(a), "f(void){if(x)return 1;y(\"} /*\",'}');}");
        assert_eq!(essence(a), essence("f( void ) {\n if ( x ) return  1; y(\"} /*\",'}'); } void h(void) {}"));
        assert_ne!(essence(a), essence("f(void) { if (x) return 2; y(\"} /*\", '}'); }"));
    }
}
