//! Every switch of the design, and the options of the machine.

use std::rc::Rc;

use cowscope_core::view::{Flag, Library, Program, Question};
use yew::prelude::*;

use super::header::machine;
use crate::driver::Driver;
use crate::parts::Modal;
use crate::store::{Action, Store};

#[derive(Properties, PartialEq)]
pub struct SwitchesProps {
    pub library: Rc<Library>,
    pub program: Rc<Program>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The sheet of switches; each change begins the question anew.
#[component]
pub fn Switches(props: &SwitchesProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let close = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.dispatch(Action::Dialog(None)))
    };
    let question = &props.program.question;
    html! {
        <Modal title="Machine and switches" onclose={close}>
            <h3>{ "The machine" }</h3>
            <ul class="switch-list">{ for props.program.machine.iter().map(|option| html! {
                <li key={option.name.clone()} class="switch-row">{ machine(&driver, question, option) }<p>{ option.title.clone() }</p></li>
            }) }</ul>
            <h3>{ format!("The kernel: {}", props.program.titles[0]) }</h3>
            <Flags library={props.library.clone()} question={question.clone()} />
        </Modal>
    }
}

#[derive(Properties, PartialEq)]
pub struct FlagsProps {
    pub library: Rc<Library>,
    pub question: Question,
}

/// Every switch of a design, each with the values it may take.
#[component]
pub fn Flags(props: &FlagsProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let design = props.library.designs.iter().find(|design| design.id == props.question.design);
    let flags = design.map_or(&[][..], |design| &design.switches);
    let row = |flag: &Flag| {
        html! {
            <li key={flag.name.clone()} class="switch-row">
                <div class="chips" role="group" aria-label={flag.title.clone()}>{ for flag.values.iter().map(|(value, label)| one(&driver, &props.question, flag, *value, label)) }</div>
                <p>{ flag.title.clone() }{ " " }<code class="dim">{ flag.name.clone() }</code></p>
            </li>
        }
    };
    if flags.is_empty() {
        return html! { <p class="none">{ "This kernel has no switches." }</p> };
    }
    html! { <ul class="switch-list">{ for flags.iter().map(row) }</ul> }
}

fn one(driver: &Driver, question: &Question, flag: &Flag, value: i64, label: &str) -> Html {
    let now = question.switches.iter().find(|(name, _)| *name == flag.name).map_or(flag.default, |(_, value)| *value);
    let mut to = question.clone();
    to.switches.retain(|(name, _)| *name != flag.name);
    if value != flag.default {
        to.switches.push((flag.name.clone(), value));
    }
    let driver = driver.clone();
    let choose = Callback::from(move |_: MouseEvent| {
        if value != now {
            driver.begin(to.clone());
        }
    });
    let label = if label.is_empty() { value.to_string() } else { label.to_owned() };
    html! { <button key={value} class="chip" aria-pressed={(now == value).to_string()} onclick={choose}>{ label }</button> }
}
