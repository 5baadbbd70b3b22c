//! The verdict: what happens, in a sentence a person would say; and the search, while it runs.

use std::rc::Rc;

use cowscope_core::view::{Effort, End, Verdict};
use cowscope_engine::protocol::Aim;
use yew::prelude::*;

use super::explorer::doing;
use crate::driver::Driver;
use crate::parts::{Phrases, counted, grouped};
use crate::store::{Action, Run, Search, Side, Store};

#[derive(Properties, PartialEq)]
pub struct VerdictProps {
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
    pub search: Option<Search>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The region "Verdict".
#[component]
pub fn VerdictBar(props: &VerdictProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let aim = |aim: Aim| {
        let (driver, question) = (driver.clone(), props.run.program.question.clone());
        Callback::from(move |_: MouseEvent| driver.search(question.clone(), aim))
    };
    let searching = props.search.as_ref().filter(|search| *search.question == props.run.program.question);
    let class = classes!("verdict", state(props.verdict.as_deref(), searching.is_some()));
    html! {
        <section {class} aria-label="Verdict">
            { stamp(props.verdict.as_deref(), searching.is_some()) }
            <div class="words">{ words(props, &driver, searching) }</div>
            <div class="figures">
                if let Some(search) = searching { { progress(&driver, search) } } else { { figures(props.verdict.as_deref(), &props.run) } }
            </div>
            <div class="ask">
                <button class="find" onclick={aim(Aim::Find)} disabled={searching.is_some()} aria-keyshortcuts="f" title="Fewest switches first: stops at the shortest break (f)">{ "Find a break" }</button>
                <button onclick={aim(Aim::Prove)} disabled={searching.is_some()} title="Every order, every distinct break: holds only when all have been tried">{ "Prove" }</button>
            </div>
        </section>
    }
}

fn state(verdict: Option<&Verdict>, searching: bool) -> &'static str {
    match verdict.map(|verdict| verdict.end) {
        Some(End::Breaks) => "breaks",
        Some(End::Holds) => "holds",
        Some(End::NotDecided) => "undecided",
        None if searching => "searching",
        None => "unasked",
    }
}

/// The three ends differ by shape and word: a diamond with a cross, a disc with a tick, a dashed square with a question mark.
fn stamp(verdict: Option<&Verdict>, searching: bool) -> Html {
    let (sign, word) = match verdict.map(|verdict| verdict.end) {
        Some(End::Breaks) => ("✕", "Breaks"),
        Some(End::Holds) => ("✓", "Holds"),
        Some(End::NotDecided) => ("?", "Not decided"),
        None if searching => ("", "Searching"),
        None => ("?", "Not searched"),
    };
    html! { <div class="stamp"><span class="sign" aria-hidden="true"><span>{ sign }</span></span><strong>{ word }</strong></div> }
}

fn words(props: &VerdictProps, driver: &Driver, searching: Option<&Search>) -> Html {
    let moment = &props.run.moment;
    let again = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.renew())
    };
    let remark = (!props.run.remark.is_empty()).then(|| {
        html! {
            <p class="remark">{ props.run.remark.to_string() }{ " " }
                if props.run.outdated { <button class="link" onclick={again}>{ "Search it again" }</button> }
            </p>
        }
    });
    let Some(verdict) = props.verdict.as_deref() else {
        let text = if let Some(search) = searching {
            doing(search.hunt)
        } else {
            "Find a break tries every order in which these programs can run."
        };
        return html! { <>{ for remark }<p class="told">{ text }</p></> };
    };
    let why = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Side(Side::Why)))
    };
    let broken = moment.broken.as_ref();
    html! {
        <>
            { for remark }
            <p class="told">
                if let Some(broken) = broken { <Phrases words={broken.told.clone()} /> } else { <Phrases words={verdict.told.clone()} /> }
            </p>
            if !verdict.statement.is_empty() && broken.is_none() {
                <p class="statement"><b>{ "Broken: " }</b>{ verdict.statement.clone() }</p>
            }
            <p class="notes">
                { verdict.notes.join(" · ") }{ " " }
                if verdict.end == End::Breaks { { collision(driver, &props.run) }<button class="link" onclick={why}>{ "Why?" }</button> }
            </p>
        </>
    }
}

/// The pair that collides, with the way to both.
fn collision(driver: &Driver, run: &Run) -> Html {
    let Some(collision) = &run.trace.collision else { return html! {} };
    let jump = |to: u32| {
        let driver = driver.clone();
        let go = Callback::from(move |_: MouseEvent| driver.goto(to));
        html! { <button class="link" onclick={go}>{ format!("step {to}") }</button> }
    };
    html! {
        <span class="clash-pair"><span aria-hidden="true">{ "◆ " }</span>{ jump(collision.first + 1) }{ " and " }{ jump(collision.second + 1) }{ " collide" }</span>
    }
}

fn figures(verdict: Option<&Verdict>, run: &Run) -> Html {
    let Some(verdict) = verdict else {
        return html! { <p>{ run.program.scope.clone() }</p> };
    };
    let first = verdict.breaks.first();
    html! {
        <>
            if let Some(first) = first {
                <p><b>{ format!("{}, {}", counted(u64::from(first.steps), "step", "steps"), counted(u64::from(first.switches), "switch", "switches")) }</b>{ if first.shortest { ", proven minimal" } else { "" } }</p>
            }
            <p>{ format!("{} in {}", states(verdict), time(verdict.effort.milliseconds)) }</p>
            <p class="scope" title={verdict.scope.clone()}>{ verdict.scope.clone() }</p>
        </>
    }
}

fn states(verdict: &Verdict) -> String {
    let all = if verdict.end == End::Holds { "all " } else { "" };
    format!("{all}{}", counted(verdict.effort.states, "state", "states"))
}

fn time(milliseconds: u64) -> String {
    match milliseconds {
        0..10_000 => format!("{milliseconds} ms"),
        _ => format!("{} s", grouped(milliseconds / 1000)),
    }
}

fn progress(driver: &Driver, search: &Search) -> Html {
    let Effort { states, depth, frontier, milliseconds, .. } = search.effort;
    let rate = states.saturating_mul(1000).checked_div(milliseconds).unwrap_or(0);
    let cancel = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.cancel())
    };
    html! {
        <div class="progress" role="group" aria-label="Search">
            <div class="running" aria-hidden="true" />
            <p><b>{ counted(states, "state", "states") }</b>{ format!(" · {} per second", grouped(rate)) }</p>
            <p>{ format!("depth {} · {} still to look at", grouped(depth), grouped(frontier)) }</p>
            <button class="small" onclick={cancel}>{ "Cancel" }</button>
        </div>
    }
}
