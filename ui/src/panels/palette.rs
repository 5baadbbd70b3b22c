//! The command palette: everything by name.

use std::rc::Rc;

use cowscope_core::view::{Library, Question};
use cowscope_engine::protocol::Aim;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::Modal;
use crate::store::{Action, Dialog, Page, Side, Store};

/// Rows that are drawn.
const MOST: usize = 40;

#[derive(Properties, PartialEq)]
pub struct PaletteProps {
    pub library: Option<Rc<Library>>,
    pub question: Option<Question>,
    pub dispatch: UseReducerDispatcher<Store>,
}

#[derive(Clone)]
enum Deed {
    Open(Question),
    Search(Aim),
    Share,
    Page(Page),
    Side(Side),
    Dialog(Dialog),
    Goto(u32),
}

/// A list of deeds under a search field; Enter does the first.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let sought = use_state(String::new);
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let close = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.dispatch(Action::Dialog(None)))
    };
    let act = {
        let (driver, dispatch, question) = (driver, props.dispatch.clone(), props.question.clone());
        Callback::from(move |deed: Deed| {
            dispatch.dispatch(Action::Dialog(None));
            perform(&driver, &dispatch, question.as_ref(), deed);
        })
    };
    let hits: Vec<(String, Deed)> = deeds(props)
        .into_iter()
        .filter(|(name, _)| sought.split_whitespace().all(|word| name.to_lowercase().contains(word)))
        .take(MOST)
        .collect();
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            sought.set(event.target_unchecked_into::<HtmlInputElement>().value().to_lowercase())
        })
    };
    let onkeydown = {
        let (act, first) = (act.clone(), hits.first().map(|(_, deed)| deed.clone()));
        Callback::from(move |event: KeyboardEvent| {
            if let (true, Some(deed)) = (event.key() == "Enter", &first) {
                event.prevent_default();
                act.emit(deed.clone());
            }
        })
    };
    let row = |(name, deed): &(String, Deed)| {
        let (act, deed) = (act.clone(), deed.clone());
        let choose = Callback::from(move |_: MouseEvent| act.emit(deed.clone()));
        html! { <li key={name.clone()}><button class="item" onclick={choose}>{ name.clone() }</button></li> }
    };
    html! {
        <Modal title="Search and commands" onclose={close} class="picker">
            <input type="search" placeholder="A design, a scenario, a command, a step number" aria-label="Search and commands" {oninput} {onkeydown} />
            if hits.is_empty() { <p class="none">{ "Nothing has all these words." }</p> }
            <ul class="items">{ for hits.iter().map(row) }</ul>
        </Modal>
    }
}

fn deeds(props: &PaletteProps) -> Vec<(String, Deed)> {
    let mut list = vec![
        ("Find a break".to_owned(), Deed::Search(Aim::Find)),
        ("Prove".to_owned(), Deed::Search(Aim::Prove)),
        ("Share: copy the link to this step".to_owned(), Deed::Share),
        ("Show memory".to_owned(), Deed::Side(Side::Memory)),
        ("Show the steps as text".to_owned(), Deed::Side(Side::Steps)),
        ("Why does it break?".to_owned(), Deed::Side(Side::Why)),
        ("Edit the C".to_owned(), Deed::Side(Side::Edit)),
        ("The matrix of designs and scenarios".to_owned(), Deed::Page(Page::Matrix)),
        ("About the model".to_owned(), Deed::Page(Page::About)),
        ("Help: keys and words".to_owned(), Deed::Dialog(Dialog::Help)),
        ("Go to the first step".to_owned(), Deed::Goto(0)),
        ("Go to the last step".to_owned(), Deed::Goto(u32::MAX)),
    ];
    if let (Some(library), Some(question)) = (&props.library, &props.question) {
        for scenario in &library.scenarios {
            let to = Question {
                scenario: scenario.id.clone(),
                variant: String::new(),
                edits: Vec::new(),
                ..question.clone()
            };
            list.push((format!("Scenario: {} ({})", scenario.title, scenario.id), Deed::Open(to)));
        }
        for design in &library.designs {
            let to =
                Question { design: design.id.clone(), switches: Vec::new(), edits: Vec::new(), ..question.clone() };
            list.push((format!("Kernel: {} ({})", design.title, design.id), Deed::Open(to)));
        }
    }
    list
}

fn perform(driver: &Driver, dispatch: &UseReducerDispatcher<Store>, question: Option<&Question>, deed: Deed) {
    match deed {
        Deed::Open(question) => driver.begin(question),
        Deed::Search(aim) => {
            if let Some(question) = question {
                driver.search(question.clone(), aim);
            }
        }
        Deed::Share => driver.share(),
        Deed::Page(page) => driver.show(page),
        Deed::Side(side) => dispatch.dispatch(Action::Side(side)),
        Deed::Dialog(dialog) => dispatch.dispatch(Action::Dialog(Some(dialog))),
        Deed::Goto(step) => driver.goto(step),
    }
}
