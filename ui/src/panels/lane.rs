//! One CPU: its call stack, its source, its variables, its caches, and the button that steps it.

use std::rc::Rc;

use cowscope_core::view::{AgentState, CallFrame, Can, Lane, Local, Moment, Program, Span, Step, Trace};
use cowscope_engine::protocol::Until;
use yew::prelude::*;

use super::code::{Clash, Code};
use super::hardware::Hardware;
use crate::driver::Driver;
use crate::parts::{Changing, Icon, Shape, cpu_class};

/// A function of fewer lines than this leaves room for its caller.
const SHORT: u32 = 9;

#[derive(Properties, PartialEq)]
pub struct LaneProps {
    pub program: Rc<Program>,
    pub trace: Rc<Trace>,
    pub moment: Rc<Moment>,
    /// Index into [`Moment::lanes`].
    pub index: usize,
    /// The frame that is pointed at.
    pub focus: Option<u64>,
    pub onfocus: Callback<Option<u64>>,
}

/// The lane.
#[component]
pub fn LaneView(props: &LaneProps) -> Html {
    let shown = use_state(|| None::<usize>);
    let Some(lane) = props.moment.lanes.get(props.index) else { return html! {} };
    let deepest = lane.stack.len().saturating_sub(1);
    let at = shown.filter(|at| *at < deepest).unwrap_or(deepest);
    let onpick = {
        let shown = shown.clone();
        Callback::from(move |index: usize| shown.set((index != deepest).then_some(index)))
    };
    let name = format!("CPU {}", lane.cpu);
    let acted = props.moment.step.checked_sub(1).and_then(|last| props.trace.steps.get(last as usize));
    let active = acted.is_some_and(|step| lane.agents.contains(&step.agent));
    html! {
        <section class={classes!("lane", cpu_class(lane.cpu), active.then_some("active"))} aria-label={name.clone()}>
            { head(lane, &name) }
            <Stack stack={lane.stack.clone()} {at} {onpick} />
            if let Some(frame) = lane.stack.get(at) {
                <Elsewhere program={props.program.clone()} trace={props.trace.clone()} lane={lane.clone()} body={frame.body} />
                <Code program={props.program.clone()} frame={frame.clone()} innermost={at == deepest} agent={lane.agent} whole={caller(lane, at).is_some()}
                    name={format!("C source of {name}")} clashes={clashes(props, lane)} />
                if let Some(caller) = caller(lane, at) {
                    <div class="caller">
                        <span class="cap">{ format!("called from {}", caller.function) }</span>
                        <Code program={props.program.clone()} frame={caller.clone()} innermost={false} agent={lane.agent} whole={false}
                            name={format!("C source of the caller on {name}")} clashes={clashes(props, lane)} />
                    </div>
                }
                { locals(lane, at) }
            } else {
                <div class="code idle"><p>{ idle(props, lane) }</p></div>
            }
            <Hardware lane={lane.clone()} focus={props.focus} onfocus={props.onfocus.clone()} />
            <Foot lane={lane.clone()} moment={props.moment.clone()} trace={props.trace.clone()} />
        </section>
    }
}

/// Who called the function shown, where that one is so short that there is room for both.
fn caller(lane: &Lane, at: usize) -> Option<&CallFrame> {
    let body = lane.stack.get(at)?.body;
    let short = body.end_line.saturating_sub(body.line) < SHORT;
    lane.stack.get(at.checked_sub(1)?).filter(|_| short)
}

fn idle(props: &LaneProps, lane: &Lane) -> String {
    match props.moment.agents.get(usize::from(lane.agent)).map(|agent| agent.can) {
        Some(Can::Finished) => "Its program has run to the end.".to_owned(),
        Some(Can::Idle) => "Nothing to do yet.".to_owned(),
        _ => "Idle.".to_owned(),
    }
}

fn head(lane: &Lane, name: &str) -> Html {
    html! {
        <div class="lane-head">
            <span class="dot" />
            <h2>{ name.to_owned() }</h2>
            <span class="task">{ lane.task.clone() }</span>
            <span class="gap" />
            if !lane.holds.is_empty() {
                <span class="locks" title={format!("holds {}", lane.holds.join(", "))}><Icon shape={Shape::Lock} /><span class="hidden">{ "holds " }</span>{ lane.holds.join(", ") }</span>
            }
            if !lane.interrupts_on { <span class="pill irq-off" title="It takes no interrupt now">{ "IRQ off" }</span> }
            { for lane.pending.iter().map(|irq| html! {
                <span class="pill pending" title={format!("Raised by {}, waits for an instruction boundary with interrupts on", irq.from)}>{ format!("⚑ {}", irq.name) }</span>
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct StackProps {
    stack: Vec<CallFrame>,
    /// The function that is shown.
    at: usize,
    onpick: Callback<usize>,
}

/// The call stack as a path, scrolled to its innermost end; a click shows that function.
#[component]
fn Stack(props: &StackProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        let depth = (props.stack.len(), props.stack.last().map(|frame| frame.function.clone()));
        use_effect_with(depth, move |_| {
            if let Some(view) = node.cast::<web_sys::Element>() {
                view.set_scroll_left(view.scroll_width());
            }
        });
    }
    let crumb = |(index, frame): (usize, &CallFrame)| {
        let onpick = props.onpick.clone();
        let pick = Callback::from(move |_: MouseEvent| onpick.emit(index));
        let title = (!frame.entered_by.is_empty()).then(|| format!("Entered by {}", frame.entered_by));
        let on = index == props.at;
        html! {
            <li key={index}><button class={classes!("crumb", on.then_some("on"))} onclick={pick} aria-pressed={on.to_string()} {title}>{ frame.function.clone() }</button></li>
        }
    };
    html! { <ol class="stack" ref={node} aria-label="Call stack">{ for props.stack.iter().enumerate().map(crumb) }</ol> }
}

fn clashes(props: &LaneProps, lane: &Lane) -> Vec<Clash> {
    let Some(collision) = &props.trace.collision else { return Vec::new() };
    [collision.first, collision.second]
        .into_iter()
        .filter_map(|number| {
            let step = props.trace.steps.get(number as usize)?;
            let note = format!("step {}", number + 1);
            lane.agents.contains(&step.agent).then_some(Clash { at: step.at, note })
        })
        .collect()
}

#[derive(Properties, PartialEq)]
struct ElsewhereProps {
    program: Rc<Program>,
    trace: Rc<Trace>,
    lane: Lane,
    /// What the lane shows.
    body: Span,
}

/// This CPU's part of the collision, where its line is not on display: the line, and the way there.
#[component]
fn Elsewhere(props: &ElsewhereProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let Some(collision) = &props.trace.collision else { return html! {} };
    let body = props.body;
    let shown = |at: Span| at.file == body.file && (body.line..=body.end_line).contains(&at.line);
    let mine = [collision.first, collision.second].into_iter().filter_map(|number| {
        let step = props.trace.steps.get(number as usize)?;
        (props.lane.agents.contains(&step.agent) && !shown(step.at)).then_some((number, step))
    });
    let one = |(number, step): (u32, &Step)| {
        let driver = driver.clone();
        let go = Callback::from(move |_: MouseEvent| driver.goto(number));
        let line = access_text(&props.program, step.at);
        html! {
            <button class="elsewhere" key={number} onclick={go} title={format!("Go to the moment before step {}", number + 1)}>
                <span class="clash-note">{ format!("◆ step {}", number + 1) }</span>
                <span class="place">{ format!("{}:{}", step.function, step.at.line) }</span>
                <code>{ line }</code>
            </button>
        }
    };
    html! { <>{ for mine.map(one) }</> }
}

/// The text of an access: what its span covers, on its first line.
fn access_text(program: &Program, at: Span) -> String {
    let file = program.files.get(usize::from(at.file));
    let line = file.and_then(|file| file.text.lines().nth((at.line as usize).saturating_sub(1))).unwrap_or("");
    let to = if at.end_line == at.line { at.end_column as usize } else { usize::MAX };
    let from = (at.column as usize).saturating_sub(1);
    line.chars().take(to.saturating_sub(1)).skip(from).collect::<String>().trim().to_owned()
}

/// Variables of the function shown, or of the nearest around it that has any.
fn locals(lane: &Lane, at: usize) -> Html {
    let one = |local: &Local| {
        html! {
            <span class="local" key={local.name.clone()} title={local.ctype.clone()}>
                <span class="name">{ local.name.clone() }</span>{ " " }<Changing value={local.value.clone()} />
            </span>
        }
    };
    let frames = lane.stack.iter().take(at + 1).enumerate().rev();
    let Some((found, frame)) = frames.into_iter().find(|(_, frame)| !frame.locals.is_empty()) else {
        return html! { <div class="locals"><span class="none">{ "no variables in scope" }</span></div> };
    };
    html! {
        <div class="locals" role="group" aria-label="Variables in scope" tabindex="0">
            if found != at { <span class="none">{ format!("in {}:", frame.function) }</span> }
            { for frame.locals.iter().map(one) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct FootProps {
    lane: Lane,
    moment: Rc<Moment>,
    trace: Rc<Trace>,
}

#[component]
fn Foot(props: &FootProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let lane = &props.lane;
    let fallback = AgentState::default();
    let main = props.moment.agents.get(usize::from(lane.agent)).unwrap_or(&fallback);
    let can = main.can == Can::Step;
    let step = |agent: u8, pick: u32| {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.step(agent, pick))
    };
    let run = |until: Until| {
        let (driver, agent) = (driver.clone(), lane.agent);
        Callback::from(move |_: MouseEvent| driver.run(agent, until))
    };
    let others = lane.agents.iter().filter(|agent| **agent != lane.agent).filter_map(|agent| {
        let state = props.moment.agents.get(usize::from(*agent)).filter(|state| state.can == Can::Step)?;
        let name = props.trace.actors.get(usize::from(*agent)).map_or("", |actor| actor.name.as_str());
        Some(html! { <button class="small" onclick={step(*agent, 0)} title={state.next.clone()}>{ name.to_owned() }</button> })
    });
    let number = lane.cpu + 1;
    let status = if can { format!("next: {}", main.next) } else { main.why.clone() };
    html! {
        <div class="lane-foot">
            if main.picks.len() > 1 {
                { for main.picks.iter().enumerate().map(|(pick, label)| html! {
                    <button class="small" disabled={!can} onclick={step(lane.agent, pick as u32)}>{ format!("Step CPU {}: {label}", lane.cpu) }</button>
                }) }
            } else {
                <button class="step" disabled={!can} onclick={step(lane.agent, 0)} aria-keyshortcuts={number.to_string()}>{ format!("Step CPU {}", lane.cpu) }</button>
            }
            <kbd aria-hidden="true">{ number }</kbd>
            <button class="mini" disabled={!can} onclick={run(Until::Over)} aria-label={format!("Step over on CPU {}", lane.cpu)} title="Step over: the statement with everything it calls"><Icon shape={Shape::Over} /></button>
            <button class="mini" disabled={!can} onclick={run(Until::Out)} aria-label={format!("Step out on CPU {}", lane.cpu)} title="Step out: until the function returns"><Icon shape={Shape::Out} /></button>
            <button class="mini" disabled={!can} onclick={run(Until::Blocked)} aria-label={format!("Run CPU {} until it waits", lane.cpu)} title="Run until it waits or ends"><Icon shape={Shape::Until} /></button>
            { for others }
            <span class={classes!("status", (!can).then_some("cannot"))} title={status.clone()}>{ status.clone() }</span>
        </div>
    }
}
