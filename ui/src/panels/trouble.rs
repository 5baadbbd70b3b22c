//! What went wrong, and short confirmations.

use std::rc::Rc;

use yew::prelude::*;

use crate::store::{Action, Store, Trouble};

#[derive(Properties, PartialEq)]
pub struct TroubleProps {
    pub trouble: Rc<Trouble>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// A card that says what went wrong; the page stays usable under it.
#[component]
pub fn TroubleCard(props: &TroubleProps) -> Html {
    let dismiss = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Dismiss))
    };
    html! {
        <div class="trouble" role="alert">
            <h2>{ props.trouble.title.clone() }</h2>
            <p>{ props.trouble.text.clone() }</p>
            <button class="small" onclick={dismiss}>{ "Dismiss" }</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    pub text: Option<Rc<str>>,
}

/// A confirmation at the edge, read out.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    html! { <div class={classes!("notice", props.text.as_ref().map(|_| "on"))} role="status" aria-live="polite">{ props.text.as_deref().unwrap_or_default().to_owned() }</div> }
}
