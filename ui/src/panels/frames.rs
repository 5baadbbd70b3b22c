//! Frames as cards: a table to those who hear the page, cards to those who see it.

use cowscope_core::view::{FrameCard, FrameKind, Holder, Object, Value, WordCell};
use yew::prelude::*;

use crate::parts::{Changing, cpu_class};

#[derive(Properties, PartialEq)]
pub struct FramesProps {
    pub frames: Vec<FrameCard>,
    pub focus: Option<u64>,
    pub onfocus: Callback<Option<u64>>,
}

/// The frames that hold data; page tables and the kernel's own are shown on demand.
#[component]
pub fn Frames(props: &FramesProps) -> Html {
    let (data, rest): (Vec<&FrameCard>, Vec<&FrameCard>) = props.frames.iter().partition(|card| {
        card.trouble || !matches!(card.kind, FrameKind::PageTable | FrameKind::Kernel | FrameKind::Zero)
    });
    let card = |card: &&FrameCard| {
        html! { <Card key={card.frame} card={(*card).clone()} pointed={props.focus == Some(card.frame)} onfocus={props.onfocus.clone()} /> }
    };
    html! {
        <section class="frames-part">
            <div class="cap-row"><h3 id="frames-name">{ "Frames" }</h3><span class="cap">{ "who holds each reference" }</span></div>
            <div class="frames" role="table" aria-labelledby="frames-name">{ for data.iter().map(card) }</div>
            if !rest.is_empty() {
                <details>
                    <summary>{ format!("page tables and kernel memory ({})", rest.len()) }</summary>
                    <div class="frames" role="table" aria-label="Frames of the kernel">{ for rest.iter().map(card) }</div>
                </details>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CardProps {
    card: FrameCard,
    pointed: bool,
    onfocus: Callback<Option<u64>>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let card = &props.card;
    let point = |to: Option<u64>| {
        let onfocus = props.onfocus.clone();
        Callback::from(move |_: MouseEvent| onfocus.emit(to))
    };
    let class = classes!(
        "frame",
        card.trouble.then_some("hot"),
        props.pointed.then_some("pointed"),
        (card.kind == FrameKind::Free).then_some("free"),
    );
    let kernel = matches!(card.kind, FrameKind::PageTable | FrameKind::Kernel);
    html! {
        <div {class} role="row" onmouseenter={point(Some(card.frame))} onmouseleave={point(None)}>
            <div class="frame-head" role="rowheader">
                <b>{ format!("frame {}", card.frame) }</b>
                <small>{ if card.role.is_empty() { kind(card.kind).to_owned() } else { card.role.clone() } }</small>
            </div>
            if !kernel && card.kind != FrameKind::Free {
                { number("references", &card.refcount) }
                { holders(card, &props.onfocus) }
                { number("mapped by", &card.mapcount) }
                { number("pins", &card.pins) }
                { for card.others.iter().map(other) }
            }
            if !card.flags.is_empty() {
                <div class="flags" role="cell">{ for card.flags.iter().map(|flag| html! {
                    <abbr class={classes!("bit", (!flag.on).then_some("off"), flag.changed.then_some("changed"))} title={flag.meaning.clone()}>{ flag.name.clone() }</abbr>
                }) }</div>
            }
            { for card.words.iter().map(word) }
        </div>
    }
}

fn kind(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Free => "free",
        FrameKind::Anonymous => "anonymous",
        FrameKind::File => "file",
        FrameKind::Zero => "zero page",
        FrameKind::PageTable => "page table",
        FrameKind::Kernel => "kernel",
    }
}

fn number(name: &'static str, value: &Value) -> Html {
    html! { <div class="pair" role="cell"><span>{ name }</span><Changing value={value.clone()} /></div> }
}

/// A field that the C of this design gives its pages.
fn other(field: &Object) -> Html {
    html! {
        <>
            if field.parts.is_empty() {
                <div class="pair" role="cell" title={field.ctype.clone()}><span>{ field.name.clone() }</span><Changing value={field.value.clone()} /></div>
            }
            { for field.parts.iter().map(other) }
        </>
    }
}

/// Who holds the references. One that a CPU holds can be pointed at: a line leads from that CPU to this frame.
fn holders(card: &FrameCard, onfocus: &Callback<Option<u64>>) -> Html {
    if card.holders.is_empty() {
        return html! {};
    }
    let point = |to: Option<u64>| {
        let onfocus = onfocus.clone();
        Callback::from(move |_: FocusEvent| onfocus.emit(to))
    };
    let one = |holder: &Holder| {
        let class = classes!("holder", holder.cpu.map(cpu_class));
        let focusable = holder.cpu.map(|_| "0");
        html! { <li {class} key={holder.name.clone()} tabindex={focusable} onfocus={point(Some(card.frame))} onblur={point(None)}>{ holder.name.clone() }if holder.count != 1 { <b>{ format!(" ×{}", holder.count) }</b> }</li> }
    };
    html! { <div class="holders" role="cell"><ul aria-label="held by">{ for card.holders.iter().map(one) }</ul></div> }
}

fn word(word: &WordCell) -> Html {
    let title =
        if word.seen_by.is_empty() { None } else { Some(format!("may be seen by {}", word.seen_by.join(", "))) };
    html! {
        <div class="pair" role="cell" {title} key={word.index}>
            <span>{ format!("word {}", word.index) }</span>
            <span class="word">
                <Changing value={word.value.clone()} />
                if let Some(ghost) = &word.ghost { <em class="ghost" title="What the owner is entitled to read here">{ format!("should be {ghost}") }</em> }
            </span>
        </div>
    }
}
