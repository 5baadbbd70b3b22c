//! The page as a whole.

use std::rc::Rc;

use cowscope_engine::protocol::{Answer, Ask, Request};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::worker::{Engine, EngineEvent};

/// The page: for now, the line to the engine and its life.
#[component]
pub fn App() -> Html {
    let status = use_state(|| "starting the engine".to_owned());
    let engine = {
        let status = status.setter();
        use_memo((), move |()| {
            let heard = status.clone();
            Engine::start(&engine_url(), move |event| heard.set(tell(&event)))
                .inspect_err(|error| status.set(format!("no engine: {error:?}")))
                .ok()
        })
    };
    {
        let engine = engine.clone();
        use_effect_with((), move |()| greet(&engine));
    }
    let restart = Callback::from(move |_: MouseEvent| {
        if let Some(engine) = engine.as_ref()
            && engine.restart().is_ok()
        {
            engine.ask(&Request { id: 2, ask: Ask::Hello });
        }
    });
    html! {
        <main>
            <h1>{ "Cowscope" }</h1>
            <p id="engine-status" role="status">{ (*status).clone() }</p>
            <button onclick={restart}>{ "Restart the engine" }</button>
        </main>
    }
}

fn greet(engine: &Rc<Option<Engine>>) {
    if let Some(engine) = engine.as_ref() {
        engine.ask(&Request { id: 1, ask: Ask::Hello });
    }
}

fn tell(event: &EngineEvent) -> String {
    match event {
        EngineEvent::Said(reply) => match &reply.answer {
            Answer::Ready => "the engine listens".to_owned(),
            Answer::Hello { version } => format!("engine {version} answered question {}", reply.id),
            Answer::Refused { why } => format!("refused: {why}"),
            Answer::Panicked { message } => format!("the engine failed: {message}"),
            other => format!("the engine said {other:?}"),
        },
        EngineEvent::Died(why) => format!("the engine died: {why}"),
    }
}

/// The build names every file by its content; the page's `<meta name="engine">` says where the worker is.
fn engine_url() -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|page| page.query_selector("meta[name=engine]").ok().flatten())
        .and_then(|meta| meta.dyn_into::<web_sys::HtmlMetaElement>().ok())
        .map(|meta| meta.content())
        .unwrap_or_default()
}
