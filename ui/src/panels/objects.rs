//! Kernel objects and shared variables as trees of names and values.

use cowscope_core::view::Object;
use yew::prelude::*;

use crate::parts::Changing;

#[derive(Properties, PartialEq)]
pub struct ObjectsProps {
    pub objects: Vec<Object>,
}

/// The objects; one that the last step touched opens by itself.
#[component]
pub fn Objects(props: &ObjectsProps) -> Html {
    if props.objects.is_empty() {
        return html! {};
    }
    html! {
        <section class="objects" aria-label="Kernel objects">
            <div class="cap-row"><h3>{ "Kernel objects" }</h3></div>
            { for props.objects.iter().map(|object| html! { <Tree key={object.name.clone()} object={object.clone()} depth=0 /> }) }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TreeProps {
    object: Object,
    depth: u8,
}

#[component]
fn Tree(props: &TreeProps) -> Html {
    let object = &props.object;
    let touched = object.touched();
    if object.parts.is_empty() {
        return html! {
            <div class={classes!("leaf", touched.then_some("touched"))} title={object.ctype.clone()}>
                <span>{ object.name.clone() }</span><Changing value={object.value.clone()} />
            </div>
        };
    }
    html! {
        <details open={touched || (props.depth == 0 && object.parts.len() <= 4)} class={classes!(touched.then_some("touched"))}>
            <summary><span>{ object.name.clone() }</span>{ " " }<small>{ object.ctype.clone() }</small></summary>
            { for object.parts.iter().map(|part| html! { <Tree key={part.name.clone()} object={part.clone()} depth={props.depth.saturating_add(1)} /> }) }
        </details>
    }
}
