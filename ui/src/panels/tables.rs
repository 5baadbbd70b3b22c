//! Page tables: for each process, the entries that lead to pages, or all of them as a tree.

use cowscope_core::view::{Bit, Process, Reach, TableEntry, Touch};
use yew::prelude::*;

use crate::parts::{Changing, Hex};

const LEVELS: [&str; 5] = ["", "PTE", "PD", "PDPT", "PML4"];

#[derive(Properties, PartialEq)]
pub struct TablesProps {
    pub processes: Vec<Process>,
    pub focus: Option<u64>,
    pub onfocus: Callback<Option<u64>>,
}

/// The page tables of every process.
#[component]
pub fn Tables(props: &TablesProps) -> Html {
    let all = use_state(|| false);
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    html! {
        <section class="tables" aria-label="Page tables">
            <div class="cap-row">
                <h3>{ "Page tables" }</h3>
                <button class="chip" aria-pressed={all.to_string()} onclick={toggle}>{ "every level" }</button>
            </div>
            { for props.processes.iter().map(|process| one(props, process, *all)) }
        </section>
    }
}

fn one(props: &TablesProps, process: &Process, all: bool) -> Html {
    let rows = process.entries.iter().enumerate().filter(|(_, entry)| all || is_leaf(entry));
    let rows: Vec<Html> = rows.map(|(at, entry)| row(props, process, at, entry, all)).collect();
    html! {
        <div class="tree" key={process.id}>
            <h4><span class={format!("own own{}", process.id % 4)}>{ process.name.clone() }</span>
                if let Some(root) = process.root { <small>{ format!("CR3 → frame {root}") }</small> }</h4>
            if rows.is_empty() { <p class="none">{ "nothing mapped" }</p> } else { <ul>{ for rows }</ul> }
        </div>
    }
}

fn is_leaf(entry: &TableEntry) -> bool {
    !matches!(entry.reach, Reach::Table(_)) && (entry.level == 1 || entry.reach != Reach::Nothing)
}

fn row(props: &TablesProps, process: &Process, at: usize, entry: &TableEntry, all: bool) -> Html {
    let frame = match entry.reach {
        Reach::Page(frame) | Reach::Table(frame) => Some(frame),
        _ => None,
    };
    let class = classes!(
        "entry",
        (entry.value.touch == Touch::Written).then_some("written"),
        (entry.value.touch == Touch::Read).then_some("read"),
        (frame.is_some() && frame == props.focus).then_some("pointed"),
        all.then(|| format!("depth{}", 4u8.saturating_sub(entry.level))),
    );
    let point = |to: Option<u64>| {
        let onfocus = props.onfocus.clone();
        Callback::from(move |_: MouseEvent| onfocus.emit(to))
    };
    html! {
        <li {class} key={at} onmouseenter={point(frame)} onmouseleave={point(None)}>
            <span class="path">
                if all {
                    { format!("{} {}", LEVELS[usize::from(entry.level.min(4))], entry.index) }
                } else {
                    <Hex value={entry.va} /><small>{ path(process, at) }</small>
                }
            </span>
            <span class="arrow" aria-hidden="true">{ "→" }</span>
            { reach(entry, &props.onfocus) }
            <span class="bits">{ for entry.bits.iter().map(bit) }</span>
            if all { <span class="raw"><Changing value={entry.value.clone()} /></span> }
            <span class="permits">{ entry.permits.clone() }</span>
        </li>
    }
}

/// The indices from the root to an entry, e.g. `0 › 0 › 0 › 7`.
fn path(process: &Process, at: usize) -> String {
    let mut indices = Vec::new();
    let mut level = 0;
    for entry in process.entries[..=at].iter().rev() {
        if entry.level > level {
            level = entry.level;
            indices.push(entry.index.to_string());
        }
    }
    indices.reverse();
    format!("[{}]", indices.join(" "))
}

fn reach(entry: &TableEntry, onfocus: &Callback<Option<u64>>) -> Html {
    match &entry.reach {
        Reach::Nothing => html! { <span class="reach nothing">{ "not present" }</span> },
        Reach::Table(frame) => html! { <span class="reach">{ format!("table in frame {frame}") }</span> },
        Reach::Page(frame) => {
            let point = |to: Option<u64>| {
                let onfocus = onfocus.clone();
                move || onfocus.emit(to)
            };
            let (focus, click, blur) = (point(Some(*frame)), point(Some(*frame)), point(None));
            html! {
                <button class="reach link" title="Show this frame" onfocus={Callback::from(move |_: FocusEvent| focus())}
                    onblur={Callback::from(move |_: FocusEvent| blur())} onclick={Callback::from(move |_: MouseEvent| click())}>{ format!("frame {frame}") }</button>
            }
        }
        Reach::Software(what) => html! { <span class="reach">{ what.clone() }</span> },
    }
}

fn bit(bit: &Bit) -> Html {
    let class = classes!("bit", (!bit.on).then_some("off"), bit.changed.then_some("changed"));
    let title = format!(
        "{}: {}{}",
        bit.meaning,
        if bit.on { "yes" } else { "no" },
        if bit.changed { ", just changed" } else { "" }
    );
    html! {
        <abbr {class} title={title.clone()} key={bit.name.clone()}>
            { bit.name.clone() }<span class="hidden">{ if bit.on { " set" } else { " clear" } }</span>
        </abbr>
    }
}
