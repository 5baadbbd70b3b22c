//! The C source of one function, with what has run shaded and what comes next lit.

use std::rc::Rc;

use cowscope_core::view::{CallFrame, Program, Span};
use cowscope_engine::protocol::Until;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::browser;
use crate::c_text::{self, Class};
use crate::driver::Driver;

/// One access of the colliding pair, as the lane of its CPU shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    pub at: Span,
    /// E.g. `step 17`.
    pub note: String,
}

#[derive(Properties, PartialEq)]
pub struct CodeProps {
    pub program: Rc<Program>,
    pub frame: CallFrame,
    /// The innermost function: its lit line is the next access; of the others, it is the call they wait for.
    pub innermost: bool,
    /// Accessible name.
    pub name: String,
    pub clashes: Vec<Clash>,
    /// It takes no more room than its text needs.
    pub whole: bool,
    /// Who is let run by a click on a line's number.
    pub agent: u8,
}

/// The function's text.
#[component]
pub fn Code(props: &CodeProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        let at = (props.frame.body, props.frame.next.line, props.frame.next.file);
        use_effect_with(at, move |_| keep_in_sight(&node));
    }
    let onclick = use_context::<Driver>().map(|driver| {
        let (agent, file) = (props.agent, props.frame.body.file);
        Callback::from(move |event: MouseEvent| {
            if let Some(line) = number_at(&event) {
                driver.run(agent, Until::Line { file, line });
            }
        })
    });
    let body = props.frame.body;
    let text = props.program.files.get(usize::from(body.file)).map_or("", |file| file.text.as_str());
    let first = body.line.max(1);
    let count = body.end_line.saturating_sub(first) as usize + 1;
    let cut = c_text::lines(text.lines().skip(first as usize - 1).take(count));
    let lines = cut.into_iter().enumerate().map(|(at, pieces)| line(props, first + at as u32, &pieces));
    html! {
        <div class={classes!("code", props.whole.then_some("whole"))} ref={node} tabindex="0" role="group" aria-label={props.name.clone()} {onclick}>{ for lines }</div>
    }
}

/// The line whose number was clicked; the same is done by the palette ("run until line ...").
fn number_at(event: &MouseEvent) -> Option<u32> {
    let target = event.target_dyn_into::<Element>()?;
    let line = target.closest(".ln").ok().flatten()?;
    let left = f64::from(event.client_x()) - line.get_bounding_client_rect().left();
    (left < browser::type_size() * 2.6).then(|| line.get_attribute("data-n")?.parse().ok()).flatten()
}

fn line(props: &CodeProps, number: u32, pieces: &[(Class, &str)]) -> Html {
    let next = &props.frame.next;
    let is_next = next.line == number && next.file == props.frame.body.file;
    let clash = props.clashes.iter().find(|clash| clash.at.line == number && clash.at.file == props.frame.body.file);
    let class = classes!(
        "ln",
        props.frame.done.contains(&number).then_some("done"),
        is_next.then_some(if props.innermost { "next" } else { "waits" }),
        clash.map(|_| "clash"),
    );
    let lit = (is_next && next.end_line == next.line && next.end_column > next.column)
        .then_some((next.column as usize, next.end_column as usize));
    html! {
        <div key={number} {class} data-n={number.to_string()}>
            if is_next && props.innermost { <span class="hidden">{ "next: " }</span> }
            { for split(pieces, lit).into_iter().map(piece) }
            if let Some(clash) = clash { <span class="clash-note">{ format!("◆ {}", clash.note) }</span> }
        </div>
    }
}

fn piece((class, text, lit): (Class, String, bool)) -> Html {
    let class = class.name();
    match (class.is_empty(), lit) {
        (true, false) => html! { {text} },
        (_, false) => html! { <span {class}>{ text }</span> },
        (_, true) => html! { <mark {class}>{ text }</mark> },
    }
}

/// Cuts the pieces at the ends of the lit stretch (columns count from 1, in characters).
fn split(pieces: &[(Class, &str)], lit: Option<(usize, usize)>) -> Vec<(Class, String, bool)> {
    let Some((from, to)) = lit else {
        return pieces.iter().map(|(class, text)| (*class, (*text).to_owned(), false)).collect();
    };
    let mut out: Vec<(Class, String, bool)> = Vec::with_capacity(pieces.len() + 2);
    let mut column = 1;
    for (class, text) in pieces {
        for (index, character) in text.chars().enumerate() {
            let inside = (from..to).contains(&column);
            match out.last_mut() {
                Some((_, last, last_lit)) if index > 0 && *last_lit == inside => last.push(character),
                _ => out.push((*class, character.to_string(), inside)),
            }
            column += 1;
        }
    }
    out
}

/// Scrolls the text, and nothing but the text, so that the lit line stands in its upper half.
fn keep_in_sight(node: &NodeRef) {
    let Some(view) = node.cast::<HtmlElement>() else { return };
    let lit = view.query_selector(".next, .waits").ok().flatten();
    if let Some(lit) = lit.and_then(|lit| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(lit).ok()) {
        let top = lit.offset_top(); // from the top of the text: the view is what positions it
        let (from, height) = (view.scroll_top(), view.client_height());
        let margin = lit.offset_height() * 2;
        if top < from + margin || top + margin > from + height {
            view.set_scroll_top((top - height * 2 / 5).max(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lit_stretch_is_cut_out_of_its_pieces() {
        let pieces = [(Class::Plain, "a = "), (Class::Call, "get"), (Class::Plain, "(b);")];
        let cut = split(&pieces, Some((5, 11)));
        let lit: String = cut.iter().filter(|piece| piece.2).map(|piece| piece.1.as_str()).collect();
        assert_eq!(lit, "get(b)");
        assert_eq!(cut.iter().map(|piece| piece.1.as_str()).collect::<String>(), "a = get(b);");
    }
}
