//! The few things asked of the browser itself. All of them may fail (a private window, a policy), and none may stop the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

/// The window, which a page always has.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The page.
pub fn document() -> Option<Document> {
    window().and_then(|window| window.document())
}

/// What the build wrote into `<meta name=...>`.
pub fn meta(name: &str) -> String {
    document()
        .and_then(|page| page.query_selector(&format!("meta[name={name}]")).ok().flatten())
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

/// The fragment of the address, without `#`.
pub fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Puts a fragment into the address bar: as a place of its own to come back to, or in place of the present one.
pub fn set_fragment(fragment: &str, push: bool) {
    let Some(history) = window().and_then(|window| window.history().ok()) else { return };
    let url = format!("#{fragment}");
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
}

/// The whole address with another fragment.
pub fn address_of(fragment: &str) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    format!("{}#{fragment}", href.split('#').next().unwrap_or_default())
}

/// What was remembered under a key.
pub fn recall(key: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(key).ok()?
}

/// Remembers a text; a browser that won't, doesn't.
pub fn remember(key: &str, text: &str) {
    if let Some(Ok(Some(storage))) = window().map(|window| window.local_storage()) {
        let _ = storage.set_item(key, text);
    }
}

/// Sets an attribute of the root element.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().and_then(|page| page.document_element()) {
        let _ = root.set_attribute(name, value);
    }
}

/// Names the page, for tabs and bookmarks.
pub fn set_title(title: &str) {
    if let Some(page) = document() {
        page.set_title(title);
    }
}

/// Gives an element the focus.
pub fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Gives the element with this id the focus.
pub fn focus_id(id: &str) {
    focus(document().and_then(|page| page.get_element_by_id(id)));
}

/// Size of the page's ordinary type, in pixels: projector size and very large screens have more.
pub fn type_size() -> f64 {
    let root = document().and_then(|page| page.document_element());
    let style = root.and_then(|root| window()?.get_computed_style(&root).ok()?);
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|size| size.trim_end_matches("px").parse().ok()).unwrap_or(14.0)
}

/// How many processors the browser says there are; 2 where it does not say.
pub fn processors() -> u32 {
    let navigator = window().map(|window| window.navigator());
    navigator.map_or(2, |navigator| navigator.hardware_concurrency() as u32).max(1)
}

/// True when the system prefers dark.
pub fn system_dark() -> bool {
    matches(window(), "(prefers-color-scheme: dark)")
}

fn matches(window: Option<Window>, query: &str) -> bool {
    window.and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|list| list.matches())
}

/// Copies a text; `done` hears whether it worked.
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let Some(window) = window() else { return done(false) };
    let clipboard = js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("clipboard")).unwrap_or_default();
    if clipboard.is_undefined() {
        return done(false); // not a secure context
    }
    let promise = window.navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move { done(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()) });
}
