//! Any text is a link, which then survives being written, or it is refused in words.

use cowscope_core::link::Link;

/// Reads the text as a link.
pub fn try_text(text: &str) {
    match Link::parse(text) {
        Ok(link) => assert_eq!(Link::parse(&link.to_string()), Ok(link)),
        Err(error) => assert!(error.to_string().len() < 500),
    }
}
