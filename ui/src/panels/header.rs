//! The top of the page: what is run, and what else there is.

use std::rc::Rc;

use cowscope_core::view::{Library, MachineOption, Question, Scenario, Variant};
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::{Icon, Shape, counted};
use crate::store::{Action, Dialog, Page, Prefs, Run, Size, Store, Theme};

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    pub library: Option<Rc<Library>>,
    pub run: Option<Run>,
    pub page: Page,
    pub prefs: Prefs,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let open = |dialog: Dialog| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Dialog(Some(dialog))))
    };
    let show = |page: Page| {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.show(page))
    };
    let share = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.share())
    };
    let titles = props.run.as_ref().map(|run| run.program.titles.clone()).unwrap_or_default();
    let current = |page: Page| (props.page == page).then_some("page");
    html! {
        <header class="top">
            <button class="logo" onclick={show(Page::Run)} title="The workbench"><span aria-hidden="true">{ "cow" }<i>{ "◉" }</i>{ "scope" }</span><span class="hidden">{ "Cowscope: the workbench" }</span></button>
            if props.run.is_some() {
                <button class="pick design" onclick={open(Dialog::Designs)} aria-haspopup="dialog"><small>{ "kernel" }</small><span>{ titles[0].clone() }</span></button>
                <button class="pick scenario" onclick={open(Dialog::Scenarios)} aria-haspopup="dialog"><small>{ "scenario" }</small><span>{ titles[1].clone() }</span></button>
            }
            if let Some(run) = &props.run { <Options run={run.clone()} library={props.library.clone()} dispatch={props.dispatch.clone()} /> }
            <span class="gap" />
            <button class="quiet mini" onclick={open(Dialog::Palette)} aria-label="Search and commands" title="Search and commands (/)"><Icon shape={Shape::Search} /></button>
            <nav aria-label="Pages">
                <button class="quiet" onclick={show(Page::Matrix)} aria-current={current(Page::Matrix)}>{ "Matrix" }</button>
                <button class="quiet" onclick={show(Page::Compare)} aria-current={current(Page::Compare)}>{ "Compare" }</button>
                <button class="quiet" onclick={show(Page::About)} aria-current={current(Page::About)}>{ "Model" }</button>
            </nav>
            <Looks prefs={props.prefs} dispatch={props.dispatch.clone()} />
            <button class="quiet" onclick={open(Dialog::Help)} aria-label="Help" title="Keys and words (?)">{ "?" }</button>
            <button class="go" onclick={share} disabled={props.run.is_none()}><Icon shape={Shape::Share} />{ "Share" }</button>
        </header>
    }
}

#[derive(Properties, PartialEq)]
struct OptionsProps {
    run: Run,
    library: Option<Rc<Library>>,
    dispatch: UseReducerDispatcher<Store>,
}

/// The variant of the scenario; the memory model, the TLB and the switches stand behind one button.
#[component]
fn Options(props: &OptionsProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let program = &props.run.program;
    let question = &program.question;
    let scenario = props
        .library
        .as_ref()
        .and_then(|library| library.scenarios.iter().find(|scenario| scenario.id == question.scenario));
    let changed = question.switches.len() + question.edits.len();
    let switches = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Dialog(Some(Dialog::Switches))))
    };
    let options = program.machine.iter().take(2).map(|option| {
        option.values.iter().find(|(value, _)| *value == option.value).map_or("", |(_, label)| label.as_str())
    });
    let mut machine = options.collect::<Vec<_>>().join(", ");
    if changed > 0 {
        machine.push_str(&format!(" + {}", counted(changed as u64, "change", "changes")));
    }
    html! {
        <div class="options">
            if let Some(scenario) = scenario.filter(|scenario| scenario.variants.len() > 1) { { variants(&driver, question, scenario) } }
            <button class="pick" onclick={switches} aria-haspopup="dialog" title="Memory model, TLB, and the switches of the kernel"><small>{ "machine" }</small><span>{ machine }</span></button>
        </div>
    }
}

fn variants(driver: &Driver, question: &Question, scenario: &Scenario) -> Html {
    let choose = {
        let (driver, question) = (driver.clone(), question.clone());
        Callback::from(move |event: Event| {
            let variant = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
            driver.begin(Question { variant, ..question.clone() });
        })
    };
    let option = |variant: &Variant| {
        let selected = variant.id == question.variant;
        html! { <option key={variant.id.clone()} value={variant.id.clone()} {selected}>{ variant.id.replace('_', " ") }</option> }
    };
    html! { <select class="pick" aria-label="Variant" title="Variant of the scenario" onchange={choose}>{ for scenario.variants.iter().map(option) }</select> }
}

/// One option of the machine as a group of chips.
pub fn machine(driver: &Driver, question: &Question, option: &MachineOption) -> Html {
    let chips = option.values.iter().map(|(value, label)| {
        let on = *value == option.value;
        let mut to = question.clone();
        to.machine.retain(|(name, _)| *name != option.name);
        to.machine.push((option.name.clone(), value.clone()));
        let driver = driver.clone();
        let choose = Callback::from(move |_: MouseEvent| {
            if !on {
                driver.begin(to.clone());
            }
        });
        html! { <button key={value.clone()} class="chip" aria-pressed={on.to_string()} onclick={choose}>{ label.clone() }</button> }
    });
    html! { <div class="chips" role="group" aria-label={option.title.clone()} title={option.title.clone()} key={option.name.clone()}>{ for chips }</div> }
}

#[derive(Properties, PartialEq)]
struct LooksProps {
    prefs: Prefs,
    dispatch: UseReducerDispatcher<Store>,
}

/// Light or dark, normal or large.
#[component]
fn Looks(props: &LooksProps) -> Html {
    let prefs = props.prefs;
    let dark = match prefs.theme {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => crate::browser::system_dark(),
    };
    let set = |prefs: Prefs| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Prefs(prefs)))
    };
    let theme = set(Prefs { theme: if dark { Theme::Light } else { Theme::Dark }, ..prefs });
    let large = prefs.size == Size::Projector;
    let size = set(Prefs { size: if large { Size::Normal } else { Size::Projector }, ..prefs });
    html! {
        <>
            <button class="quiet mini" onclick={theme} aria-label="Dark theme" aria-pressed={dark.to_string()} title="Light or dark"><Icon shape={if dark { Shape::Sun } else { Shape::Moon }} /></button>
            <button class="quiet mini wide-only" onclick={size} aria-label="Projector size" aria-pressed={large.to_string()} title="Large type, for a projector"><Icon shape={Shape::Projector} /></button>
        </>
    }
}
