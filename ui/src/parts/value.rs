//! Values that a step may have touched.

use cowscope_core::view::{Touch, Value};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ChangingProps {
    pub value: Value,
}

/// A value; what it was stands before it, struck out, when the last step changed it.
#[component]
pub fn Changing(props: &ChangingProps) -> Html {
    let value = &props.value;
    let touch = match value.touch {
        Touch::None => "",
        Touch::Read => "was-read",
        Touch::Written => "was-written",
    };
    html! {
        <b class={classes!("value", touch)}>
            if let Some(was) = &value.was {
                <s class="was"><span class="hidden">{ "was " }</span>{ was.clone() }</s>
                <span class="hidden">{ ", now " }</span>
            }
            { value.text.clone() }
        </b>
    }
}

#[derive(Properties, PartialEq)]
pub struct HexProps {
    pub value: u64,
}

/// An address.
#[component]
pub fn Hex(props: &HexProps) -> Html {
    html! { <span class="hex">{ format!("{:#x}", props.value) }</span> }
}
