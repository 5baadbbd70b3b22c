//! Why it breaks, in words: what collided, what was promised, what would repair it.

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Break, Collision, End, Library, Question, Race, Repair, Verdict};
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::Phrases;
use crate::store::Run;

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub library: Option<Rc<Library>>,
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
    pub verdicts: Rc<BTreeMap<Question, Rc<Verdict>>>,
}

/// The explanation.
#[component]
pub fn Why(props: &WhyProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let question = &props.run.program.question;
    let scenario =
        props.library.as_ref().and_then(|library| library.scenarios.iter().find(|known| known.id == question.scenario));
    let story = scenario.map(|scenario| {
        html! {
            <section aria-label="The question">
                <h3>{ "The question" }</h3>
                <p>{ scenario.story.clone() }</p>
                if !scenario.look.is_empty() { <p class="dim">{ format!("Look at {}.", scenario.look.trim_end_matches('.')) }</p> }
                <p class="source">{ scenario.source.clone() }</p>
            </section>
        }
    });
    let Some(verdict) = &props.verdict else {
        return html! { <div class="why">{ for story }<p class="none">{ "Nothing has been searched yet. Find a break, and the reason stands here." }</p></div> };
    };
    let breaks = verdict.end == End::Breaks;
    html! {
        <div class="why">
            if let Some(pair) = &props.run.trace.collision { { collision(&driver, pair) } }
            if let Some(broken) = &props.run.moment.broken {
                <section aria-label="What is broken"><h3>{ "What is broken here" }</h3><p><Phrases words={broken.told.clone()} /></p><p class="dim">{ broken.statement.clone() }</p></section>
            }
            if !verdict.repairs.is_empty() {
                <section aria-label="What would repair it">
                    <h3>{ "Turn a switch, and see the verdict change" }</h3>
                    { try_all(&driver, verdict) }
                    <ul class="repairs">{ for sorted(&verdict.repairs, &props.verdicts).into_iter().map(|item| repair(&driver, &props.verdicts, item)) }</ul>
                </section>
            }
            <section aria-label="Breaks">
                <h3>{ if breaks { "Every distinct break known" } else { "No break" } }</h3>
                if breaks { <ol class="breaks">{ for verdict.breaks.iter().map(|item| one(&driver, item)) }</ol> } else { <p><Phrases words={verdict.told.clone()} /></p> }
                <ul class="notes">{ for verdict.notes.iter().map(|note| html! { <li>{ note.clone() }</li> }) }</ul>
            </section>
            { for story }
        </div>
    }
}

/// The pair, the edge that is missing between them, and the run in which it is there.
fn collision(driver: &Driver, pair: &Collision) -> Html {
    let other = (!pair.other_way.is_empty()).then(|| {
        let (driver, link) = (driver.clone(), pair.other_way.clone());
        let watch = Callback::from(move |_: MouseEvent| driver.open(&link));
        html! {
            <>
                <p><b>{ "The missing edge: " }</b>{ format!("nothing makes step {} wait for step {}. With these two the other way round, the same calls end and break nothing.", pair.first + 1, pair.second + 1) }</p>
                <p class="row"><button class="small" onclick={watch}>{ "Watch them the other way round" }</button></p>
            </>
        }
    });
    html! {
        <section aria-label="The collision">
            <h3>{ "The two accesses that collide" }</h3>
            <p><Phrases words={pair.told.clone()} /></p>
            <p class="row">{ jump(driver, pair.first, "first access") }{ jump(driver, pair.second, "second access") }</p>
            { for other }
        </section>
    }
}

/// Those that are known to hold stand first.
fn sorted<'a>(repairs: &'a [Repair], verdicts: &BTreeMap<Question, Rc<Verdict>>) -> Vec<&'a Repair> {
    let mut list: Vec<&Repair> = repairs.iter().collect();
    list.sort_by_key(|item| verdicts.get(&item.question).is_none_or(|verdict| verdict.end != End::Holds));
    list
}

fn try_all(driver: &Driver, verdict: &Verdict) -> Html {
    let (driver, questions) =
        (driver.clone(), verdict.repairs.iter().map(|item| item.question.clone()).collect::<Vec<_>>());
    let all = Callback::from(move |_: MouseEvent| driver.decide(questions.clone()));
    html! { <p><button class="small" onclick={all}>{ "Try all of them" }</button></p> }
}

/// A change to try; where its answer is known already, it says so.
fn repair(driver: &Driver, verdicts: &BTreeMap<Question, Rc<Verdict>>, item: &Repair) -> Html {
    let attempt = {
        let (driver, question) = (driver.clone(), item.question.clone());
        Callback::from(move |_: MouseEvent| driver.attempt(question.clone()))
    };
    let (class, sign) = match verdicts.get(&item.question).map(|verdict| verdict.end) {
        Some(End::Holds) => ("holds", "✓ holds"),
        Some(End::Breaks) => ("breaks", "✕ breaks"),
        Some(End::NotDecided) => ("undecided", "? not decided"),
        None => ("unasked", "try"),
    };
    html! { <li key={item.title.clone()}><button onclick={attempt}><span>{ item.title.clone() }</span><span class={classes!("answer", class)}>{ sign }</span></button></li> }
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
