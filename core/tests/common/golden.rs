//! The golden links: what they are, and what the engine at hand answers to them.

use cowscope_core::link::Link;
use cowscope_core::replay::{changed_since, open};

/// One link a line, two spaces, what it is answered with: `same`, or what differs. `#` and a space begin a remark.
pub const LINKS: &str = include_str!("../data/golden-links.txt");

/// The links with their listed answers.
pub fn listed() -> Vec<(&'static str, &'static str)> {
    let lines = LINKS.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|line| line.split_once("  ").unwrap_or_else(|| panic!("no answer: {line}"))).collect()
}

/// What a link is answered with here.
pub fn answer(text: &str) -> String {
    let link = match Link::parse(text) {
        Ok(link) => link,
        Err(error) => return error.to_string(),
    };
    let opened = match open(&link) {
        Ok(opened) => opened,
        Err(error) => return error.to_string().lines().next().unwrap_or_default().to_owned(),
    };
    match &opened.difference {
        None => "same".to_owned(),
        Some(difference) => format!("{difference}; {}", changed_since(&opened.session, &link, difference)),
    }
}
