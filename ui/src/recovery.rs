//! What a visitor sees when the page itself fails: what happened, and the way back to the same step.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::browser;

/// From now on a panic shows a card with the current link. The page can't go on after one: it is loaded anew.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        card(&info.to_string());
    }));
}

fn card(message: &str) -> Option<()> {
    let page = browser::document()?;
    let body = page.body()?;
    let card = page.create_element("div").ok()?;
    card.set_class_name("recovery");
    card.set_attribute("role", "alert").ok()?;
    let title = page.create_element("h2").ok()?;
    title.set_text_content(Some("The page has failed"));
    let words = page.create_element("p").ok()?;
    words.set_text_content(Some("Nothing is lost: the link in the address bar opens the same step again."));
    let detail = page.create_element("pre").ok()?;
    detail.set_text_content(Some(message));
    let reload = page.create_element("a").ok()?;
    reload.set_text_content(Some("Open the same step again"));
    let address = browser::address_of(&browser::fragment());
    // An address that differs only behind the # would not load the page anew.
    let apart = if address.contains("?again#") {
        address.replacen("?again#", "#", 1)
    } else {
        address.replacen('#', "?again#", 1)
    };
    reload.set_attribute("href", &apart).ok()?;
    reload.set_class_name("go button");
    for part in [&title, &words, &detail, &reload] {
        card.append_child(part).ok()?;
    }
    body.append_child(&card).ok()?;
    reload.dyn_into::<HtmlElement>().ok()?.focus().ok()
}
