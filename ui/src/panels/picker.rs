//! Choosing a design or a scenario, by name or by what it is about.

use std::rc::Rc;

use cowscope_core::view::{Flow, Library, Question};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::Modal;
use crate::store::{Action, Dialog, Store};

#[derive(Properties, PartialEq)]
pub struct PickerProps {
    pub library: Rc<Library>,
    pub question: Question,
    pub what: Dialog,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// One thing to choose.
struct Item {
    id: String,
    title: String,
    story: String,
    side: String,
}

/// A searchable list.
#[component]
pub fn Picker(props: &PickerProps) -> Html {
    let sought = use_state(String::new);
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let close = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.dispatch(Action::Dialog(None)))
    };
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            sought.set(event.target_unchecked_into::<HtmlInputElement>().value().to_lowercase())
        })
    };
    let designs = props.what == Dialog::Designs;
    let items = if designs { designs_of(&props.library) } else { scenarios_of(&props.library) };
    let now = if designs { &props.question.design } else { &props.question.scenario };
    let hits = items.iter().filter(|item| {
        let text = format!("{} {} {} {}", item.id, item.title, item.story, item.side).to_lowercase();
        sought.split_whitespace().all(|word| text.contains(word))
    });
    let rows: Vec<Html> = hits
        .map(|item| {
            let question = changed(&props.question, designs, &item.id);
            let (driver, close, on) = (driver.clone(), close.clone(), item.id == *now);
            let choose = Callback::from(move |_: MouseEvent| {
                close.emit(());
                if !on {
                    driver.begin(question.clone());
                }
            });
            html! {
                <li key={item.id.clone()}><button class="item" onclick={choose} aria-current={on.then_some("true")}>
                    <b>{ item.title.clone() }</b><small>{ item.side.clone() }</small><span>{ item.story.clone() }</span>
                </button></li>
            }
        })
        .collect();
    let title = if designs { "Choose a kernel design" } else { "Choose a scenario" };
    html! {
        <Modal {title} onclose={close.clone()} class="picker">
            <input type="search" placeholder="Search" aria-label={format!("{title}: search")} {oninput} />
            if rows.is_empty() { <p class="none">{ "Nothing has all these words." }</p> }
            <ul class="items">{ for rows }</ul>
        </Modal>
    }
}

/// Switches belong to a design and variants to a scenario, so they go with them; so does the user's own text.
fn changed(question: &Question, design: bool, id: &str) -> Question {
    let mut to = question.clone();
    to.edits.clear();
    if design {
        id.clone_into(&mut to.design);
        to.switches.clear();
    } else {
        id.clone_into(&mut to.scenario);
        to.variant.clear();
    }
    to
}

fn designs_of(library: &Library) -> Vec<Item> {
    let item = |design: &cowscope_core::view::Design| Item {
        id: design.id.clone(),
        title: design.title.clone(),
        story: design.story.clone(),
        side: design.era.clone(),
    };
    library.designs.iter().map(item).collect()
}

fn scenarios_of(library: &Library) -> Vec<Item> {
    let item = |scenario: &cowscope_core::view::Scenario| Item {
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        story: scenario.story.clone(),
        side: match scenario.kind {
            Flow::Sequential => "one order decides".to_owned(),
            Flow::Race => "race".to_owned(),
            Flow::Tlb => "TLB".to_owned(),
        },
    };
    library.scenarios.iter().map(item).collect()
}
