//! The explorer: how far a search has got, what it may use, every distinct break, and searches that start from this run.

use std::rc::Rc;

use cowscope_core::view::{Break, Effort, Race, Verdict};
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::{Phrases, counted, grouped};
use crate::store::{Action, Hunt, MEMORY, Prefs, Run, Search, Store};

#[derive(Properties, PartialEq)]
pub struct ExplorerProps {
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
    pub search: Option<Search>,
    pub prefs: Prefs,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The panel.
#[component]
pub fn Explorer(props: &ExplorerProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let busy = props.search.is_some();
    let breaks = props.run.trace.broken_at.is_some();
    let from_here = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.search_from_here())
    };
    let minimise = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.minimise())
    };
    let step = props.run.moment.step;
    html! {
        <div class="why explorer">
            <section aria-label="The search">
                <h3>{ "The search" }</h3>
                if let Some(search) = &props.search { { progress(&driver, search, props.prefs) } } else { { ended(props.verdict.as_deref()) } }
                { memory(props) }
                <p class="dim">{ "Prove is the full search, not a reduced one: it looks at every state that any order of single accesses reaches, and merges only states that are equal (told by 64-bit fingerprints). Find goes by the number of switches and stops at the fewest." }</p>
            </section>
            <section aria-label="This run">
                <h3>{ "From this run" }</h3>
                <p class="row">
                    <button class="small" onclick={from_here} disabled={busy || props.run.moment.broken.is_some()}>{ "Search from here" }</button>
                    <span class="dim">{ format!("can it still break after step {step}? Shows how, or that nothing does any more.") }</span>
                </p>
                <p class="row">
                    <button class="small" onclick={minimise} disabled={busy || !breaks}>{ "Minimise this run" }</button>
                    <span class="dim">{ if breaks { "the same break with fewer switches, by leaving out and joining" } else { "this run breaks nothing" } }</span>
                </p>
            </section>
            <section aria-label="Breaks"><h3>{ "Every distinct break known" }</h3>{ breaks_known(&driver, props.verdict.as_deref()) }</section>
        </div>
    }
}

/// What a search is doing, in words.
pub fn doing(hunt: Hunt) -> &'static str {
    match hunt {
        Hunt::Find => "Looking for the break with the fewest switches",
        Hunt::Prove => "Trying every order",
        Hunt::FromHere => "Searching on from this step",
        Hunt::Minimise => "Making the run simpler",
        Hunt::Repair => "Turning each switch, and searching",
        Hunt::Renew => "Searching what the link was made to show",
    }
}

fn progress(driver: &Driver, search: &Search, prefs: Prefs) -> Html {
    let Effort { states, depth, frontier, milliseconds, bytes, .. } = search.effort;
    let rate = states.saturating_mul(1000).checked_div(milliseconds).unwrap_or(0);
    let used = bytes >> 20;
    let cancel = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.cancel())
    };
    html! {
        <>
            <p><b>{ doing(search.hunt) }</b></p>
            <dl class="facts">
                <div><dt>{ "states" }</dt><dd>{ grouped(states) }</dd></div>
                <div><dt>{ "per second" }</dt><dd>{ grouped(rate) }</dd></div>
                <div><dt>{ "depth" }</dt><dd>{ grouped(depth) }</dd></div>
                <div><dt>{ "still to look at" }</dt><dd>{ grouped(frontier) }</dd></div>
                <div><dt>{ "memory" }</dt><dd>{ format!("{used} of {} MiB", prefs.memory) }</dd></div>
            </dl>
            <p><button class="small" onclick={cancel}>{ "End the search" }</button></p>
        </>
    }
}

fn ended(verdict: Option<&Verdict>) -> Html {
    let Some(Verdict { effort, .. }) = verdict else {
        return html! { <p class="none">{ "Nothing has been searched yet." }</p> };
    };
    html! {
        <dl class="facts">
            <div><dt>{ "states" }</dt><dd>{ grouped(effort.states) }</dd></div>
            <div><dt>{ "transitions" }</dt><dd>{ grouped(effort.transitions) }</dd></div>
            <div><dt>{ "depth" }</dt><dd>{ grouped(effort.depth) }</dd></div>
            <div><dt>{ "time" }</dt><dd>{ format!("{} ms", grouped(effort.milliseconds)) }</dd></div>
        </dl>
    }
}

/// How much memory a search may use; one that reaches it says so, and decides nothing.
fn memory(props: &ExplorerProps) -> Html {
    let choose = {
        let (dispatch, prefs) = (props.dispatch.clone(), props.prefs);
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
            if let Ok(memory) = text.parse() {
                dispatch.dispatch(Action::Prefs(Prefs { memory, ..prefs }));
            }
        })
    };
    let option = |size: &u32| {
        html! { <option key={*size} value={size.to_string()} selected={*size == props.prefs.memory}>{ format!("{size} MiB") }</option> }
    };
    html! {
        <p class="row"><label>{ "Memory a search may use " }<select onchange={choose}>{ for MEMORY.iter().map(option) }</select></label>
            <span class="dim">{ "one that reaches it ends as not decided" }</span></p>
    }
}

/// Every break, each with the way to watch it.
pub fn breaks_known(driver: &Driver, verdict: Option<&Verdict>) -> Html {
    match verdict.map(|verdict| verdict.breaks.as_slice()).unwrap_or_default() {
        [] => html! { <p class="none">{ "none" }</p> },
        breaks => html! { <ol class="breaks">{ for breaks.iter().map(|item| one(driver, item)) }</ol> },
    }
}

fn one(driver: &Driver, item: &Break) -> Html {
    let (driver, link) = (driver.clone(), item.link.clone());
    let watch = Callback::from(move |_: MouseEvent| driver.open(&link));
    let race = match item.race {
        Race::Needed => "needs a race",
        Race::NotNeeded => "needs no race",
        Race::Unknown => "race not judged",
    };
    let least = if item.shortest { ", proven minimal" } else { "" };
    let steps = counted(u64::from(item.steps), "step", "steps");
    let switches = counted(u64::from(item.switches), "switch", "switches");
    html! {
        <li key={item.link.clone()}>
            <p><Phrases words={item.told.clone()} /></p>
            <p class="dim">{ format!("{} · {steps}, {switches}{least} · {race}", item.promise) }</p>
            <button class="small" onclick={watch}>{ "Watch it" }</button>
        </li>
    }
}
