//! Back, Play, Forward, and where the run is.

use cowscope_core::view::Trace;
use yew::prelude::*;

use crate::driver::Driver;
use crate::parts::{Icon, Shape};
use crate::store::{Action, Prefs, Run, Store};

#[derive(Properties, PartialEq)]
pub struct TransportProps {
    pub run: Run,
    pub playing: bool,
    pub prefs: Prefs,
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
            { hint(&driver, &props.run.trace, step) }
            <div class="chips wide-only" role="group" aria-label="Speed">
                <button class="chip" onclick={slower} aria-label="Slower">{ "−" }</button>
                <button class="chip" onclick={faster} aria-label="Faster">{ "+" }</button>
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

/// The pair that collides, with the way to both.
fn hint(driver: &Driver, trace: &Trace, step: u32) -> Html {
    let Some(collision) = &trace.collision else { return html! {} };
    let jump = |to: u32| {
        let driver = driver.clone();
        let go = Callback::from(move |_: MouseEvent| driver.goto(to));
        html! { <button class="link" onclick={go}>{ format!("step {to}") }</button> }
    };
    let near = step > collision.first && step <= collision.second + 1;
    html! {
        <p class={classes!("hint", near.then_some("near"))}>
            <span aria-hidden="true">{ "◆ " }</span>{ jump(collision.first + 1) }{ " and " }{ jump(collision.second + 1) }{ " collide on " }<code>{ collision.name.clone() }</code>
        </p>
    }
}
