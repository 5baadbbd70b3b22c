//! What the visitor has typed: kept in the browser until it is reset, so that no reload and no error loses it.

use std::collections::BTreeMap;

use crate::browser;

const KEY: &str = "cowscope.drafts";

/// Texts of the visitor's own, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts(BTreeMap<String, String>);

impl Drafts {
    /// What this browser remembers; nothing where it remembers nothing or nonsense.
    pub fn load() -> Self {
        Drafts(browser::recall(KEY).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The draft of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Keeps a text, or (with `None`) forgets it.
    pub fn put(&mut self, path: &str, text: Option<String>) {
        match text {
            Some(text) => self.0.insert(path.to_owned(), text),
            None => self.0.remove(path),
        };
        if let Ok(text) = serde_json::to_string(&self.0) {
            browser::remember(KEY, &text);
        }
    }
}
