//! What this is, what must hold, and where it comes from.

use std::rc::Rc;

use cowscope_core::view::Library;
use yew::prelude::*;

use crate::driver::Driver;
use crate::store::Page;

#[derive(Properties, PartialEq)]
pub struct AboutProps {
    pub library: Option<Rc<Library>>,
}

/// The page "About".
#[component]
pub fn About(props: &AboutProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let back = {
        let driver = driver.clone();
        Callback::from(move |_: MouseEvent| driver.show(Page::Run))
    };
    let crash = Callback::from(move |_: MouseEvent| driver.crash_engine());
    let fall = Callback::from(|_: MouseEvent| panic!("a test of the recovery, asked for on the About page"));
    html! {
        <main id="main" tabindex="-1" class="text-page">
            <h1>{ "About Cowscope" }</h1>
            <p>{ "A small multi-processor computer, emulated down to page-table words, TLB entries and interrupt lines, runs the copy-on-write code of several Linux generations, written in restricted C. A search tries every order in which the processors can act; what it finds is a schedule that anybody can replay, step by step, from a link." }</p>
            <p><button onclick={back}>{ "Back to the workbench" }</button></p>
            if let Some(library) = &props.library {
                <h2>{ "What must hold" }</h2>
                <dl class="words">{ for library.promises.iter().map(|promise| html! {
                    <div key={promise.id.clone()}><dt>{ promise.id.clone() }{ if promise.design.is_empty() { String::new() } else { format!(" ({})", promise.design) } }</dt><dd>{ promise.statement.clone() }</dd></div>
                }) }</dl>
                <h2>{ "Kernel designs" }</h2>
                <dl class="words">{ for library.designs.iter().map(|design| html! {
                    <div key={design.id.clone()}><dt>{ design.title.clone() }</dt><dd>{ design.story.clone() }<br /><small>{ design.source.clone() }</small></dd></div>
                }) }</dl>
                <h2>{ "Scenarios" }</h2>
                <dl class="words">{ for library.scenarios.iter().map(|scenario| html! {
                    <div key={scenario.id.clone()}><dt>{ scenario.title.clone() }</dt><dd>{ scenario.story.clone() }<br /><small>{ scenario.source.clone() }</small></dd></div>
                }) }</dl>
                <p class="dim">{ format!("Engine {}, semantics {}.", library.version, library.semantics) }</p>
            }
            <h2>{ "If something fails" }</h2>
            <p>{ "The page keeps its place in the link. Two buttons to see that it comes back:" }</p>
            <p class="row"><button class="small" onclick={crash}>{ "End the engine" }</button><button class="small" onclick={fall}>{ "Let the page fail" }</button></p>
        </main>
    }
}
