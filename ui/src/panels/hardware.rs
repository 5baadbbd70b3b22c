//! What a CPU keeps to itself: its TLB, its paging-structure caches, its store buffer, a walk in flight.

use cowscope_core::view::{CachedWalk, Lane, StoreSlot, TlbRow, Walk, WalkStep};
use yew::prelude::*;

use crate::parts::{Changing, Hex};

#[derive(Properties, PartialEq)]
pub struct HardwareProps {
    pub lane: Lane,
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
                { tlb(lane.cpu, &lane.tlb) }
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
                if let Some(entry) = &step.entry { <Changing value={entry.clone()} /> }
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

fn tlb(cpu: u8, rows: &[TlbRow]) -> Html {
    let may = rows.iter().any(|row| row.may);
    let row = |row: &TlbRow| {
        let class = classes!(row.touched.then_some("touched"), row.stale.then_some("stale"), row.may.then_some("may"));
        html! {
            <tr {class}>
                <td><Hex value={row.page} /></td>
                <td>{ row.frame }</td>
                <td>{ row.rights.clone() }{ if row.global { " G" } else { "" } }
                    if row.stale { <span class="tag" title="The page tables no longer give these rights">{ "stale" }</span> }</td>
                <td>{ if row.since == 0 { "set-up".to_owned() } else { format!("step {}", row.since) } }</td>
            </tr>
        }
    };
    html! {
        <table aria-label={format!("TLB of CPU {cpu}")}>
            <thead><tr><th scope="col">{ if may { "TLB may hold" } else { "TLB" } }</th><th scope="col">{ "frame" }</th><th scope="col">{ "rights" }</th><th scope="col">{ "since" }</th></tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

fn paging(cpu: u8, rows: &[CachedWalk]) -> Html {
    let row = |row: &CachedWalk| {
        html! {
            <tr class={classes!(row.may.then_some("may"))}>
                <td>{ row.level.clone() }{ " " }<Hex value={row.prefix} /></td>
                <td>{ row.frame }</td>
                <td>{ if row.since == 0 { "set-up".to_owned() } else { format!("step {}", row.since) } }</td>
            </tr>
        }
    };
    html! {
        <details class="psc">
            <summary>{ format!("paging-structure cache ({})", rows.len()) }</summary>
            <table aria-label={format!("Paging-structure cache of CPU {cpu}")}>
                <thead><tr><th scope="col">{ "entry" }</th><th scope="col">{ "table" }</th><th scope="col">{ "since" }</th></tr></thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
        </details>
    }
}

fn stores(cpu: u8, rows: &[StoreSlot]) -> Html {
    let row = |slot: &StoreSlot| html! { <tr><td>{ slot.name.clone() }</td><td>{ slot.value.clone() }</td></tr> };
    html! {
        <table aria-label={format!("Store buffer of CPU {cpu}")}>
            <thead><tr><th scope="col">{ "store buffer, oldest first" }</th><th scope="col">{ "value" }</th></tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}
