//! Memory: what the last step did to it, the page tables, the frames, the kernel's objects.

use std::rc::Rc;

use cowscope_core::view::{Access, Moment};
use yew::prelude::*;

use super::frames::Frames;
use super::objects::Objects;
use super::tables::Tables;
use crate::driver::Driver;
use crate::parts::Phrases;
use crate::store::{Action, Store};

#[derive(Properties, PartialEq)]
pub struct MemoryProps {
    pub moment: Rc<Moment>,
    pub focus: Option<u64>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The memory panel.
#[component]
pub fn Memory(props: &MemoryProps) -> Html {
    let moment = &props.moment;
    let driver = use_context::<Driver>();
    let onfocus = {
        let dispatch = props.dispatch.clone();
        use_callback((), move |frame: Option<u64>, ()| dispatch.dispatch(Action::Focus(frame)))
    };
    html! {
        <>
            <div class="last" role="status" aria-live="polite">
                if moment.step == 0 {
                    <p class="told">{ "Set up, no step taken." }</p>
                } else {
                    <p class="told"><span class="cap">{ format!("Step {}", moment.step) }</span>{ " " }<Phrases words={moment.told.clone()} /></p>
                }
            </div>
            if !moment.accesses.is_empty() { { accesses(&driver, &moment.accesses) } }
            <Tables processes={moment.processes.clone()} focus={props.focus} onfocus={onfocus.clone()} />
            <Frames frames={moment.frames.clone()} focus={props.focus} {onfocus} />
            <Objects objects={moment.objects.clone()} />
        </>
    }
}

/// The words that the last step touched, each with the way to where it is touched before and next.
fn accesses(driver: &Option<Driver>, list: &[Access]) -> Html {
    let seek = |access: &Access, forward: bool, sign: &'static str| {
        let driver = driver.clone().filter(|_| access.place != 0)?;
        let word = access.place;
        let go = Callback::from(move |_: MouseEvent| driver.seek(word, forward));
        let name = format!("{} access to {}", if forward { "Next" } else { "Previous" }, access.name);
        Some(html! { <button class="seek" onclick={go} aria-label={name.clone()} title={name}>{ sign }</button> })
    };
    let one = |access: &Access| {
        let class = if access.written { "access was-written" } else { "access was-read" };
        html! {
            <li {class}>
                <span class="verb">{ if access.written { "wrote" } else { "read" } }</span>
                <span class="name">{ access.name.clone() }</span>
                <b>
                    if access.written && access.before != access.after { <s class="was">{ access.before.clone() }</s>{ " " } }
                    { access.after.clone() }
                </b>
                { for seek(access, false, "‹") }{ for seek(access, true, "›") }
            </li>
        }
    };
    html! { <ul class="accesses" aria-label="What the last step touched">{ for list.iter().map(one) }</ul> }
}
