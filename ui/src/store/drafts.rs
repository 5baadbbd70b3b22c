//! What the visitor has typed: kept in the browser until it is reset, so that no reload and no error loses it.

use std::collections::BTreeMap;

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::browser;

const KEY: &str = "cowscope.drafts";

/// Texts of the visitor's own, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts(BTreeMap<String, String>);

impl Drafts {
    /// What this browser remembers; nothing where it remembers nothing or nonsense.
    pub fn load() -> Self {
        Drafts(browser::recall(KEY).map(|text| read(&text)).unwrap_or_default())
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
        if let Some(text) = write(&self.0) {
            browser::remember(KEY, &text);
        }
    }
}

/// The texts as a JSON object, by path.
fn write(drafts: &BTreeMap<String, String>) -> Option<String> {
    let object = Object::new();
    for (path, text) in drafts {
        Reflect::set(&object, &path.into(), &text.into()).ok()?;
    }
    JSON::stringify(&object).ok().map(String::from)
}

/// What [`write`] wrote; what is no text is left out.
fn read(text: &str) -> BTreeMap<String, String> {
    let Some(object) = JSON::parse(text).ok().and_then(|value| value.dyn_into::<Object>().ok()) else {
        return BTreeMap::new();
    };
    let entry = |entry: JsValue| {
        let entry = Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    Object::entries(&object).iter().filter_map(entry).collect()
}
