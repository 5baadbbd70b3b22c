//! The page as a whole: the store, the driver, the keyboard, and where everything stands.

use cowscope_core::view::Trace;
use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::browser;
use crate::driver::Driver;
use crate::keys::{self, Command};
use crate::panels::{
    About, Compare, Header, Help, LaneView, Links, Matrix, Notice, Palette, Picker, SideView, Switches, Timeline,
    Transport, TroubleCard, VerdictBar,
};
use crate::store::{Action, Dialog, Page, Prefs, Run, Side, Store};
use cowscope_engine::protocol::Aim;

/// The page.
#[component]
pub fn App() -> Html {
    let store = use_reducer_eq(|| Store { prefs: Prefs::load(), ..Store::default() });
    let driver = {
        let dispatch = store.dispatcher();
        (*use_memo((), move |()| Driver::start(dispatch))).clone()
    };
    {
        let driver = driver.clone();
        use_effect_with(store.prefs, move |prefs| {
            prefs.apply();
            driver.set_memory(prefs.memory);
        });
    }
    use_keyboard(&store, &driver);
    use_history(&driver);
    use_player(&store, &driver);
    let dispatch = store.dispatcher();
    let onfocus = {
        let dispatch = dispatch.clone();
        use_callback((), move |frame: Option<u64>, ()| dispatch.dispatch(Action::Focus(frame)))
    };
    // The fragment belongs to the run: the focus moves without it.
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        browser::focus_id("main");
    });
    html! {
        <ContextProvider<Driver> context={driver}>
            <a class="skip" href="#main" onclick={skip}>{ "Skip to the machine" }</a>
            <Header library={store.library.clone()} run={store.run.clone()} page={store.page} prefs={store.prefs} dispatch={dispatch.clone()} />
            { page(&store, &dispatch, &onfocus) }
            if let Some(trouble) = &store.trouble { <TroubleCard trouble={trouble.clone()} dispatch={dispatch.clone()} /> }
            <Notice text={store.notice.clone()} />
            { dialog(&store, &dispatch) }
        </ContextProvider<Driver>>
    }
}

fn page(store: &Store, dispatch: &UseReducerDispatcher<Store>, onfocus: &Callback<Option<u64>>) -> Html {
    match store.page {
        Page::Matrix => {
            html! { <Matrix library={store.library.clone()} verdicts={store.verdicts.clone()} waiting={store.waiting} /> }
        }
        Page::Compare => {
            html! { <Compare library={store.library.clone()} run={store.run.clone()} rival={store.rival.clone()} comparison={store.comparison.clone()} /> }
        }
        Page::About => html! { <About library={store.library.clone()} /> },
        Page::Run => match &store.run {
            Some(run) => bench(store, run, dispatch, onfocus),
            None => html! { <main class="starting" id="main"><p role="status">{ "Starting the machine …" }</p></main> },
        },
    }
}

fn bench(store: &Store, run: &Run, dispatch: &UseReducerDispatcher<Store>, onfocus: &Callback<Option<u64>>) -> Html {
    let lanes = run.moment.lanes.len();
    html! {
        <>
            <VerdictBar run={run.clone()} verdict={store.verdict()} search={store.search.clone()} dispatch={dispatch.clone()} />
            <main class={classes!("bench", (store.side == Side::Edit).then_some("editing"))} id="main" tabindex="-1">
                <h1 class="hidden">{ format!("{}: {}", run.program.titles[0], run.program.titles[1]) }</h1>
                <div class={classes!("lanes", format!("lanes{}", lanes.min(8)))}>
                    { for (0..lanes).map(|index| html! {
                        <LaneView key={index} program={run.program.clone()} trace={run.trace.clone()} moment={run.moment.clone()} {index} focus={store.focus} onfocus={onfocus.clone()} />
                    }) }
                </div>
                <SideView side={store.side} run={run.clone()} verdict={store.verdict()} verdicts={store.verdicts.clone()} mends={store.mends.get(&run.program.question).cloned()} search={store.search.clone()} prefs={store.prefs} library={store.library.clone()} compiled={store.compiled.clone()} focus={store.focus} futures={store.futures.clone()} dispatch={dispatch.clone()} />
            </main>
            <Links focus={store.focus} step={run.moment.step} />
            <footer class="time">
                <Transport run={run.clone()} playing={store.playing} prefs={store.prefs} futures={store.futures.clone()} dispatch={dispatch.clone()} />
                <Timeline trace={run.trace.clone()} step={run.moment.step} cycles={store.prefs.cycles} size={store.prefs.size} />
            </footer>
        </>
    }
}

fn dialog(store: &Store, dispatch: &UseReducerDispatcher<Store>) -> Html {
    let question = store.run.as_ref().map(|run| run.program.question.clone());
    match (store.dialog, &store.library, question) {
        (Some(Dialog::Help), _, _) => html! { <Help prefs={store.prefs} dispatch={dispatch.clone()} /> },
        (Some(Dialog::Palette), library, question) => {
            html! { <Palette library={library.clone()} {question} run={store.run.clone()} dispatch={dispatch.clone()} /> }
        }
        (Some(Dialog::Switches), Some(library), _) => match &store.run {
            Some(run) => {
                html! { <Switches library={library.clone()} program={run.program.clone()} dispatch={dispatch.clone()} /> }
            }
            None => html! {},
        },
        (Some(what), Some(library), Some(question)) => {
            html! { <Picker library={library.clone()} {question} {what} dispatch={dispatch.clone()} /> }
        }
        _ => html! {},
    }
}

#[hook]
fn use_keyboard(store: &UseReducerHandle<Store>, driver: &Driver) {
    let (store, driver) = (store.clone(), driver.clone());
    use_effect_with((store, driver), |(store, driver)| {
        let (store, driver) = (store.clone(), driver.clone());
        let options = EventListenerOptions::enable_prevent_default();
        let listener = browser::document().map(|page| {
            EventListener::new_with_options(&page.clone(), "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
                let Some(command) = keys::command(event, page.active_element().as_ref()) else { return };
                if store.dialog.is_none() && (store.prefs.keys || !keys::is_single(command)) {
                    event.prevent_default();
                    obey(&store, &driver, command);
                }
            })
        });
        move || drop(listener)
    });
}

fn obey(store: &UseReducerHandle<Store>, driver: &Driver, command: Command) {
    let dispatch = store.dispatcher();
    match command {
        Command::Matrix => return driver.show(if store.page == Page::Matrix { Page::Run } else { Page::Matrix }),
        Command::Search => return dispatch.dispatch(Action::Dialog(Some(Dialog::Palette))),
        Command::Help => return dispatch.dispatch(Action::Dialog(Some(Dialog::Help))),
        _ => {}
    }
    let Some(run) = store.run.as_ref().filter(|_| store.page == Page::Run) else { return };
    let here = run.moment.step;
    match command {
        Command::Forward => driver.go(1),
        Command::Back => driver.go(-1),
        Command::First => driver.goto(0),
        Command::Last => driver.goto(u32::MAX),
        Command::NextSwitch => driver.goto(next_switch(&run.trace, here)),
        Command::PreviousSwitch => driver.goto(previous_switch(&run.trace, here)),
        Command::Step(cpu) => {
            if let Some(lane) = run.moment.lanes.iter().find(|lane| lane.cpu == cpu) {
                driver.step(lane.agent, 0);
            }
        }
        Command::Play => dispatch.dispatch(Action::Play(!store.playing)),
        Command::Find => driver.search(run.program.question.clone(), Aim::Find),
        Command::Bookmark => driver.bookmark(here, !run.bookmarks.iter().any(|(step, _)| *step == here)),
        Command::Matrix | Command::Search | Command::Help => {}
    }
}

fn switches(trace: &Trace) -> impl DoubleEndedIterator<Item = u32> {
    let cpu = |at: usize| {
        trace.steps.get(at).and_then(|step| trace.actors.get(usize::from(step.agent))).map(|actor| actor.cpu)
    };
    (1..trace.steps.len()).filter(move |at| cpu(*at) != cpu(*at - 1)).map(|at| at as u32)
}

fn next_switch(trace: &Trace, here: u32) -> u32 {
    switches(trace).find(|at| *at > here).unwrap_or(trace.steps.len() as u32)
}

fn previous_switch(trace: &Trace, here: u32) -> u32 {
    switches(trace).rev().find(|at| *at < here).unwrap_or(0)
}

/// Back and forward of the browser.
#[hook]
fn use_history(driver: &Driver) {
    let driver = driver.clone();
    use_effect_with((), move |()| {
        let listener =
            browser::window().map(|window| EventListener::new(&window, "popstate", move |_| driver.arrive()));
        move || drop(listener)
    });
}

/// Steps forward while playing.
#[hook]
fn use_player(store: &UseReducerHandle<Store>, driver: &Driver) {
    let driver = driver.clone();
    use_effect_with((store.playing, store.prefs.speed), move |(playing, speed)| {
        let every = 2000 / u32::from((*speed).max(1));
        let ticking = playing.then(|| Interval::new(every, move || driver.go(1)));
        move || drop(ticking)
    });
}
