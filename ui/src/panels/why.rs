//! Why it breaks, in words: what collided, what was promised, what would repair it.

use std::rc::Rc;

use cowscope_core::view::{Break, End, Race, Verdict};
use cowscope_engine::protocol::Aim;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::Phrases;
use crate::store::Run;

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
}

/// The explanation.
#[component]
pub fn Why(props: &WhyProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let Some(verdict) = &props.verdict else {
        return html! { <p class="none">{ "Nothing has been searched yet. Find a break, and the reason stands here." }</p> };
    };
    let breaks = verdict.end == End::Breaks;
    html! {
        <div class="why">
            if let Some(collision) = &props.run.trace.collision {
                <section aria-label="The collision">
                    <h3>{ "The two accesses that collide" }</h3>
                    <p><Phrases words={collision.told.clone()} /></p>
                    <p class="row">{ jump(&driver, collision.first, "first access") }{ jump(&driver, collision.second, "second access") }</p>
                </section>
            }
            if let Some(broken) = &props.run.moment.broken {
                <section aria-label="What is broken"><h3>{ "What is broken here" }</h3><p><Phrases words={broken.told.clone()} /></p><p class="dim">{ broken.statement.clone() }</p></section>
            }
            <section aria-label="Breaks">
                <h3>{ if breaks { "Every distinct break" } else { "No break" } }</h3>
                if breaks { <ol class="breaks">{ for verdict.breaks.iter().map(|item| one(&driver, item)) }</ol> } else { <p><Phrases words={verdict.told.clone()} /></p> }
                <ul class="notes">{ for verdict.notes.iter().map(|note| html! { <li>{ note.clone() }</li> }) }</ul>
            </section>
            if !verdict.repairs.is_empty() {
                <section aria-label="What would repair it">
                    <h3>{ "Try a repair" }</h3>
                    <ul class="repairs">{ for verdict.repairs.iter().map(|repair| {
                        let (driver, question) = (driver.clone(), repair.question.clone());
                        let attempt = Callback::from(move |_: MouseEvent| {
                            driver.begin(question.clone());
                            driver.search(question.clone(), Aim::Prove);
                        });
                        html! { <li key={repair.title.clone()}><button onclick={attempt}>{ repair.title.clone() }</button></li> }
                    }) }</ul>
                </section>
            }
        </div>
    }
}

fn jump(driver: &Driver, step: u32, what: &str) -> Html {
    let driver = driver.clone();
    let go = Callback::from(move |_: MouseEvent| driver.goto(step + 1));
    html! { <button class="small" onclick={go}>{ format!("step {}: {what}", step + 1) }</button> }
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
    html! {
        <li key={item.link.clone()}>
            <p><Phrases words={item.told.clone()} /></p>
            <p class="dim">{ format!("{} steps, {} switches{least} · {race}", item.steps, item.switches) }</p>
            <button class="small" onclick={watch}>{ "Watch it" }</button>
        </li>
    }
}
