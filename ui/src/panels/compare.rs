//! Two designs under one schedule: where they part, and how their C differs.

use std::rc::Rc;

use cowscope_core::view::{Change, ComparedRun, ComparedStep, Comparison, DiffKind, DiffLine, Library, Phrase};
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::cpu_class;
use crate::store::Run;

/// Steps shown before and behind the one at which the runs part.
const AROUND: usize = 40;

#[derive(Properties, PartialEq)]
pub struct CompareProps {
    pub library: Option<Rc<Library>>,
    pub run: Option<Run>,
    pub rival: Option<Rc<str>>,
    pub comparison: Option<Rc<Comparison>>,
}

/// The page "Compare".
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let (Some(library), Some(run)) = (&props.library, &props.run) else {
        return html! { <main id="main" tabindex="-1" class="text-page"><h1>{ "Compare" }</h1><p role="status">{ "The engine is starting." }</p></main> };
    };
    html! {
        <main id="main" tabindex="-1" class="text-page wide compare">
            <h1>{ "Two kernels, one schedule" }</h1>
            <div class="row">
                <span>{ "The schedule of the open run, played by" }</span>
                <b>{ run.program.question.design.clone() }</b>
                <span>{ "and by" }</span>
                <Rivals library={library.clone()} own={run.program.question.design.clone()} rival={props.rival.clone()} />
            </div>
            if let Some(comparison) = &props.comparison { { body(comparison) } }
            else if props.rival.is_some() { <p role="status">{ "Comparing …" }</p> }
            else { <p class="dim">{ "Choose a second design: it is given the same choices, step by step." }</p> }
        </main>
    }
}

#[derive(Properties, PartialEq)]
struct RivalsProps {
    library: Rc<Library>,
    own: String,
    rival: Option<Rc<str>>,
}

#[component]
fn Rivals(props: &RivalsProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let choose = Callback::from(move |event: Event| {
        let design = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
        if !design.is_empty() {
            driver.compare(&design);
        }
    });
    let others = props.library.designs.iter().filter(|design| design.id != props.own);
    html! {
        <select aria-label="Second design" onchange={choose}>
            <option value="" selected={props.rival.is_none()}>{ "choose a design" }</option>
            { for others.map(|design| html! {
                <option key={design.id.clone()} value={design.id.clone()} selected={props.rival.as_deref() == Some(design.id.as_str())}>{ design.id.clone() }</option>
            }) }
        </select>
    }
}

fn body(comparison: &Comparison) -> Html {
    let [a, b] = &comparison.sides;
    let parts = match comparison.parts_at {
        Some(at) => format!("They do the same for {at} steps, and part at step {}.", at + 1),
        None => "They do the same from the first step to the last.".to_owned(),
    };
    html! {
        <>
            <p class="parts" role="status">{ parts }</p>
            <div class="sides">{ side(a, comparison.parts_at, 0) }{ side(b, comparison.parts_at, 1) }</div>
            <h2>{ if comparison.changes.is_empty() { "Their C is the same" } else { "How their C differs" } }</h2>
            { for comparison.changes.iter().map(change) }
        </>
    }
}

fn side(run: &ComparedRun, parts_at: Option<u32>, which: usize) -> Html {
    let at = parts_at.unwrap_or(0) as usize;
    let from = if parts_at.is_some() { at.saturating_sub(AROUND) } else { 0 };
    let to = (at + AROUND).min(run.steps.len());
    let row = |(index, step): (usize, &ComparedStep)| {
        let class = classes!(cpu_class(step.cpu), (parts_at == Some(index as u32)).then_some("parting"));
        html! {
            <li key={index} {class}>
                <span class="number">{ index + 1 }</span>
                <em class="who">{ format!("CPU {}", step.cpu) }</em>
                <span class="label">{ step.label.clone() }</span>
                <small>{ step.function.clone() }</small>
            </li>
        }
    };
    let rows = run.steps.iter().enumerate().take(to).skip(from.min(to));
    let end = if run.broken.is_empty() {
        html! { <p class="end holds"><span aria-hidden="true">{ "✓ " }</span>{ "Ends with nothing broken" }</p> }
    } else {
        html! { <p class="end breaks"><span aria-hidden="true">{ "✕ " }</span>{ format!("Breaks: {}", Phrase::text(&run.broken)) }</p> }
    };
    html! {
        <section class="compared" aria-label={format!("{} run", if which == 0 { "First" } else { "Second" })}>
            <h2>{ run.title.clone() }</h2>
            { end }
            if from > 0 { <p class="dim">{ format!("{from} steps before") }</p> }
            <ol tabindex="0" aria-label="Steps">{ for rows.map(row) }</ol>
            if run.steps.len() > to { <p class="dim">{ format!("{} steps more", run.steps.len() - to) }</p> }
            <p><a class="button small" href={format!("#{}", run.link)}>{ "Step through this one" }</a></p>
        </section>
    }
}

fn change(change: &Change) -> Html {
    let [a, b] = &change.paths;
    let place = match (a.is_empty(), b.is_empty()) {
        (true, _) => format!("only the second: {b}"),
        (_, true) => format!("only the first: {a}"),
        _ if a == b => a.clone(),
        _ => format!("{a} → {b}"),
    };
    html! {
        <details class="change" key={change.function.clone()} open={change.lines.len() < 40}>
            <summary><code>{ change.function.clone() }</code>{ " " }<small>{ place }</small></summary>
            <div class="diff" role="group" aria-label={format!("Difference of {}", change.function)} tabindex="0">{ for change.lines.iter().map(line) }</div>
        </details>
    }
}

fn line(line: &DiffLine) -> Html {
    let (class, sign) = match line.kind {
        DiffKind::Both => ("both", " "),
        DiffKind::First => ("first", "−"),
        DiffKind::Second => ("second", "+"),
    };
    html! { <div {class}><span class="mark-sign">{ sign }</span>{ line.text.clone() }</div> }
}
