//! The command palette: everything by name.

use std::rc::Rc;

use cowscope_core::view::{Library, Question};
use cowscope_engine::protocol::{Aim, Until};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::Modal;
use crate::store::{Action, Dialog, Page, Run, Side, Store};

/// Rows that are drawn.
const MOST: usize = 40;

#[derive(Properties, PartialEq)]
pub struct PaletteProps {
    pub library: Option<Rc<Library>>,
    pub question: Option<Question>,
    pub run: Option<Run>,
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
    Run(u8, Until),
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
    let hits: Vec<(String, Deed)> = numbered(props, &sought)
        .into_iter()
        .chain(deeds(props))
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

/// What a number in the search field stands for: a step to go to, a line to run until.
fn numbered(props: &PaletteProps, sought: &str) -> Vec<(String, Deed)> {
    let Some((run, number)) =
        props.run.as_ref().zip(sought.split_whitespace().find_map(|word| word.parse::<u32>().ok()))
    else {
        return Vec::new();
    };
    let mut list = vec![(format!("Go to step {number}"), Deed::Goto(number))];
    for lane in &run.moment.lanes {
        if let Some(frame) = lane.stack.last() {
            let until = Until::Line { file: frame.body.file, line: number };
            list.push((
                format!("Run CPU {} until line {number} of {}", lane.cpu, frame.function),
                Deed::Run(lane.agent, until),
            ));
        }
    }
    list
}

/// What each CPU can be let run until: the words that anybody is about to touch or has just touched.
fn runs(run: &Run) -> Vec<(String, Deed)> {
    let moment = &run.moment;
    let mut words: Vec<(&str, u64)> = moment
        .accesses
        .iter()
        .filter(|access| access.place != 0)
        .map(|access| (access.name.as_str(), access.place))
        .collect();
    for state in &moment.agents {
        let name = state.next.split_once(' ').map_or("", |(_, name)| name);
        words.extend(state.places.first().map(|place| (name, *place)));
    }
    words.sort_unstable();
    words.dedup();
    let one = |cpu: u8, agent: u8, (name, place): (&str, u64)| {
        (format!("Run CPU {cpu} until it touches {name}"), Deed::Run(agent, Until::Word(place)))
    };
    moment.lanes.iter().flat_map(|lane| words.iter().map(|word| one(lane.cpu, lane.agent, *word))).collect()
}

fn deeds(props: &PaletteProps) -> Vec<(String, Deed)> {
    let mut list = vec![
        ("Find a break".to_owned(), Deed::Search(Aim::Find)),
        ("Prove".to_owned(), Deed::Search(Aim::Prove)),
        ("Share: copy the link to this step".to_owned(), Deed::Share),
        ("Show memory".to_owned(), Deed::Side(Side::Memory)),
        ("Show the steps as text".to_owned(), Deed::Side(Side::Steps)),
        ("Why does it break?".to_owned(), Deed::Side(Side::Why)),
        ("The search: from here, minimise, memory, every break".to_owned(), Deed::Side(Side::Explore)),
        ("Edit the C".to_owned(), Deed::Side(Side::Edit)),
        ("The matrix of designs and scenarios".to_owned(), Deed::Page(Page::Matrix)),
        ("Compare two kernels under this schedule".to_owned(), Deed::Page(Page::Compare)),
        ("The model: what is in it, what must hold, sources".to_owned(), Deed::Page(Page::About)),
        ("Machine and switches".to_owned(), Deed::Dialog(Dialog::Switches)),
        ("Help: keys and words".to_owned(), Deed::Dialog(Dialog::Help)),
        ("Go to the first step".to_owned(), Deed::Goto(0)),
        ("Go to the last step".to_owned(), Deed::Goto(u32::MAX)),
    ];
    list.extend(props.run.iter().flat_map(runs));
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
        Deed::Run(agent, until) => driver.run(agent, until),
    }
}
