//! Back, Play, Forward, and where the run is.

use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::{Icon, Shape};
use crate::store::{Action, Future, Prefs, Run, Store};

#[derive(Properties, PartialEq)]
pub struct TransportProps {
    pub run: Run,
    pub playing: bool,
    pub prefs: Prefs,
    pub futures: Vec<Future>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The controls of time.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let (step, len) = (props.run.moment.step, props.run.len());
    let go = |to: i64| {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.go(to))
    };
    let play = {
        let (dispatch, driver, playing) = (props.dispatch.clone(), driver.clone(), props.playing);
        Callback::from(move |_: MouseEvent| {
            if step >= len {
                driver.goto(0);
            }
            dispatch.dispatch(Action::Play(!playing));
        })
    };
    let pref = |prefs: Prefs| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Prefs(prefs)))
    };
    let prefs = props.prefs;
    let slower = pref(Prefs { speed: (prefs.speed / 2).max(1), ..prefs });
    let faster = pref(Prefs { speed: (prefs.speed * 2).min(20), ..prefs });
    let shape = if props.playing { Shape::Pause } else { Shape::Play };
    html! {
        <div class="transport" role="group" aria-label="Time">
            <button class="mini" onclick={go(-i64::from(u32::MAX))} disabled={step == 0} aria-label="First step" title="Home"><Icon shape={Shape::First} /></button>
            <button onclick={go(-1)} disabled={step == 0} title="←"><Icon shape={Shape::Back} />{ "Back" }</button>
            <button class="go" id="play" onclick={play} disabled={len == 0} title="Space"><Icon {shape} />{ if props.playing { "Pause" } else if step >= len && len > 0 { "Play again" } else { "Play" } }</button>
            <button onclick={go(1)} disabled={step >= len} title="→">{ "Forward" }<Icon shape={Shape::Forward} /></button>
            <button class="mini" onclick={go(i64::from(u32::MAX))} disabled={step >= len} aria-label="Last step" title="End"><Icon shape={Shape::Last} /></button>
            <p class="where"><b>{ format!("step {step} of {len}") }</b>{ next(&props.run) }</p>
            <span class="digest" aria-label="Fingerprint" role="note" title="The fingerprint of this state: the same for everybody who opens this link">{ props.run.moment.digest.clone() }</span>
            <span class="gap" />
            { for props.futures.iter().rev().take(3).map(|future| left(&driver, future)) }
            <div class="chips wide-only" role="group" aria-label="Speed">
                <button class="chip" onclick={slower} aria-label="Slower" disabled={prefs.speed <= 1}>{ "−" }</button>
                <span class="speed">{ format!("{} a second", per_second(prefs.speed)) }</span>
                <button class="chip" onclick={faster} aria-label="Faster" disabled={prefs.speed >= 20}>{ "+" }</button>
            </div>
            <div class="chips wide-only" role="group" aria-label="Timeline over">
                <button class="chip" aria-pressed={(!prefs.cycles).to_string()} onclick={pref(Prefs { cycles: false, ..prefs })}>{ "steps" }</button>
                <button class="chip" aria-pressed={prefs.cycles.to_string()} onclick={pref(Prefs { cycles: true, ..prefs })}>{ "cycles" }</button>
            </div>
        </div>
    }
}

fn next(run: &Run) -> Html {
    let step = run.moment.step;
    if run.moment.broken.is_some() {
        return html! { <span class="bad">{ " · here it breaks" }</span> };
    }
    let Some(next) = run.trace.steps.get(step as usize) else {
        return html! { { if run.moment.finished { " · everyone has finished" } else { " · take a step" } } };
    };
    let name =
        run.trace.actors.get(usize::from(next.agent)).map_or_else(String::new, |actor| format!("CPU {}", actor.cpu));
    let broken = run.trace.broken_at == Some(step);
    html! { <>{ format!(" · {name} goes next: {}", next.label) }if broken { <span class="bad">{ ", and it breaks" }</span> }</> }
}

/// The way back to a run that was left for another choice.
fn left(driver: &Driver, future: &Future) -> Html {
    let (driver, link) = (driver.clone(), future.link.clone());
    let open = Callback::from(move |_: MouseEvent| driver.open(&link));
    let end = if future.breaks { ", breaks" } else { "" };
    let name = format!("The run you left at step {}: {} steps{end}", future.at + 1, future.steps);
    html! { <button class="chip" key={future.link.to_string()} onclick={open} title={name.clone()} aria-label={name}>{ format!("↶ left at {}", future.at + 1) }</button> }
}

/// Steps per second, from their double.
fn per_second(twice: u8) -> String {
    if twice.is_multiple_of(2) { (twice / 2).to_string() } else { format!("{}.5", twice / 2) }
}
