//! The run as text: the two-column table that kernel people write, and the twin of the timeline.

use std::rc::Rc;

use cowscope_core::view::{Actor, ActorKind, Program, Step, StepKind, Trace};
use cowscope_engine::protocol::Form;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::{counted, cpu_class};
use crate::store::Future;

/// Rows around the present one that are drawn; a longer run is paged through.
const WINDOW: u32 = 120;

#[derive(Properties, PartialEq)]
pub struct StepsProps {
    pub program: Rc<Program>,
    pub trace: Rc<Trace>,
    pub step: u32,
    pub futures: Vec<Future>,
    pub bookmarks: Rc<Vec<(u32, String)>>,
}

/// The list of steps.
#[component]
pub fn Steps(props: &StepsProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.step, move |_| in_sight(&node));
    }
    let trace = &props.trace;
    let len = trace.steps.len() as u32;
    let from = props.step.saturating_sub(WINDOW / 2).min(len.saturating_sub(WINDOW));
    let to = (from + WINDOW).min(len);
    let cpus = trace.actors.iter().map(|actor| actor.cpu + 1).max().unwrap_or(1);
    let go = |step: u32| {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.goto(step))
    };
    let row = |index: u32| {
        let step = &trace.steps[index as usize];
        let actor = trace.actors.get(usize::from(step.agent));
        let cpu = actor.map_or(0, |actor| actor.cpu);
        let class = classes!(
            (index + 1 == props.step).then_some("here"),
            (index >= props.step).then_some("future"),
            (trace.broken_at == Some(index)).then_some("breaks"),
            collides(trace, index).then_some("clash"),
        );
        html! {
            <tr key={index} {class} aria-current={(index + 1 == props.step).then_some("step")}>
                <th scope="row"><button class="quiet" onclick={go(index + 1)} title="Go to the moment after this step">{ index + 1 }</button></th>
                { for (0..cpus).map(|column| html! {
                    <td class={classes!(cpu_class(column), (column == cpu).then_some("did"))}>if column != cpu { { instead(&driver, trace, index, column) } } else { { text(step, actor.filter(|a| a.kind != Default::default()).map(|a| a.name.as_str())) } }</td>
                }) }
            </tr>
        }
    };
    html! {
        <div class="steps" ref={node}>
            if from > 0 { <button class="small" onclick={go(from)}>{ format!("{} earlier", counted(u64::from(from), "step", "steps")) }</button> }
            <table aria-label="Steps">
                <thead><tr><th scope="col">{ "step" }</th>{ for (0..cpus).map(|cpu| html! { <th scope="col" class={cpu_class(cpu)}>{ lane_name(trace, cpu) }</th> }) }</tr></thead>
                <tbody>{ for (from..to).map(row) }</tbody>
            </table>
            if to < len { <button class="small" onclick={go(to)}>{ format!("{} later", counted(u64::from(len - to), "step", "steps")) }</button> }
            { bookmarks(&driver, props) }
            { futures(&driver, &props.futures) }
            <div class="row" role="group" aria-label="Copy the run as">
                <span class="cap">{ "Copy the run as" }</span>
                { for FORMS.iter().map(|(form, name)| copy(&driver, *form, name)) }
            </div>
        </div>
    }
}

fn lane_name(trace: &Trace, cpu: u8) -> String {
    let first = trace.actors.iter().find(|actor| actor.cpu == cpu);
    match first {
        Some(actor) if actor.kind == ActorKind::Device => actor.name.clone(),
        _ => format!("CPU {cpu}"),
    }
}

fn collides(trace: &Trace, index: u32) -> bool {
    trace.collision.as_ref().is_some_and(|collision| collision.first == index || collision.second == index)
}

/// The agents of another column that could have acted in this step's place: one click takes that way, and this run is kept.
fn instead(driver: &Driver, trace: &Trace, index: u32, column: u8) -> Html {
    let Some(step) = trace.steps.get(index as usize) else { return html! {} };
    let can = trace
        .actors
        .iter()
        .enumerate()
        .take(64)
        .filter(|(agent, actor)| actor.cpu == column && step.others >> agent & 1 == 1);
    let one = |(agent, actor): (usize, &Actor)| {
        let driver = driver.clone();
        let go = Callback::from(move |_: MouseEvent| driver.branch(index, agent as u8));
        let name = format!("Instead of step {}: {}", index + 1, actor.name);
        html! { <button key={agent} class="instead" onclick={go} aria-label={name.clone()} title={name}>{ "⤷" }</button> }
    };
    can.map(one).collect()
}

fn text(step: &Step, agent: Option<&str>) -> Html {
    html! {
        <>
            <span class="label">{ step.label.clone() }</span>
            <small>{ agent.map_or_else(|| format!("{}:{}", step.function, step.at.line), str::to_owned) }
                if step.kind == StepKind::Locked { { " · locked" } }</small>
        </>
    }
}

/// The forms in which a run can be copied.
const FORMS: [(Form, &str); 6] = [
    (Form::Table, "table"),
    (Form::Words, "words"),
    (Form::Markdown, "Markdown"),
    (Form::Mermaid, "Mermaid"),
    (Form::Svg, "SVG"),
    (Form::Json, "JSON"),
];

fn copy(driver: &Driver, form: Form, name: &'static str) -> Html {
    let driver = driver.clone();
    let go = Callback::from(move |_: MouseEvent| driver.report(form));
    html! { <button class="chip" key={name} onclick={go}>{ name }</button> }
}

fn bookmarks(driver: &Driver, props: &StepsProps) -> Html {
    let here = props.step;
    let set = props.bookmarks.iter().any(|(step, _)| *step == here);
    let toggle = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.bookmark(here, !set))
    };
    let one = |(step, label): &(u32, String)| {
        let (driver, step) = (driver.clone(), *step);
        let go = Callback::from(move |_: MouseEvent| driver.goto(step));
        let text = if label.is_empty() { format!("⚑ step {step}") } else { format!("⚑ step {step}: {label}") };
        html! { <button class="chip" key={step} onclick={go}>{ text }</button> }
    };
    html! {
        <div class="row" role="group" aria-label="Bookmarks">
            <button class="small" onclick={toggle} aria-pressed={set.to_string()}>{ if set { "Remove the bookmark here" } else { "Bookmark this step" } }</button>
            { for props.bookmarks.iter().map(one) }
        </div>
    }
}

fn futures(driver: &Driver, list: &[Future]) -> Html {
    if list.is_empty() {
        return html! {};
    }
    let one = |future: &Future| {
        let (driver, link) = (driver.clone(), future.link.clone());
        let open = Callback::from(move |_: MouseEvent| driver.open(&link));
        let end = if future.breaks { ", breaks" } else { "" };
        html! { <li key={future.link.to_string()}><button class="small" onclick={open}>{ format!("parts at step {}, {} steps{end}", future.at + 1, future.steps) }</button></li> }
    };
    html! {
        <div class="futures"><h3>{ "Runs you left" }</h3><ul>{ for list.iter().rev().map(one) }</ul></div>
    }
}

fn in_sight(node: &NodeRef) {
    let Some(view) = node.cast::<web_sys::HtmlElement>() else { return };
    let Some(panel) = view.parent_element() else { return };
    let row = view.query_selector("tr.here").ok().flatten();
    if let Some(row) = row.and_then(|row| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(row).ok()) {
        let (top, from, height) = (row.offset_top(), panel.scroll_top(), panel.client_height());
        if top < from + 40 || top + 80 > from + height {
            panel.set_scroll_top((top - height / 2).max(0));
        }
    }
}
