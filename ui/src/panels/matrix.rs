//! Designs by scenarios: which breaks on what.

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Design, End, Library, Question, Scenario, Verdict};
use yew::prelude::*;

use crate::driver::Driver;

#[derive(Properties, PartialEq)]
pub struct MatrixProps {
    pub library: Option<Rc<Library>>,
    pub verdicts: Rc<BTreeMap<Question, Rc<Verdict>>>,
    /// Cells still to be decided.
    pub waiting: usize,
}

/// The page "Matrix".
#[component]
pub fn Matrix(props: &MatrixProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let Some(library) = &props.library else {
        return html! { <main id="main" tabindex="-1" class="text-page"><h1>{ "Matrix" }</h1><p>{ "The engine is starting." }</p></main> };
    };
    let cells: Vec<Question> = library
        .scenarios
        .iter()
        .flat_map(|scenario| variants(scenario).into_iter().map(move |variant| (scenario, variant)))
        .flat_map(|(scenario, variant)| library.designs.iter().map(move |design| question(design, scenario, &variant)))
        .collect();
    let all = {
        let (driver, cells) = (driver.clone(), cells.clone());
        Callback::from(move |_: MouseEvent| driver.decide(cells.clone()))
    };
    let decided = cells.iter().filter(|cell| answer(&props.verdicts, cell).is_some()).count();
    html! {
        <main id="main" tabindex="-1" class="text-page wide">
            <h1>{ "Which design breaks on what" }</h1>
            <p class="row">
                <button class="go" onclick={all} disabled={props.waiting > 0}>{ if props.waiting > 0 { format!("{} to go", props.waiting) } else { "Decide all".to_owned() } }</button>
                <span class="dim" role="status">{ format!("{decided} of {} decided", cells.len()) }</span>
            </p>
            <div class="matrix-scroll" tabindex="0" role="group" aria-label="Matrix of designs and scenarios">
                <table class="matrix" aria-label="Matrix">
                    <thead><tr><th scope="col">{ "scenario" }</th>{ for library.designs.iter().map(|design| html! { <th scope="col" key={design.id.clone()} title={design.story.clone()}>{ design.title.clone() }</th> }) }</tr></thead>
                    <tbody>{ for library.scenarios.iter().flat_map(|scenario| rows(props, library, &driver, scenario)) }</tbody>
                </table>
            </div>
        </main>
    }
}

fn variants(scenario: &Scenario) -> Vec<String> {
    if scenario.variants.is_empty() {
        return vec![String::new()];
    }
    scenario.variants.iter().map(|variant| variant.id.clone()).collect()
}

fn question(design: &Design, scenario: &Scenario, variant: &str) -> Question {
    Question {
        design: design.id.clone(),
        scenario: scenario.id.clone(),
        variant: variant.to_owned(),
        ..Question::default()
    }
}

/// The engine spells every option out, so a cell is found by its names.
fn answer<'a>(verdicts: &'a BTreeMap<Question, Rc<Verdict>>, cell: &Question) -> Option<(&'a Question, &'a Verdict)> {
    let same = |question: &Question| {
        question.design == cell.design
            && question.scenario == cell.scenario
            && question.variant == cell.variant
            && question.switches.is_empty()
            && question.edits.is_empty()
    };
    verdicts.iter().find(|(question, _)| same(question)).map(|(question, verdict)| (question, verdict.as_ref()))
}

fn rows(props: &MatrixProps, library: &Library, driver: &Driver, scenario: &Scenario) -> Vec<Html> {
    let row = |variant: String| {
        html! {
            <tr key={format!("{} {variant}", scenario.id)}>
                <th scope="row" title={scenario.story.clone()}>{ scenario.title.clone() }if !variant.is_empty() { <small>{ format!(" {variant}") }</small> }</th>
                { for library.designs.iter().map(|design| cell(props, driver, design, scenario, &variant)) }
            </tr>
        }
    };
    variants(scenario).into_iter().map(row).collect()
}

fn cell(props: &MatrixProps, driver: &Driver, design: &Design, scenario: &Scenario, variant: &str) -> Html {
    let asked = question(design, scenario, variant);
    let found = answer(&props.verdicts, &asked);
    let (class, sign, word) = match found.map(|(_, verdict)| verdict.end) {
        Some(End::Breaks) => ("breaks", "✕", "breaks"),
        Some(End::Holds) => ("holds", "✓", "holds"),
        Some(End::NotDecided) => ("undecided", "?", "not decided"),
        None => ("unasked", "·", "not searched"),
    };
    let link = found.and_then(|(_, verdict)| verdict.breaks.first()).map(|first| first.link.clone());
    let name = format!(
        "{}, {}{}: {word}",
        design.title,
        scenario.title,
        if variant.is_empty() { String::new() } else { format!(" {variant}") }
    );
    let open = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| match &link {
            Some(link) => driver.open(link),
            None => driver.begin(asked.clone()),
        })
    };
    html! { <td key={design.id.clone()}><button class={classes!("cell", class)} onclick={open} aria-label={name.clone()} title={name}>{ sign }<small>{ word }</small></button></td> }
}
