//! Why it breaks, in words: what collided, what was promised, what would repair it.

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Collision, End, Library, Question, Repair, Verdict};
use cowscope_engine::protocol::Mended;
use yew::prelude::*;

use super::explorer::breaks_known;
use crate::driver::Driver;
use crate::parts::Phrases;
use crate::store::{Mends, Run};

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub library: Option<Rc<Library>>,
    pub run: Run,
    pub verdict: Option<Rc<Verdict>>,
    pub verdicts: Rc<BTreeMap<Question, Rc<Verdict>>>,
    /// The switches that repair, once they have been looked for.
    pub mends: Option<Rc<Mends>>,
    /// No search is under way.
    pub idle: bool,
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
    use_repair(props, &driver);
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
                    <h3>{ "What would repair it" }</h3>
                    { repairing(&driver, verdict, props) }
                    <ul class="repairs">{ for sorted(&verdict.repairs, &props.verdicts).into_iter().map(|item| repair(&driver, &props.verdicts, item)) }</ul>
                </section>
            }
            <section aria-label="Breaks">
                <h3>{ if breaks { "Every distinct break known" } else { "No break" } }</h3>
                if breaks { { breaks_known(&driver, Some(verdict)) } } else { <p><Phrases words={verdict.told.clone()} /></p> }
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

/// Looks for the switches that repair, once, as soon as no other search is under way.
#[hook]
fn use_repair(props: &WhyProps, driver: &Driver) {
    let breaks = props.verdict.as_ref().filter(|verdict| verdict.end == End::Breaks && !verdict.repairs.is_empty());
    let wanted = breaks.filter(|_| props.idle && props.mends.is_none()).map(|verdict| {
        let breaks: Vec<String> = verdict.breaks.iter().map(|one| one.promise.clone()).collect();
        (props.run.program.question.clone(), breaks)
    });
    let driver = driver.clone();
    use_effect_with(wanted, move |wanted| {
        if let Some((question, breaks)) = wanted.clone() {
            driver.repair(question, breaks);
        }
    });
}

/// The switches that repair it by name, each with one click to try it.
fn repairing(driver: &Driver, verdict: &Verdict, props: &WhyProps) -> Html {
    let Some(mends) = &props.mends else {
        return html! { <p class="dim" role="status">{ "Turning each switch of this kernel, one at a time, and searching …" }</p> };
    };
    let one = |mended: &Mended| {
        let named = verdict.repairs.iter().find(|repair| repair.question == mended.question);
        let title = named.map_or_else(String::new, |repair| repair.title.clone());
        let (driver, question) = (driver.clone(), mended.question.clone());
        let attempt = Callback::from(move |_: MouseEvent| driver.attempt(question.clone()));
        let left = if mended.left.is_empty() {
            "then nothing breaks".to_owned()
        } else {
            format!("then still breaks: {}", mended.left.join(", "))
        };
        html! {
            <li key={title.clone()}>
                <p><b>{ title }</b></p>
                <p class="dim">{ format!("mends {}; {left}", mended.mends.join(", ")) }</p>
                <button class="small" onclick={attempt}>{ "Turn it, and see" }</button>
            </li>
        }
    };
    let undecided = (mends.undecided > 0).then(
        || html! { <p class="dim">{ format!("{} more were not decided within the budget.", mends.undecided) }</p> },
    );
    html! {
        <>
            if mends.found.is_empty() {
                <p role="status">{ "No single switch of this kernel takes any of this away." }</p>
            } else {
                <ul class="breaks mends" aria-label="Switches that repair it">{ for mends.found.iter().map(one) }</ul>
            }
            { for undecided }
            <p class="cap">{ "every switch" }</p>
        </>
    }
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
