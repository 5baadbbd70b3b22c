//! What a CPU keeps to itself: its TLB, its paging-structure caches, its store buffer, a walk in flight.

use cowscope_core::view::{CachedWalk, Lane, StoreSlot, TlbRow, Walk, WalkStep};
use yew::prelude::*;

use crate::parts::{Changing, Hex};

#[derive(Properties, PartialEq)]
pub struct HardwareProps {
    pub lane: Lane,
    /// The frame that is pointed at.
    pub focus: Option<u64>,
    pub onfocus: Callback<Option<u64>>,
}

/// The tables; those with nothing in them are one word.
#[component]
pub fn Hardware(props: &HardwareProps) -> Html {
    let lane = &props.lane;
    html! {
        <div class="hardware" role="group" aria-label={format!("Caches of CPU {}", lane.cpu)} tabindex="0">
            if let Some(walk) = &lane.walk { { walking(walk) } }
            if !lane.stores.is_empty() { { stores(lane.cpu, &lane.stores) } }
            if lane.tlb.is_empty() {
                <p class="none">{ "TLB empty" }</p>
            } else {
                { tlb(props, &lane.tlb) }
            }
            if !lane.paging.is_empty() { { paging(lane.cpu, &lane.paging) } }
        </div>
    }
}

fn walking(walk: &Walk) -> Html {
    let level = |step: &WalkStep| {
        html! {
            <li class={classes!(step.next.then_some("next"), step.entry.is_none().then_some("to-come"))}>
                <span class="level">{ format!("{} {}", step.level, step.index) }</span>
                if let Some(entry) = &step.entry { { " " }<Changing value={entry.clone()} /> }
            </li>
        }
    };
    html! {
        <div class="walk" role="group" aria-label="Page walk">
            <span class="cap">{ format!("walks for a {}", walk.serves) }</span>
            <ol>{ for walk.steps.iter().map(level) }</ol>
        </div>
    }
}

fn since(step: u32) -> String {
    if step == 0 { "since set-up".to_owned() } else { format!("since step {step}") }
}

fn tlb(props: &HardwareProps, rows: &[TlbRow]) -> Html {
    let row = |row: &TlbRow| {
        let class = classes!(
            row.touched.then_some("touched"),
            row.stale.then_some("stale"),
            row.may.then_some("may"),
            (props.focus == Some(row.frame)).then_some("pointed"),
        );
        let point = |to: Option<u64>| {
            let onfocus = props.onfocus.clone();
            Callback::from(move |_: MouseEvent| onfocus.emit(to))
        };
        let focus = |to: Option<u64>| {
            let onfocus = props.onfocus.clone();
            Callback::from(move |_: FocusEvent| onfocus.emit(to))
        };
        html! {
            <tr {class} onmouseenter={point(Some(row.frame))} onmouseleave={point(None)}>
                <th scope="row">{ if row.may { "TLB may hold" } else { "TLB" } }</th>
                <td><Hex value={row.page} />{ " → " }<button class="link" title="Show this frame" onfocus={focus(Some(row.frame))} onblur={focus(None)}>{ format!("frame {}", row.frame) }</button></td>
                <td>{ row.rights.clone() }{ if row.global { " G" } else { "" } }
                    if row.stale { <span class="tag" title="The page tables no longer give these rights">{ "stale" }</span> }</td>
                <td class="since">{ since(row.since) }</td>
            </tr>
        }
    };
    html! {
        <table aria-label={format!("TLB of CPU {}", props.lane.cpu)}>
            <thead class="hidden"><tr><th scope="col">{ "kind" }</th><th scope="col">{ "translation" }</th><th scope="col">{ "rights" }</th><th scope="col">{ "since" }</th></tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

fn paging(cpu: u8, rows: &[CachedWalk]) -> Html {
    let row = |row: &CachedWalk| {
        html! {
            <tr class={classes!(row.may.then_some("may"))}>
                <td>{ row.level.clone() }{ " " }<Hex value={row.prefix} /></td>
                <td>{ format!("table in frame {}", row.frame) }</td>
                <td class="since">{ since(row.since) }</td>
            </tr>
        }
    };
    html! {
        <details class="psc">
            <summary>{ format!("paging-structure cache ({})", rows.len()) }</summary>
            <table aria-label={format!("Paging-structure cache of CPU {cpu}")}>
                <thead class="hidden"><tr><th scope="col">{ "entry" }</th><th scope="col">{ "table" }</th><th scope="col">{ "since" }</th></tr></thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
        </details>
    }
}

fn stores(cpu: u8, rows: &[StoreSlot]) -> Html {
    let row =
        |slot: &StoreSlot| html! { <tr><td>{ slot.name.clone() }</td><td><b>{ slot.value.clone() }</b></td></tr> };
    html! {
        <table aria-label={format!("Store buffer of CPU {cpu}")}>
            <thead><tr><th scope="col">{ "store buffer, oldest first" }</th><th scope="col">{ "value" }</th></tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}
