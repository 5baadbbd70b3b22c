//! What stands beside the lanes: one of memory, the step list, the explanation, the editor.

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Library, Program, Question, Verdict};
use yew::prelude::*;

use super::edit::Editor;
use super::explorer::Explorer;
use super::memory::Memory;
use super::steps::Steps;
use super::why::Why;
use crate::browser;
use crate::store::{Action, Future, Mends, Prefs, Run, Search, Side, Store};

const TABS: [(Side, &str); 5] = [
    (Side::Memory, "Memory"),
    (Side::Steps, "Steps"),
    (Side::Why, "Why"),
    (Side::Explore, "Search"),
    (Side::Edit, "Edit C"),
];

#[derive(Properties, PartialEq)]
pub struct SideProps {
    pub side: Side,
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
    pub verdicts: Rc<BTreeMap<Question, Rc<Verdict>>>,
    pub mends: Option<Rc<Mends>>,
    pub search: Option<Search>,
    pub prefs: Prefs,
    pub library: Option<Rc<Library>>,
    pub compiled: Option<Rc<Program>>,
    pub focus: Option<u64>,
    pub futures: Vec<Future>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The tabs and the panel behind the chosen one.
#[component]
pub fn SideView(props: &SideProps) -> Html {
    let choose = |side: Side| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            dispatch.dispatch(Action::Side(side));
            // Whoever came with the mouse wants to step with the arrows next, not to move among tabs.
            if clicks(&event) > 0.0 {
                browser::focus_id("side-panel");
            }
        })
    };
    let onkeydown = {
        let (dispatch, side) = (props.dispatch.clone(), props.side);
        Callback::from(move |event: KeyboardEvent| {
            let at = TABS.iter().position(|(tab, _)| *tab == side).unwrap_or(0);
            let to = match event.key().as_str() {
                "ArrowRight" => (at + 1) % TABS.len(),
                "ArrowLeft" => (at + TABS.len() - 1) % TABS.len(),
                _ => return,
            };
            event.prevent_default();
            dispatch.dispatch(Action::Side(TABS[to].0));
            browser::focus_id(&tab_id(TABS[to].0));
        })
    };
    let tabs = TABS.iter().map(|(side, name)| {
        let on = *side == props.side;
        html! {
            <button key={*name} id={tab_id(*side)} role="tab" aria-selected={on.to_string()} aria-controls="side-panel"
                tabindex={if on { "0" } else { "-1" }} onclick={choose(*side)}>{ *name }</button>
        }
    });
    let run = &props.run;
    let panel = match props.side {
        Side::Memory => {
            html! { <Memory moment={run.moment.clone()} focus={props.focus} dispatch={props.dispatch.clone()} /> }
        }
        Side::Steps => {
            html! { <Steps program={run.program.clone()} trace={run.trace.clone()} step={run.moment.step} futures={props.futures.clone()} bookmarks={run.bookmarks.clone()} /> }
        }
        Side::Why => {
            html! { <Why library={props.library.clone()} run={run.clone()} verdict={props.verdict.clone()} verdicts={props.verdicts.clone()} mends={props.mends.clone()} idle={props.search.is_none()} /> }
        }
        Side::Explore => {
            html! { <Explorer run={run.clone()} verdict={props.verdict.clone()} search={props.search.clone()} prefs={props.prefs} dispatch={props.dispatch.clone()} /> }
        }
        Side::Edit => {
            html! { <Editor library={props.library.clone()} program={run.program.clone()} compiled={props.compiled.clone()} /> }
        }
    };
    html! {
        <section class="side" aria-label="Details">
            <div class="tabs" role="tablist" aria-label="Details" {onkeydown}>{ for tabs }</div>
            <div class="side-body" id="side-panel" role="tabpanel" aria-labelledby={tab_id(props.side)} tabindex="0">{ panel }</div>
        </section>
    }
}

/// How often the mouse was clicked; 0 when it was a key.
fn clicks(event: &MouseEvent) -> f64 {
    js_sys::Reflect::get(event, &"detail".into()).ok().and_then(|count| count.as_f64()).unwrap_or(0.0)
}

fn tab_id(side: Side) -> String {
    let name = match side {
        Side::Memory => "memory",
        Side::Steps => "steps",
        Side::Why => "why",
        Side::Explore => "explore",
        Side::Edit => "edit",
    };
    format!("tab-{name}")
}
