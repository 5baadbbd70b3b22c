//! Designs by scenarios: which breaks on what. Computed live, each cell a link.

use std::collections::BTreeMap;
use std::rc::Rc;

use cowscope_core::view::{Design, End, Library, Question, Scenario, Verdict};
use yew::prelude::*;

use super::matrix_filter::{Choice, Filter, Row, Sort, filters, rows};
use crate::driver::Driver;

/// Verdicts by design, scenario and variant, of questions without switches or text of their own.
type Known<'a> = BTreeMap<(&'a str, &'a str, &'a str), &'a Rc<Verdict>>;

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
    let filter = use_state(Filter::default);
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let Some(library) = &props.library else {
        return html! { <main id="main" tabindex="-1" class="text-page"><h1>{ "Matrix" }</h1><p>{ "The engine is starting." }</p></main> };
    };
    let known: Known = props
        .verdicts
        .iter()
        .filter(|(question, _)| question.switches.is_empty() && question.edits.is_empty())
        .map(|(q, verdict)| ((q.design.as_str(), q.scenario.as_str(), q.variant.as_str()), verdict))
        .collect();
    let breaks = |design: &Design, row: &Row| {
        known
            .get(&(design.id.as_str(), row.scenario.id.as_str(), row.variant))
            .map(|verdict| (verdict.end, verdict.breaks.iter().map(|item| item.promise.clone()).collect::<Vec<_>>()))
    };
    let designs: Vec<&Design> = library.designs.iter().filter(|design| filter.design(design)).collect();
    let rows = rows(library, &filter, &designs, &breaks);
    let cells: Vec<Question> =
        rows.iter().flat_map(|row| designs.iter().map(|design| question(design, row.scenario, row.variant))).collect();
    let undecided: Vec<Question> = cells
        .iter()
        .filter(|q| !known.contains_key(&(q.design.as_str(), q.scenario.as_str(), q.variant.as_str())))
        .cloned()
        .collect();
    let decided = cells.len() - undecided.len();
    let all = {
        let (driver, undecided) = (driver.clone(), undecided.clone());
        Callback::from(move |_: MouseEvent| driver.decide(undecided.clone()))
    };
    let stop = Callback::from(move |_: MouseEvent| driver.stop_deciding());
    html! {
        <main id="main" tabindex="-1" class="text-page wide">
            <h1>{ "Which design breaks on what" }</h1>
            <div class="row">
                if props.waiting > 0 {
                    <button onclick={stop}>{ "Stop" }</button>
                    <progress max={cells.len().to_string()} value={decided.to_string()} aria-label="Cells decided" />
                } else {
                    <button class="go" onclick={all} disabled={undecided.is_empty()}>{ "Decide all" }</button>
                }
                <span class="dim" role="status">{ format!("{decided} of {} decided", cells.len()) }</span>
                <Filters library={library.clone()} filter={filter} />
            </div>
            <div class="matrix-scroll" tabindex="0" role="group" aria-label="Matrix of designs and scenarios">
                <table class="matrix" aria-label="Matrix">
                    <thead><tr><th scope="col">{ "scenario" }</th>{ for designs.iter().map(|design| head(design)) }</tr></thead>
                    <tbody>{ for rows.iter().map(|row| line(library, &known, &designs, row)) }</tbody>
                </table>
                if rows.is_empty() { <p class="none">{ "Nothing passes these filters." }</p> }
            </div>
            <p class="dim legend">{ "✕ breaks, ✓ holds, ? not decided, · not searched yet. ▲ ok or fail: what the kernel's own selftest said on a real kernel of that version." }</p>
        </main>
    }
}

fn head(design: &Design) -> Html {
    html! { <th scope="col" key={design.id.clone()} title={format!("{} {}", design.title, design.story)}><span>{ design.id.clone() }</span>if !design.era.is_empty() { <small>{ design.era.clone() }</small> }</th> }
}

#[derive(Properties, PartialEq)]
struct FiltersProps {
    library: Rc<Library>,
    filter: UseStateHandle<Filter>,
}

#[component]
fn Filters(props: &FiltersProps) -> Html {
    let select = |name: &'static str, now: &str, list: Vec<(String, String)>, put: fn(&mut Filter, String)| {
        let filter = props.filter.clone();
        let choose = Callback::from(move |event: Event| {
            let mut to = (*filter).clone();
            put(&mut to, event.target_unchecked_into::<web_sys::HtmlInputElement>().value());
            filter.set(to);
        });
        html! {
            <label class="filter"><span>{ name }</span>
                <select onchange={choose}>{ for list.into_iter().map(|(value, text)| html! {
                    <option key={value.clone()} selected={value == now} value={value.clone()}>{ text }</option>
                }) }</select>
            </label>
        }
    };
    let Choice { kinds, promises, memories, years } = filters(&props.library);
    let now = &*props.filter;
    let sorts =
        vec![("list".to_owned(), "reading list".to_owned()), ("breaks".to_owned(), "most breaks first".to_owned())];
    html! {
        <>
            { select("kind", &now.kind, kinds, |filter, value| filter.kind = value) }
            { select("invariant", &now.promise, promises, |filter, value| filter.promise = value) }
            { select("memory", &now.memory, memories, |filter, value| filter.memory = value) }
            { select("year", &now.year, years, |filter, value| filter.year = value) }
            { select("sort", if now.sort == Sort::List { "list" } else { "breaks" }, sorts, |filter, value| {
                filter.sort = if value == "breaks" { Sort::Breaks } else { Sort::List };
            }) }
        </>
    }
}

fn question(design: &Design, scenario: &Scenario, variant: &str) -> Question {
    Question {
        design: design.id.clone(),
        scenario: scenario.id.clone(),
        variant: variant.to_owned(),
        ..Question::default()
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    library: Rc<Library>,
    scenario: Rc<Scenario>,
    variant: AttrValue,
    /// Each column: the design, and its answer.
    cells: Vec<(AttrValue, Option<Rc<Verdict>>)>,
}

/// One row: drawn again only when one of its own answers comes.
#[component]
fn Line(props: &LineProps) -> Html {
    let scenario = &props.scenario;
    html! {
        <tr>
            <th scope="row" title={scenario.story.clone()}>{ scenario.title.clone() }if !props.variant.is_empty() { <small>{ format!(" {}", props.variant.replace('_', " ")) }</small> }</th>
            { for props.cells.iter().map(|(design, verdict)| cell(props, design, verdict.as_deref())) }
        </tr>
    }
}

fn line(library: &Rc<Library>, known: &Known, designs: &[&Design], row: &Row) -> Html {
    let answer = |design: &&Design| {
        let verdict = known.get(&(design.id.as_str(), row.scenario.id.as_str(), row.variant));
        (AttrValue::from(design.id.clone()), verdict.map(|verdict| Rc::clone(verdict)))
    };
    let cells: Vec<_> = designs.iter().map(answer).collect();
    html! { <Line key={format!("{} {}", row.scenario.id, row.variant)} library={library.clone()} scenario={Rc::new(row.scenario.clone())} variant={row.variant.to_owned()} {cells} /> }
}

fn cell(props: &LineProps, design: &AttrValue, found: Option<&Verdict>) -> Html {
    let (class, sign, word) = match found.map(|verdict| verdict.end) {
        Some(End::Breaks) => ("breaks", "✕", "breaks"),
        Some(End::Holds) => ("holds", "✓", "holds"),
        Some(End::NotDecided) => ("undecided", "?", "not decided"),
        None => ("unasked", "·", "not searched"),
    };
    let (scenario, variant) = (&props.scenario, props.variant.as_str());
    let first = found.and_then(|verdict| verdict.breaks.first());
    let href = first.map_or_else(|| start(props, design), |first| format!("#{}", first.link));
    let measured = props.library.measured.iter().find(|measured| {
        measured.design == design.as_str() && measured.scenario == scenario.id && measured.variant == variant
    });
    let mut name = format!("{design}, {} {variant}: {word}", scenario.title);
    if let Some(first) = first {
        name.push_str(&format!(" ({})", first.promise));
    }
    if let Some(measured) = measured {
        let said = if measured.passes { "ok" } else { "fail" };
        name.push_str(&format!("; kernel {} measured: {said}", measured.kernel));
    }
    html! {
        <td key={design.to_string()}>
            <a class={classes!("cell", class)} {href} aria-label={name.clone()} title={name}>{ sign }
                if let Some(measured) = measured { <small class="measured">{ if measured.passes { "▲ ok" } else { "▲ fail" } }</small> }
            </a>
        </td>
    }
}

/// The link to the start of a question.
fn start(props: &LineProps, design: &str) -> String {
    let variant = props.variant.as_str();
    let first = props.scenario.variants.first().is_none_or(|first| first.id == variant);
    let variant = if first { String::new() } else { format!("&n={variant}") };
    format!("#/run?v={}&d={design}&s={}{variant}", props.library.semantics, props.scenario.id)
}
