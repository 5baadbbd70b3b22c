//! The page "Model": what is modelled and what is not, what must hold, and where it comes from.

use std::rc::Rc;

use cowscope_core::view::{Design, Library, Promise, Scenario};
use yew::prelude::*;

use crate::driver::Driver;
use crate::store::Page;

/// What is in the machine, and what each part does.
const MODELLED: [(&str, &str); 9] = [
    (
        "Page tables",
        "Four levels of real x86-64 entries in memory words. The walker reads one entry a step and sets the accessed and dirty bits by a locked operation that can fail. (Intel SDM vol. 3, ch. 4)",
    ),
    (
        "TLBs",
        "One of each CPU, with paging-structure caches: a concrete one with a stated replacement, or \"any TLB\": everything that the architecture lets a CPU cache, chosen where it is used.",
    ),
    (
        "Remote flush",
        "By interrupt, which waits for CPUs with interrupts off; or broadcast by hardware, which does not.",
    ),
    (
        "Memory order",
        "Sequential consistency, or x86-TSO: a store buffer for each CPU, with forwarding (Owens, Sarkar, Sewell 2009).",
    ),
    (
        "Steps",
        "Each access to shared memory is one step; between two steps of a CPU anybody else may act. What is private is folded in.",
    ),
    (
        "Frames",
        "Reference count, map count, flags, page lock; frames come from a pool of each CPU, and use after free is judged by a frame's generation.",
    ),
    (
        "The kernel",
        "Our own C, written from commits, mails and measurements: faults, copy on write, fork, fast and slow GUP, pins, swap, reclaim, munmap, mprotect, TLB flushes.",
    ),
    ("Devices", "Write and read physical frames through a reference, with no translation."),
    ("Cycles", "Every step has a cost from a named table; the timeline can run over them. They decide nothing."),
];

/// What is not, and what that means.
const LEFT_OUT: [(&str, &str); 4] = [
    (
        "Coarser than the kernel",
        "Some lookups under a lock are one step, because nothing they read can change meanwhile. Where that could hide a race it is listed in docs/model.md.",
    ),
    (
        "Not there",
        "What a design does not have, its scenarios can't ask: see docs/model.md for the list (NUMA, signals, memory that runs out, among others).",
    ),
    (
        "Scope",
        "A proof holds for the sizes printed beside it: so many CPUs, processes, words a page; this memory order; these TLBs. It says nothing of larger ones.",
    ),
    ("Speculation", "Speculative reads leave no trace but in \"any TLB\": side channels are another subject."),
];

#[derive(Properties, PartialEq)]
pub struct AboutProps {
    pub library: Option<Rc<Library>>,
}

/// The page.
#[component]
pub fn About(props: &AboutProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let back = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.show(Page::Run))
    };
    let crash = Callback::from(move |_: MouseEvent| driver.crash_engine());
    let fall = Callback::from(|_: MouseEvent| panic!("a test of the recovery, asked for on the Model page"));
    html! {
        <main id="main" tabindex="-1" class="text-page">
            <h1>{ "What is modelled" }</h1>
            <p class="lead">{ "A small multi-processor computer, emulated down to page-table words, TLB entries and interrupt lines, runs the copy-on-write code of several Linux generations, in a restricted C that you can read and change. A search tries every order in which the processors can act. What it finds is a schedule that anybody can replay, step by step, from a link." }</p>
            <p><button onclick={back}>{ "Back to the workbench" }</button></p>
            { words(&MODELLED) }
            <h2>{ "What is left out" }</h2>
            { words(&LEFT_OUT) }
            if let Some(library) = &props.library {
                <h2 id="invariants">{ "What must hold" }</h2>
                <dl class="words">{ for library.promises.iter().map(promise) }</dl>
                <h2>{ "Kernel designs, and their sources" }</h2>
                <dl class="words">{ for library.designs.iter().map(design) }</dl>
                <h2>{ "Scenarios, and their sources" }</h2>
                <dl class="words">{ for library.scenarios.iter().map(scenario) }</dl>
            }
            <h2>{ "About" }</h2>
            <p>{ "Cowscope is free software (MIT or Apache 2.0). Everything runs in this browser; nothing is sent anywhere. After one visit it works without a network." }</p>
            if let Some(library) = &props.library { <p class="dim">{ format!("Engine {}, semantics {}.", library.version, library.semantics) }</p> }
            <h2>{ "If something fails" }</h2>
            <p>{ "The page keeps its place in the link. Two buttons to see that it comes back:" }</p>
            <p class="row"><button class="small" onclick={crash}>{ "End the engine" }</button><button class="small" onclick={fall}>{ "Let the page fail" }</button></p>
        </main>
    }
}

fn words(list: &[(&'static str, &'static str)]) -> Html {
    html! { <dl class="words">{ for list.iter().map(|(word, what)| html! { <div><dt>{ *word }</dt><dd>{ *what }</dd></div> }) }</dl> }
}

fn promise(promise: &Promise) -> Html {
    let whose = if promise.design.is_empty() { String::new() } else { format!(" ({})", promise.design) };
    html! { <div key={format!("{}{whose}", promise.id)}><dt>{ promise.id.clone() }{ whose }</dt><dd>{ promise.statement.clone() }</dd></div> }
}

fn design(design: &Design) -> Html {
    html! { <div key={design.id.clone()}><dt>{ design.title.clone() }</dt><dd>{ design.story.clone() }<br /><small>{ design.source.clone() }</small></dd></div> }
}

fn scenario(scenario: &Scenario) -> Html {
    html! { <div key={scenario.id.clone()}><dt>{ scenario.title.clone() }</dt><dd>{ scenario.story.clone() }<br /><small>{ scenario.source.clone() }</small></dd></div> }
}
