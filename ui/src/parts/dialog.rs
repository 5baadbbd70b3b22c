//! What lies over the page: the browser's own modal dialog keeps the focus inside and gives it back.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ModalProps {
    pub title: AttrValue,
    pub onclose: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
    pub children: Html,
}

/// A dialog, open as long as it is drawn. Escape, its Close button and a click beside it close it.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>()
                && !dialog.open()
            {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = {
        let onclose = props.onclose.clone();
        Callback::from(move |_: MouseEvent| onclose.emit(()))
    };
    let cancel = {
        let onclose = props.onclose.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            onclose.emit(());
        })
    };
    let beside = {
        let (onclose, node) = (props.onclose.clone(), node.clone());
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if target.is_some() && target == node.get() {
                onclose.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class={props.class.clone()} aria-label={&props.title} oncancel={cancel} onclick={beside}>
            <div class="sheet">
                <div class="sheet-head">
                    <h2>{ &props.title }</h2>
                    <button class="quiet" onclick={close} aria-label="Close">{ "✕" }</button>
                </div>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
