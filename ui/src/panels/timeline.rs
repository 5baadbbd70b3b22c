//! The timeline: who acted when, drawn in swim lanes. Its text twin is the step list.

use std::rc::Rc;

use cowscope_core::view::{Actor, ActorKind, Bar, BarKind, Step, StepKind, Trace};
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::Element;
use yew::prelude::*;

use super::timeline_layout::{LANE, LEFT, Layout, TOP};
use crate::browser;
use crate::driver::Driver;
use crate::parts::cpu_class;
use crate::store::Size;

/// Runs of more steps than this can be zoomed.
const LONG: usize = 60;
/// Rows of bars under a lane.
const ROWS: usize = 3;

#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    pub trace: Rc<Trace>,
    pub step: u32,
    pub cycles: bool,
    /// Only so that it is drawn anew when the size of the type changes.
    pub size: Size,
}

/// The drawing; a click or a drag travels, the wheel with Ctrl zooms.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let driver = use_context::<Driver>();
    let node = use_node_ref();
    let scale = browser::type_size() / 14.0;
    let width = use_width(&node, props.size) / scale;
    let zoom = use_state(|| 1.0_f64);
    let layout = Layout::new(&props.trace, props.step, width, *zoom, props.cycles);
    let lanes = props.trace.actors.iter().map(|actor| actor.cpu + 1).max().unwrap_or(0);
    let height = TOP + f64::from(lanes) * LANE + 4.0;
    let travel = {
        let (node, layout, driver) = (node.clone(), layout.clone(), driver.clone());
        Callback::from(move |event: PointerEvent| {
            let pressed = event.type_() == "pointerdown";
            if let (Some(driver), Some(view)) = (&driver, node.cast::<Element>())
                && (pressed || event.buttons() & 1 == 1)
            {
                if pressed && let Some((at, agent)) = other_at(&event) {
                    return driver.branch(at, agent);
                }
                driver.goto(
                    layout.moment_at((f64::from(event.client_x()) - view.get_bounding_client_rect().left()) / scale),
                );
            }
        })
    };
    let wheel = {
        let zoom = zoom.clone();
        Callback::from(move |event: WheelEvent| {
            if event.ctrl_key() {
                event.prevent_default();
                zoom.set((*zoom * if event.delta_y() < 0.0 { 1.25 } else { 0.8 }).clamp(1.0, 64.0));
            }
        })
    };
    let widen = |by: f64| {
        let zoom = zoom.clone();
        Callback::from(move |_: MouseEvent| zoom.set((*zoom * by).clamp(1.0, 64.0)))
    };
    let name = format!(
        "Timeline: step {} of {}. The Steps panel says the same in words.",
        props.step,
        props.trace.steps.len()
    );
    html! {
        <div class="time-line">
        if props.trace.steps.len() > LONG {
            <div class="zoom chips" role="group" aria-label="Zoom">
                <button class="chip" onclick={widen(0.5)} disabled={*zoom <= 1.0} aria-label="Zoom out">{ "−" }</button>
                <button class="chip" onclick={widen(2.0)} aria-label="Zoom in">{ "+" }</button>
            </div>
        }
        <div class="timeline" ref={node} onpointerdown={travel.clone()} onpointermove={travel} onwheel={wheel}>
            <svg role="img" aria-label={name} width={(width * scale).to_string()} height={(height * scale).to_string()} viewBox={format!("0 0 {width} {height}")}>
                { for (0..lanes).map(|lane| rail(&props.trace, lane, &layout)) }
                { for rows(&props.trace.bars).into_iter().filter_map(|(bar, row)| span(bar, row, &layout)) }
                { for (layout.from..layout.to).map(|at| block(props, at, &layout)) }
                { for (layout.from.max(1)..layout.to).filter_map(|at| switch(&props.trace, at, &layout)) }
                { for collision(&props.trace, &layout) }
                { for violation(&props.trace, &layout) }
                { for (layout.from..layout.to).map(|at| others(&props.trace, at, &layout)) }
                { now(props.step, &layout, height) }
            </svg>
        </div>
        </div>
    }
}

#[hook]
fn use_width(node: &NodeRef, size: Size) -> f64 {
    let width = use_state_eq(|| 1000.0_f64);
    let (setter, node) = (width.setter(), node.clone());
    use_effect_with(size, move |_| {
        let measure = move || {
            if let Some(element) = node.cast::<Element>() {
                setter.set(f64::from(element.client_width().max(200)));
            }
        };
        measure();
        // once more when the new size of the type has come to the page
        let later = Timeout::new(0, measure.clone());
        let listener = browser::window().map(|window| EventListener::new(&window, "resize", move |_| measure()));
        move || drop((listener, later))
    });
    *width
}

fn cpu(trace: &Trace, step: &Step) -> u8 {
    trace.actors.get(usize::from(step.agent)).map_or(0, |actor| actor.cpu)
}

fn middle(cpu: u8) -> f64 {
    TOP + f64::from(cpu) * LANE + 10.0
}

fn rail(trace: &Trace, cpu: u8, layout: &Layout) -> Html {
    let y = middle(cpu);
    let actor = trace.actors.iter().find(|actor| actor.cpu == cpu);
    let name = match actor {
        Some(actor) if actor.kind == ActorKind::Device => actor.name.clone(),
        _ => format!("CPU {cpu}"),
    };
    html! {
        <g key={format!("rail{cpu}")} class={cpu_class(cpu)}>
            <line class="rail" x1={(LEFT - 6.0).to_string()} x2={(layout.width - 6.0).to_string()} y1={y.to_string()} y2={y.to_string()} />
            <text class="lane-name" x="6" y={(y + 4.0).to_string()}>{ name }</text>
        </g>
    }
}

/// Small rings where another agent could have acted instead; a click lets it. The step list has the same as buttons.
fn others(trace: &Trace, at: u32, layout: &Layout) -> Html {
    let Some(step) = trace.steps.get(at as usize).filter(|step| step.others != 0) else { return html! {} };
    let width = layout.x(at + 1) - layout.x(at);
    if width < 9.0 {
        return html! {};
    }
    let own = cpu(trace, step);
    let mut seen = vec![own];
    let ring = |(agent, other): (usize, &Actor)| {
        if step.others >> agent & 1 == 0 || seen.contains(&other.cpu) {
            return None;
        }
        seen.push(other.cpu);
        Some(html! {
            <circle class={classes!("other", cpu_class(other.cpu))} data-other={format!("{at} {agent}")} cx={(layout.x(at) + width / 2.0 - 2.0).to_string()} cy={middle(other.cpu).to_string()} r="3">
                <title>{ format!("instead of step {}: {}", at + 1, other.name) }</title>
            </circle>
        })
    };
    html! { <g key={format!("o{at}")}>{ for trace.actors.iter().enumerate().take(64).filter_map(ring) }</g> }
}

/// The step and the agent of a ring that was pressed.
fn other_at(event: &PointerEvent) -> Option<(u32, u8)> {
    let text = event.target_dyn_into::<Element>()?.get_attribute("data-other")?;
    let (at, agent) = text.split_once(' ')?;
    Some((at.parse().ok()?, agent.parse().ok()?))
}

/// Reads are low, writes are high, locked accesses are high with a notch: shape tells, not colour.
fn block(props: &TimelineProps, at: u32, layout: &Layout) -> Html {
    let trace = &props.trace;
    let Some(step) = trace.steps.get(at as usize) else { return html! {} };
    let (x, y) = (layout.x(at), middle(cpu(trace, step)));
    let width = (layout.x(at + 1) - x - if layout.x(at + 1) - x > 8.0 { 4.0 } else { 1.0 }).max(1.0);
    let high = match step.kind {
        StepKind::Read | StepKind::Walk | StepKind::Other => 10.0,
        StepKind::Write | StepKind::Locked | StepKind::Lock | StepKind::Unlock => 20.0,
        StepKind::Fault | StepKind::Interrupt | StepKind::Flush => 15.0,
    };
    let helper = trace.actors.get(usize::from(step.agent)).is_some_and(|actor| actor.kind != ActorKind::Task);
    let class = classes!(
        "block",
        cpu_class(cpu(trace, step)),
        (at >= props.step).then_some("future"),
        (at + 1 == props.step).then_some("here"),
        helper.then_some("helper"),
    );
    let mark = match step.kind {
        StepKind::Lock | StepKind::Unlock if width > 9.0 => Some(html! {
            <path class="mark" d={format!("M{0} {1}v-2.500a2.500 2.500 0 0 1 5 0v2.500zm-1 0h7v4.500h-7z", x + width / 2.0 - 2.5, y - 0.5)} />
        }),
        StepKind::Locked if width > 9.0 => {
            Some(html! { <circle class="mark" cx={(x + width / 2.0).to_string()} cy={y.to_string()} r="2.5" /> })
        }
        _ => None,
    };
    html! {
        <g {class} key={format!("s{at}")}>
            <title>{ format!("step {}: {}", at + 1, step.label) }</title>
            <rect x={x.to_string()} y={(y - high / 2.0).to_string()} width={width.to_string()} height={high.to_string()} rx={(width / 3.0).min(4.0).to_string()} />
            { for mark }
        </g>
    }
}

fn switch(trace: &Trace, at: u32, layout: &Layout) -> Option<Html> {
    let (from, to) = (trace.steps.get(at as usize - 1)?, trace.steps.get(at as usize)?);
    let (a, b) = (cpu(trace, from), cpu(trace, to));
    (a != b).then(|| {
        let (x, y0, y1) = (layout.x(at) - 2.0, middle(a), middle(b));
        html! { <path class="switch" key={format!("w{at}")} d={format!("M{} {y0}C{x} {y0} {x} {y1} {} {y1}", x - 7.0, x + 7.0)} /> }
    })
}

/// The row of each bar under its lane: the first that is free. What finds none is left to the step list.
fn rows(bars: &[Bar]) -> Vec<(&Bar, usize)> {
    let mut taken: Vec<(u8, [u32; ROWS])> = Vec::new();
    let mut out = Vec::new();
    for bar in bars {
        let at = taken.iter().position(|(cpu, _)| *cpu == bar.cpu).unwrap_or_else(|| {
            taken.push((bar.cpu, [0; ROWS]));
            taken.len() - 1
        });
        if let Some(row) = taken[at].1.iter().position(|until| *until <= bar.from) {
            taken[at].1[row] = bar.to;
            out.push((bar, row));
        }
    }
    out
}

fn span(bar: &Bar, row: usize, layout: &Layout) -> Option<Html> {
    if bar.to <= layout.from || bar.from >= layout.to {
        return None;
    }
    let (x0, x1) = (layout.x(bar.from), layout.x(bar.to) - 4.0);
    let y = middle(bar.cpu) + 15.0 + row as f64 * 11.0;
    let class = match bar.kind {
        BarKind::Lock => "span lock",
        BarKind::InterruptsOff => "span irq",
        BarKind::Pin => "span pin",
        BarKind::Call => "span call",
    };
    let text = bar.label.chars().count() as f64 * 6.4 + 6.0;
    let long = x1 - x0 > text + 4.0;
    Some(html! {
        <g class={classes!(class, cpu_class(bar.cpu))} key={format!("b{}{}{}", bar.cpu, bar.label, bar.from)}>
            <title>{ format!("{}: steps {} to {}", bar.label, bar.from + 1, bar.to) }</title>
            <line x1={(if long { x0 + text } else { x0 }).to_string()} x2={x1.max(x0 + 3.0).to_string()} y1={y.to_string()} y2={y.to_string()} />
            if long { <text x={x0.to_string()} y={(y + 3.5).to_string()}>{ bar.label.clone() }</text> }
        </g>
    })
}

fn collision(trace: &Trace, layout: &Layout) -> Option<Html> {
    let pair = trace.collision.as_ref()?;
    let (first, second) = (trace.steps.get(pair.first as usize)?, trace.steps.get(pair.second as usize)?);
    let centre = |at: u32| (layout.x(at) + layout.x(at + 1)) / 2.0 - 2.0;
    let (x0, y0, x1, y1) =
        (centre(pair.first), middle(cpu(trace, first)), centre(pair.second), middle(cpu(trace, second)));
    let lean = if (y0 - y1).abs() < 1.0 { -22.0 } else { 0.0 };
    let half = (y0 + y1) / 2.0 + lean;
    Some(html! {
        <g class="collision" key="collision">
            <title>{ format!("steps {} and {} touch {}", pair.first + 1, pair.second + 1, pair.name) }</title>
            <path d={format!("M{x0} {y0}C{x0} {half} {x1} {half} {x1} {y1}")} />
            <circle cx={x0.to_string()} cy={y0.to_string()} r="3.5" /><circle cx={x1.to_string()} cy={y1.to_string()} r="3.5" />
        </g>
    })
}

fn violation(trace: &Trace, layout: &Layout) -> Option<Html> {
    let at = trace.broken_at?;
    let y = middle(cpu(trace, trace.steps.get(at as usize)?));
    let x = layout.x(at + 1) + 8.0;
    Some(html! {
        <g class="violation" key="violation">
            <title>{ format!("step {} breaks a promise", at + 1) }</title>
            <path d={format!("M{x} {}l10 10-10 10-10-10z", y - 10.0)} />
        </g>
    })
}

fn now(step: u32, layout: &Layout, height: f64) -> Html {
    let x = layout.x(step) - 2.0;
    html! {
        <g class="now" key="now">
            <line x1={x.to_string()} x2={x.to_string()} y1="3" y2={(height - 2.0).to_string()} />
            <circle cx={x.to_string()} cy="4" r="4" />
        </g>
    }
}
