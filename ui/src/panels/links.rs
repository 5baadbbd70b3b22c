//! Lines from everything that refers to the frame that is pointed at (entries of page tables and TLBs, pins and other
//! references of the CPUs) to its card.

use web_sys::{Document, DomRect, Element};
use yew::prelude::*;

use crate::browser;

#[derive(Properties, PartialEq)]
pub struct LinksProps {
    /// The frame that is pointed at.
    pub focus: Option<u64>,
    /// Where everything stands changes with each step.
    pub step: u32,
}

/// The lines, over the page, while a frame is pointed at.
#[component]
pub fn Links(props: &LinksProps) -> Html {
    let paths = use_state_eq(Vec::<String>::new);
    {
        let paths = paths.setter();
        // once what is pointed at is drawn as such
        use_effect_with((props.focus, props.step), move |(focus, _)| {
            paths.set(focus.map_or_else(Vec::new, |_| measure().unwrap_or_default()));
        });
    }
    if paths.is_empty() {
        return html! {};
    }
    html! { <svg class="links" aria-hidden="true">{ for paths.iter().map(|path| html! { <path d={path.clone()} /> }) }</svg> }
}

/// One line for each reference in sight.
fn measure() -> Option<Vec<String>> {
    let page = browser::document()?;
    let card = page.query_selector(".frame.pointed").ok()??;
    let to = seen(&card)?;
    let found = page.query_selector_all(".entry.pointed, .hardware .pointed").ok()?;
    let rects =
        (0..found.length()).filter_map(|at| seen(&wasm_bindgen::JsCast::dyn_into::<Element>(found.get(at)?).ok()?));
    let mut lines: Vec<String> = rects.map(|from| line(&from, &to)).collect();
    lines.extend(pins(&page, &card).iter().map(|(from, to)| line(from, to)));
    Some(lines)
}

/// The references that CPUs hold on a frame: from the CPU's name to the reference on the card.
fn pins(page: &Document, card: &Element) -> Vec<(DomRect, DomRect)> {
    let Ok(holders) = card.query_selector_all(".holder") else { return Vec::new() };
    let one = |at: u32| {
        let holder: Element = wasm_bindgen::JsCast::dyn_into(holders.get(at)?).ok()?;
        let cpu = holder.class_name().split(' ').find(|name| name.starts_with("cpu"))?.to_owned();
        let lane = page.query_selector(&format!(".lane.{cpu} h2")).ok()??;
        Some((seen(&lane)?, seen(&holder)?))
    };
    (0..holders.length()).filter_map(one).collect()
}

/// Where an element stands, if that is inside what its panel shows.
fn seen(element: &Element) -> Option<DomRect> {
    let rect = element.get_bounding_client_rect();
    let middle = rect.top() + rect.height() / 2.0;
    let panel = element.closest(".side-body, .hardware").ok().flatten().map(|panel| panel.get_bounding_client_rect());
    panel.is_none_or(|panel| (panel.top()..panel.bottom()).contains(&middle)).then_some(rect)
}

fn line(from: &DomRect, to: &DomRect) -> String {
    let (y0, y1) = (from.top() + from.height() / 2.0, to.top() + 14.0);
    // from the side that is nearer to the card
    let (x0, x1) = if from.right() < to.left() { (from.right(), to.left()) } else { (from.right() - 4.0, to.right()) };
    let bend = if from.right() < to.left() { (x0 + x1) / 2.0 } else { x0.max(x1) + 18.0 };
    format!("M{x0:.0} {y0:.0}C{bend:.0} {y0:.0} {bend:.0} {y1:.0} {x1:.0} {y1:.0}")
}
